"""The value of a plain scalar of YAML, as sigs.k8s.io/yaml has it, by which kubectl reads: text, number, flag or null."""

from __future__ import annotations

import base64
import binascii
import ctypes
import math
import re
from decimal import Decimal

Scalar = str | int | float | bool | None

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_NO_NUMBERS = re.compile(r"\.nan|\.NaN|\.NAN|[-+]?\.(inf|Inf|INF)")
_WHOLE = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+|(?<=^0b)[-+][01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))")
_BASES = (16, 2, 8, 10)
_REAL = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])_(?=[0-9])")
_MOST_DIGITS = 64
"""A number of 64 bits has no more, in any base."""

_LEAST, _MOST, _LARGE = -(2**63), 2**63 - 1, 10**20

_TAG = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (int, float),
    "bool": (bool,),
    "null": (type(None),),
}


def plain(text: str) -> Scalar:
    """The value of a scalar that is neither quoted nor tagged.

    What would be infinite or no number is a float that says so, for JSON has no form for it.
    """
    if text in _WORDS:
        return _WORDS[text]
    if _NO_NUMBERS.fullmatch(text):
        return float(text.replace(".", ""))
    if text[0] not in "+-.0123456789":
        return text
    digits = _BETWEEN_DIGITS.sub("", text) if text[0] == "." else text.replace("_", "")
    if (found := _WHOLE.fullmatch(digits)) and (whole := _whole(found)) is not None:
        return whole
    if _REAL.fullmatch(digits) and math.isfinite(real := float(digits)):
        return real
    return text


def tagged(tag: str, text: str) -> Scalar:
    """The value of a scalar with a tag of its own; raises ValueError if the two do not fit."""
    kind = tag.removeprefix(_TAG)
    if kind == "binary":
        try:
            data = base64.b64decode("".join(text.splitlines()), validate=True)
        except binascii.Error as error:
            raise ValueError("!!binary value contains invalid base64 data") from error
        return data.decode(errors="replace")
    if kind == "timestamp" and not _DATE.fullmatch(text):
        raise ValueError(f"cannot decode `{text}` as a !!timestamp")
    if tag != f"{_TAG}{kind}" or kind not in _TYPES:
        return text
    value = plain(text)
    fits = isinstance(value, _TYPES[kind]) and isinstance(value, bool) == (kind == "bool")
    if not fits or (kind == "float" and isinstance(value, int) and value > _MOST):
        raise ValueError(f"cannot decode `{text}` as a !!{kind}")
    return value


def number(value: float) -> int | float:
    """A number as Kubernetes keeps it: whole if its digits are, as Go writes them, and if it fits in 64 bits."""
    whole = int(Decimal(repr(value))) if value == int(value) and abs(value) < _LARGE else _LARGE
    return whole if _LEAST <= whole <= _MOST else float(value)


def key(value: object) -> str:
    """The name that a value is as a key; raises ValueError for what cannot be one."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() if value <= _MOST:
            return str(value)
        case float():
            return _short(value)
        case _:
            raise ValueError("invalid map key")


def _whole(found: re.Match[str]) -> int | None:
    """The number, unless it does not fit in 64 bits."""
    sign, *forms = found.groups()
    base, digits = next((base, digits) for base, digits in zip(_BASES, forms, strict=True) if digits)
    if len(digits.lstrip("0")) > _MOST_DIGITS:
        return None
    value = int(digits, base) * (-1 if sign == "-" else 1)
    return value if _LEAST <= value <= (_MOST if sign else 2 * _MOST + 1) else None


def _short(value: float) -> str:
    """The fewest digits that tell it from other numbers of 32 bits."""
    single = ctypes.c_float(value).value
    if not math.isfinite(single):
        return f"{single}".replace("inf", ".inf").replace("nan", ".nan")
    forms = (f"{single:.{digits}e}" for digits in range(9))
    shortest = next(form for form in forms if ctypes.c_float(float(form)).value == single)
    decimal = Decimal(shortest)
    return f"{decimal:f}" if -4 <= decimal.adjusted() < 6 else shortest  # noqa: PLR2004  # where Go takes exponents
