"""The words of the stage in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from platforms.environment import ROOT
from scenarios.messages.language import Language
from stage import talk
from stage.show import EPISODES, PHASES

_PLACE = re.compile(r"\{\w+\}")


def _sentences(found: Any, path: str = "") -> Iterator[tuple[str, str]]:
    for name, value in found.items():
        if isinstance(value, str):
            yield f"{path}{name}", value
        else:
            yield from _sentences(value, f"{path}{name}.")


def _read(language: Language) -> dict[str, str]:
    text = (ROOT / "stage" / "talk" / f"{language.value}.toml").read_text(encoding="utf-8")
    return dict(_sentences(tomllib.loads(text)))


def test_both_languages_say_the_same_things() -> None:
    """Every key is in both, with the same places."""
    english, korean = (_read(language) for language in Language)

    assert english.keys() == korean.keys()
    assert {key: sorted(_PLACE.findall(said)) for key, said in english.items()} == {
        key: sorted(_PLACE.findall(said)) for key, said in korean.items()
    }


@pytest.mark.parametrize("language", Language)
def test_every_step_has_its_sentence(language: Language) -> None:
    """Whoever the user is, braces in a name included."""
    for episode in EPISODES:
        for phase in PHASES:
            said, following = talk.sentence(language, episode, phase, user="{who}")
            assert said
            assert following
    assert "{who}" in talk.sentence(language, 2, "do", user="{who}")[0]


def _printed(language: Language) -> str:
    name = {Language.ENGLISH: "presenting.md", Language.KOREAN: "presenting.ko.md"}[language]
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", Language)
def test_the_talk_is_printed_as_it_is_said(language: Language) -> None:
    """What the document tells to say is what the stage tells to say, in the same order."""
    printed = _printed(language)
    places = [
        printed.find(f"| {talk.sentence(language, episode, phase, user='opennaru')[0]} |")
        for episode in EPISODES
        for phase in PHASES
    ]

    assert -1 not in places
    assert sorted(places) == places


@pytest.mark.parametrize("language", Language)
def test_the_keys_are_printed_as_the_help_lists_them(language: Language) -> None:
    """Each with its sentence and in its order; and the document names no key that is not there."""
    keyboard = (ROOT / "stage" / "static" / "keys.js").read_text(encoding="utf-8")
    keys = [
        key
        for face, word, presets in re.findall(r"face: '(.+?)', word: '(\w+)'|\.\.\.\[([\d, ]+)\]\.map", keyboard)
        for key in ([(face, word)] if face else [(number, f"key_preset_{number}") for number in presets.split(", ")])
    ]
    printed = _printed(language)
    named = re.findall(r"`([^`\w]|[\dA-Z]|Esc)`", printed)

    assert [(face, talk.words(language)[word]) for face, word in keys] == re.findall(
        r"^\| `(\S+)` \| (.+?) \|$", printed, re.MULTILINE
    )
    assert {face for face, _ in keys} == set(named)


@pytest.mark.parametrize("language", Language)
def test_verdicts_are_called_as_runs_call_them(language: Language) -> None:
    """The terminal and the stage have one word for a verdict."""
    assert {"HOLDS", "FAILS", "INCONCLUSIVE"} <= talk.words(language).keys()
