"""Types in messages, and what would mend a mismatch."""

from __future__ import annotations

from ..types import Constructor, TensorType, Type, TypeVariable, is_function, is_list, variables_of
from ..unify import rename


def letters(type: Type) -> dict[str, str]:
    """Short names for variables, in order of occurrence."""
    names: dict[str, str] = {}
    for variable in variables_of(type):
        count = len(names)
        names[variable.name] = chr(ord("a") + count % 26) + (str(count // 26) if count >= 26 else "")
    return names


def renamed(type: Type, names: dict[str, str]) -> Type:
    """The type with its variables called so."""
    return rename(type, {v: v.__class__(names[v.name]) for v in variables_of(type)})


def _could_be(type: Type, needed: Type) -> bool:
    return type == needed or isinstance(needed, TypeVariable) and not is_function(type)


def remedy(got: Type, needed: Type) -> str:
    """One suggestion that would mend the commonest mismatches."""
    if isinstance(got, TensorType) and isinstance(needed, TensorType):
        if len(needed.shape) == 1 and len(got.shape) > 1:
            pooled = "global_pool1d" if len(got.shape) == 2 else "global_pool"
            return f"put flatten (or {pooled}) before it"
        if len(needed.shape) == 3 and len(got.shape) == 1:
            return "put reshape before it, or move it before flatten"
        return "change the settings of the word before it, or put dense, conv or reshape between"
    if is_list(needed) and not is_list(got) and isinstance(needed, Constructor) and _could_be(got, needed.arguments[0]):
        return "wrap the value in a list (singleton), or use the word on one element"
    if isinstance(got, Constructor) and got.name == "list" and got.arguments[0] == needed:
        return "use map to apply it to each element, or head to take one"
    if is_function(got) and not is_function(needed):
        return "give the function its remaining arguments"
    if {str(got), str(needed)} == {"int", "float"}:
        return "convert with to_float or round"
    return "use another word or another argument there"
