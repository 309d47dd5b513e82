"""Numbers as people write them: 1,234 and $41,000.00 and 41000,50 and (1 200) and 12 %."""

from __future__ import annotations

import re

import numpy as np

POINT, COMMA = ".", ","
DECIMALS = (POINT, COMMA)
_CURRENCY = "$€£¥₽₴₹₩₺₪฿₫₱¢"
_NUMERAL = re.compile(
    rf"\(?\s*[-+−]?\s*[{_CURRENCY}]?\s*(?P<sign>[-+−]?)(?P<body>\d[\d.,' \u00a0\u202f_]*|[.,]\d+)(?P<exponent>[eE][-+]?\d+)?"
    rf"\s*(?P<unit>[{_CURRENCY}]|%|[^\W\d_]{{1,4}}[²³]?)?\s*\)?"
)
_GROUPED = {
    POINT: re.compile(r"\d{1,3}(?:[,' \u00a0\u202f_]\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+"),
    COMMA: re.compile(r"\d{1,3}(?:[.' \u00a0\u202f_]\d{3})+(?:,\d*)?|\d+(?:,\d*)?|,\d+"),
}
_COMMA_SIGNS = re.compile(r"(?:^|\D)0,\d|^[^,]*,\d{1,2}$|^[^,]*,\d{4,}$|\d\.\d{3},\d|^\D*\d{4,},\d")
_POINT_SIGNS = re.compile(r",\d{3}\.\d|,\d{3},\d{3}|^[^,]*\d{1,3},\d{3}\b.*,\d{3}")

_POINT_GROUPS = re.compile(r"\D*[1-9]\d{0,2}(?:\.\d{3})+\D*")
"""Texts whose points may stand between thousands."""
_POINTS_TWICE = re.compile(r"^\D*\d{1,3}(?:\.\d{3}){2,}\D*$")


def parse_numerals(texts: np.ndarray, decimal: str = POINT) -> np.ndarray:
    """float64 [k]: the number that each text writes, NaN where it writes none; ``decimal`` is the sign before fractions.

    Signs of currencies, units behind the number (12 kg; they are dropped, not converted), the spaces, commas or apostrophes between
    thousands, and brackets of negative amounts are understood.
    """
    import pandas

    if not len(texts):
        return np.zeros(0)
    if decimal == POINT:
        values = np.array(pandas.to_numeric(pandas.Series(texts, dtype=object), errors="coerce"), dtype=np.float64)
        rest = np.flatnonzero(np.isnan(values))
    else:
        values, rest = np.full(len(texts), np.nan), np.arange(len(texts))
    for index in rest:
        values[index] = _numeral(str(texts[index]), decimal)
    return values


def _numeral(text: str, decimal: str) -> float:
    found = _NUMERAL.fullmatch(text)
    if found is None:
        return float("nan")
    body = found["body"].strip()
    if not _GROUPED[decimal].fullmatch(body):
        return float("nan")
    plain = re.sub(r"[' \u00a0\u202f_]", "", body)
    plain = plain.replace(",", "") if decimal == POINT else plain.replace(".", "").replace(",", ".")
    value = float(plain + (found["exponent"] or ""))
    before = text[: found.start("body")]
    return -value if before.startswith("(") or "-" in before or "−" in before else value


def units(texts: np.ndarray) -> frozenset[str]:
    """The units of letters that stand behind the numbers; more than one means that the texts are codes, not amounts."""
    found = (_NUMERAL.fullmatch(str(text)) for text in texts)
    return frozenset(match["unit"] or "" for match in found if match is not None)


def decimal_sign(texts: np.ndarray, usual: str = POINT) -> str:
    """The sign before fractions in texts that write numbers: what any of them shows; where they have commas that show nothing (1,234) it is
    ``usual``, and without commas the point, unless ``usual`` is the comma and every point can stand before a thousand (1.234)."""
    commas = [text for text in texts if "," in text]
    for text in commas:
        if _POINT_SIGNS.search(text):
            return POINT
        if _COMMA_SIGNS.search(text):
            return COMMA
    if commas or usual == POINT:
        return usual if commas else POINT
    points = [text for text in texts if "." in text]
    return COMMA if points and all(_POINT_GROUPS.fullmatch(text) for text in points) else POINT


def shown_sign(texts: np.ndarray) -> str | None:
    """The sign before fractions that texts which write numbers leave no doubt of; None where it is not to be seen (1,234 or 1.234)."""
    if any("," in text for text in texts):
        signs = {decimal_sign(texts, usual) for usual in DECIMALS}
        return signs.pop() if len(signs) == 1 else None
    points = [text for text in texts if "." in text]
    if any(_POINTS_TWICE.search(text) for text in points):
        return COMMA
    return None if all(_POINT_GROUPS.fullmatch(text) for text in points) else POINT
