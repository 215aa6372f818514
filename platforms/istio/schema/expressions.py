"""Rules in the Common Expression Language, as the CRDs of the Gateway API write them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import cel


def complaint(rule: str, value: Any) -> str | None:
    """The words before the message of a rule that a value, which it calls `self`, breaks; None where it keeps it."""
    try:
        return None if _compiled(rule).execute({"self": value, "split": _split}) else ""
    except KeyError as error:  # a field that the rule takes for granted
        return f"no such key: {error.args[0]} evaluating rule: "
    except (RuntimeError, TypeError, ValueError):  # a value of a wrong type, which the schema has refused already
        return None


@cache
def _compiled(rule: str) -> cel.Program:
    import cel  # noqa: PLC0415  # it takes long to import, and only an object with such rules needs it

    return cel.compile(rule)


def _split(text: str, separator: str) -> list[str]:
    """A function that Kubernetes adds to the language."""
    return text.split(separator)
