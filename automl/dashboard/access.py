"""Who may read: this machine alone, or whoever has the token. What every answer tells the browser."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

COOKIE = "automl_dashboard"
LEAST = 12
"""The fewest characters of a token."""
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    # Nothing is loaded from elsewhere, and no script stands in a page: what is not escaped by mistake still cannot run.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Vary": "HX-Request",
}
Next = Callable[[Request], Awaitable[Response]]


class Access:
    """Lets requests pass: all that name this machine where there is no token, else those that have it."""

    def __init__(self, token: str | None, refused: Callable[[Request, int, str], Response]) -> None:
        """``refused`` makes the page that says why, from a request, a status and a reason. Raises ValueError for a token that can be
        guessed."""
        if token is not None and (len(token) < LEAST or not token.isascii() or not token.isalnum()):
            raise ValueError(f"token={token!r}: at least {LEAST} letters and digits are required")
        self._token = token
        self._refused = refused

    async def __call__(self, request: Request, following: Next) -> Response:
        answer = await self._answer(request, following)
        for name, value in HEADERS.items():
            if not (name == "Cache-Control" and name in answer.headers):
                answer.headers[name] = value
        return answer

    async def _answer(self, request: Request, following: Next) -> Response:
        if self._token is None:
            # Another site's page could else read this one by a name of its own that leads to this machine.
            if (urlsplit(f"//{request.headers.get('host', '')}").hostname or "") not in LOCAL:
                return self._refused(request, 400, "this dashboard answers to 127.0.0.1 and localhost alone")
            return await following(request)
        given = request.query_params.get("token")
        if given is not None and self._same(given, self._token):
            answer = RedirectResponse(request.url.remove_query_params("token"), 303)
            answer.set_cookie(COOKIE, _digest(self._token), httponly=True, samesite="strict")
            return answer
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        known = scheme.lower() == "bearer" and self._same(bearer, self._token)
        if known or self._same(request.cookies.get(COOKIE, ""), _digest(self._token)):
            return await following(request)
        return self._refused(request, 401, "open the address that the command printed, which has the token in it")

    @staticmethod
    def _same(one: str, other: str) -> bool:
        return hmac.compare_digest(one.encode(), other.encode())


def _digest(token: str) -> str:
    """What the cookie holds: it lets in as the token does, and does not say it."""
    return hashlib.sha256(f"{COOKIE} {token}".encode()).hexdigest()
