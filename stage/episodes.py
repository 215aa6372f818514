"""The episodes of a talk: those of the deck, and what else of the registry a presenter wants to show."""

from __future__ import annotations

import functools
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Self

import click

from platforms.boundary import State
from platforms.cli.command_line import complaint
from platforms.errors import UsageError
from scenarios.messages.message import Text
from scenarios.registry import SHOWN
from scenarios.run.cli import Command
from scenarios.scenario import Scenario

MOST = 9
"""So many have room in the bar."""
_MARGIN = Fraction(5, 100)
_LONGEST = 100_000
_SHOWN = 200
_USER = "--user"


@dataclass(frozen=True, slots=True)
class Episode:
    """A scenario in a talk, with options of its own."""

    command: Command
    words: tuple[str, ...]
    scenario: Scenario
    """For the end user whom its command takes by default."""
    is_plain: bool
    """It shows what its command does without options, in whatever words."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `rollout --to v2`, as it follows `python -m scenarios.`; raises UsageError for what is no episode."""
        given = ascii(text[:_SHOWN])
        try:
            name, *words = shlex.split(text) or [""]
        except ValueError as error:
            raise UsageError(f"{given}: {str(error).lower()}; give an episode, such as `{_EXAMPLE}`") from None
        if (command := SHOWN.get(name)) is None:
            raise UsageError(f"{given}: no episode of that name; there are {', '.join(SHOWN)}")
        if any(word.partition("=")[0] == _USER for word in words):
            raise UsageError(f"{given}: the end user is the talk's: `python -m stage {_USER} NAME` names another")
        try:
            return cls.of(name, *words)
        except click.UsageError as error:
            own = ", ".join(option for option in _options(command) if option != _USER)
            raise UsageError(f"{given}: {complaint(error)} in a talk it takes {own}") from None
        except UsageError as error:
            raise UsageError(f"{given}: {error}") from None

    @classmethod
    def of(cls, name: str, *words: str) -> Self:
        """Make the episode of this name; raises UsageError, click's or ours, for options that it cannot have."""
        return cls.showing(_scenario(name, words), words)

    @classmethod
    def showing(cls, scenario: Scenario, words: tuple[str, ...]) -> Self:
        """Make the episode of a scenario that these words have asked for."""
        plain = steps_of(scenario) == steps_of(_scenario(scenario.name, ()))
        return cls(SHOWN[scenario.name], words, scenario, plain)

    @property
    def name(self) -> str:
        return self.command.name

    def arguments(self, user: str) -> tuple[str, ...]:
        """Return what follows `python -m` to prove it for this end user."""
        return (f"scenarios.{self.name}", *self._words_for(user))

    def scenario_for(self, user: str) -> Scenario:
        """Return its scenario with this end user, where it is about one."""
        return _scenario(self.name, self._words_for(user))

    def __str__(self) -> str:
        return shlex.join((self.name, *self.words))

    def _words_for(self, user: str) -> tuple[str, ...]:
        return (_USER, user, *self.words) if _USER in _options(self.command) else self.words


Talk = tuple[Episode, ...]
_EXAMPLE = "zero_trust --open"


@functools.cache
def deck() -> Talk:
    """Return the three episodes of the slides."""
    return (
        Episode.of("fault_ratings", "--fault", "abort"),
        Episode.of("user_routing"),
        Episode.of("canary", "--weights", "90,10,0"),
    )


def steps_of(scenario: Scenario) -> tuple[tuple[Text, State], ...]:
    """Return title and rule of each step: scenarios alike in these show the same, on whatever demo."""
    return tuple((step.title, replace(step.state, scaled=())) for step in scenario.steps)


def talk(file: str | None, added: Iterable[str]) -> Talk:
    """Return the talk that a file describes, or else the deck's, with more at its end; raises UsageError for what is no episode."""
    found = (*(deck() if file is None else _read(file)), *(_parse(text, "--with ") for text in added))
    if len(found) > MOST:
        raise UsageError(f"{len(found)} episodes: a talk has {MOST} at most")
    return found


def _read(given: str) -> Talk:
    """Read a file that has an episode in each line, but for those that are empty or begin with `#`."""
    try:
        with Path(given).open(encoding="utf-8-sig") as file:
            text = file.read(_LONGEST + 1)
    except OSError as error:
        raise UsageError(f"--talk {given}: {(error.strerror or str(error)).lower()}") from None
    except ValueError:
        raise UsageError(f"--talk {given}: no text in UTF-8; each line has an episode, such as `{_EXAMPLE}`") from None
    if len(text) > _LONGEST:
        raise UsageError(f"--talk {given}: longer than any talk")
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1)]
    found = tuple(_parse(line, f"{given}:{number}: ") for number, line in lines if line and not line.startswith("#"))
    if not found:
        raise UsageError(f"--talk {given}: no episode in it; each line has one, such as `{_EXAMPLE}`")
    return found


def _parse(text: str, where: str) -> Episode:
    """Parse an episode; what is wrong with it is told after the place where it stands."""
    try:
        return Episode.parse(text)
    except UsageError as error:
        raise UsageError(f"{where}{error}") from None


@functools.lru_cache(maxsize=64)
def _scenario(name: str, words: tuple[str, ...]) -> Scenario:
    return SHOWN[name].scenario(words, _MARGIN)


def _options(command: Command) -> Sequence[str]:
    return list(chain.from_iterable(option.opts for option in command.options))
