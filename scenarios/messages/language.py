"""The languages in which a run can be told, and the one that somebody wants."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from enum import Enum

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")


class Language(Enum):
    """A language, by its code."""

    ENGLISH = "en"
    KOREAN = "ko"


def of_command(arguments: Sequence[str]) -> Language | None:
    """Return the language that `--lang` names; None where it names none.

    It is wanted before the command line is read: what is wrong with that is told in it.
    """
    named = [
        after if word == "--lang" else word.removeprefix("--lang=")
        for word, after in itertools.pairwise([*arguments, ""])
        if word == "--lang" or word.startswith("--lang=")
    ]
    return next((one for one in Language if named and one.value == named[-1]), None)


def of_environment(environment: Mapping[str, str]) -> Language:
    """Return the language of the locale, as POSIX orders its variables; English where it is neither."""
    locale = next((environment[name] for name in _VARIABLES if environment.get(name)), "")
    return Language.KOREAN if locale.lower().startswith("ko") else Language.ENGLISH
