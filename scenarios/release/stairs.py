"""The steps of a rollout: the percentages of the traffic that the new version gets."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from typing import Self

from platforms.errors import UsageError
from scenarios.messages.errors import words
from scenarios.messages.message import Message

ALL = 100
_MOST_STEPS = 10
_LONGEST = 100
_DIGITS = re.compile(r"[0-9]{1,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Stairs:
    """The percentages of the traffic that the new version gets, step by step."""

    of: tuple[int, ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `10,50,100`; raises UsageError unless they are plain whole numbers from 1 to 100 that rise."""
        found = text[:_LONGEST].split(",")
        if len(text) > _LONGEST or len(found) > _MOST_STEPS:
            raise UsageError(words(Message("error.steps_many", most=_MOST_STEPS)))
        for word in found:
            if not _DIGITS.fullmatch(word) or not 1 <= int(word) <= ALL:
                raise UsageError(words(Message("error.step", given=ascii(text), word=ascii(word))))
        steps = cls(tuple(map(int, found)))
        for before, after in itertools.pairwise(steps.of):
            if after <= before:
                raise UsageError(words(Message("error.steps_fall", given=ascii(text), before=before, after=after)))
        return steps

    def __str__(self) -> str:
        return ",".join(map(str, self.of))
