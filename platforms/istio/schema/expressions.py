"""Rules in the Common Expression Language, as the CRDs of the Gateway API write them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cel


def holds(rule: str, value: Any) -> bool:
    """Tell whether a value keeps a rule, which calls it `self`."""
    try:
        return bool(_compiled(rule).execute({"self": value, "split": _split}))
    except (RuntimeError, TypeError, ValueError):  # a value of a wrong type, which the schema has refused already
        return True


@cache
def _compiled(rule: str) -> cel.Program:
    import cel  # noqa: PLC0415  # it takes long to import, and only an object with such rules needs it

    return cel.compile(rule)


def _split(text: str, separator: str) -> list[str]:
    """A function that Kubernetes adds to the language."""
    return text.split(separator)
