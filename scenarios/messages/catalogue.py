"""Messages rendered: each language has a catalogue of sentences, with places for the fields.

A place says how its field is written: `{took:tenths}`, `{share:percent}`; `{n:# page|# pages}` by number; a list joined
`{names:and}`; and in Korean with the particle that the word takes, `{user:은/는}`, `{faults:or 이/가}`.
"""

from __future__ import annotations

import string
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from platforms.demo.typed import as_typed
from scenarios.messages import figures
from scenarios.messages.language import Language
from scenarios.messages.message import Message, Text
from scenarios.messages.particles import PAIRS, with_particle

_FIGURES: Mapping[str, Callable[[Any], str]] = {
    "percent": figures.percent,
    "points": figures.points,
    "in_100": figures.per_hundred,
    "range": lambda ends: figures.span(*ends),
    "whole": figures.whole,
    "ms": figures.whole,
    "seconds": figures.seconds,
    "tenths": figures.tenths,
    "hundredths": figures.hundredths,
}
_UNITS = {
    Language.ENGLISH: {
        "points": "# point|# points",
        "ms": "# ms",
        "seconds": "# s",
        "tenths": "# s",
        "hundredths": "# s",
    },
    Language.KOREAN: {"points": "#%p", "ms": "# ms", "seconds": "#초", "tenths": "#초", "hundredths": "#초"},
}
_JOINED = {
    Language.ENGLISH: {"": ", ", "and": " and ", "or": " or ", "sentences": "; "},
    Language.KOREAN: {"": ", ", "and": ", ", "or": " 또는 ", "sentences": ". "},
}
_UNRENDERABLE = (KeyError, IndexError, TypeError, ValueError, ArithmeticError, AttributeError, RecursionError)


def english(text: Text) -> str:
    """The text as machines and logs have it."""
    return render(text, Language.ENGLISH)


@lru_cache(maxsize=4096)
def render(text: Text, language: Language) -> str:
    """The text in a language; a name is the same in each. Raises KeyError for a key that has no sentence there."""
    if isinstance(text, str):
        return text
    return as_typed(_Sentences(language).vformat(catalogue(language)[text.key], (), dict(text.fields)))


def can_be_rendered(text: Text) -> bool:
    """Tell whether every language has a sentence for it, with the places that its fields fill."""
    try:
        return all(render(text, language) is not None for language in Language)
    except _UNRENDERABLE:
        return False


def message_or(key: str, otherwise: Text) -> Text:
    """The message with this key, or else another text where a catalogue has no sentence for it."""
    message = Message(key)
    return message if can_be_rendered(message) else otherwise


@cache
def catalogue(language: Language) -> Mapping[str, str]:
    """Every sentence of a language, by key."""
    text = Path(__file__).with_name(f"{language.value}.toml").read_text(encoding="utf-8")
    return {
        f"{section}.{name}": words for section, named in tomllib.loads(text).items() for name, words in named.items()
    }


class _Sentences(string.Formatter):
    """Fills the places of a sentence."""

    def __init__(self, language: Language) -> None:
        self._language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        joined, _, pair = format_spec.rpartition(" ")
        if pair in PAIRS:
            return with_particle(self._word(value, joined), pair)
        if figure := _FIGURES.get(format_spec):
            return _counted(figure(value), _UNITS[self._language].get(format_spec, "#"))
        if "#" in format_spec:
            return _counted(figures.count(value), format_spec)
        return self._word(value, format_spec)

    def _word(self, value: Any, joined: str) -> str:
        """A name, a number, a message, or several of them."""
        match value:
            case tuple():
                return _JOINED[self._language][joined].join(self._word(one, "") for one in value)
            case str() | Message():
                return render(value, self._language)
            case _:
                return figures.count(value)


def _counted(figure: str, words: str) -> str:
    """The figure in the words for one, or for several: `# page|# pages`."""
    one, _, more = words.partition("|")
    return (more if more and figure != "1" else one).replace("#", figure)
