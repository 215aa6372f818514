"""The languages in which a run can be told, and which of them somebody wants."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(Enum):
    """A language, by its code."""

    ENGLISH = "en"
    KOREAN = "ko"


def of_environment(environment: Mapping[str, str]) -> Language:
    """The language of the locale, as POSIX orders its variables; English where it is neither."""
    locale = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.KOREAN if locale.lower().startswith("ko") else Language.ENGLISH
