"""The words of the stage in both languages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from platforms.environment import ROOT
from scenarios.messages.language import Language
from scenarios.registry import SHOWN
from stage import talk as words_of
from stage.episodes import Episode, deck
from stage.show import PHASES

BREAK = "rollout --break v2=errors:20%"
TOLD = (
    *("fault_ratings", "user_routing", "canary", "rollout", BREAK, "zero_trust", "zero_trust --open"),
    *("timeouts", "retries", "mirroring", "circuit_breaking", "scale_out"),
)
"""The episodes that have words of their own."""
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
    """Whatever can be shown, with options and without; whoever the user is, braces in a name included."""
    talk = tuple(map(Episode.parse, (*SHOWN, "zero_trust --open", BREAK, "canary --weights 50,50,0")))
    said = {
        step
        for number, _ in enumerate(talk, start=1)
        for phase in PHASES
        for step in words_of.sentence(language, talk, number, phase, user="{who}")
    }

    assert all(said)
    assert "{who}" in words_of.sentence(language, talk, 2, "do", user="{who}")[0]
    assert len(talk) == len(set(words_of.titles(language, talk)))


@pytest.mark.parametrize("language", Language)
def test_an_episode_has_sentences_of_its_own(language: Language) -> None:
    """No two say the same; one with options that nobody thought of says what is true of any, and names its rule."""
    talk = tuple(map(Episode.parse, TOLD))
    lines = [
        words_of.sentence(language, talk, number, phase, user="u")[0]
        for number, _ in enumerate(talk, start=1)
        for phase in PHASES
    ]
    other = (Episode.parse("canary --weights 50,50,0"),)

    assert len(lines) == len(set(lines))
    assert words_of.sentence(language, other, 1, "do", user="u")[0].startswith("50,50,0: ")
    assert {key.partition(".")[0] for key in _read(language)} - {"words", "notices", "episode"} == {
        " ".join(one.split()[:2]) for one in TOLD
    }


@pytest.mark.parametrize("language", Language)
def test_a_proof_is_followed_by_the_next_episode(language: Language) -> None:
    """Whichever that is; and the last one by the end."""
    talk = (Episode.parse("canary"), Episode.parse("zero_trust --open"), Episode.parse("canary --weights 0,1,0"))
    after = [words_of.sentence(language, talk, number, "prove", user="u")[1] for number in (1, 2, 3)]

    assert "2" in after[0]
    assert "canary --weights 0,1,0" in after[1]
    assert words_of.notice(language, "thanks") == after[2]


def _printed(language: Language) -> str:
    name = {Language.ENGLISH: "presenting.md", Language.KOREAN: "presenting.ko.md"}[language]
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("language", Language)
def test_the_talk_is_printed_as_it_is_said(language: Language) -> None:
    """What the document tells to say is what the stage tells to say, in the same order."""
    printed = _printed(language)
    places = [
        printed.find(f"| {words_of.sentence(language, deck(), number, phase, user='opennaru')[0]} |")
        for number, _ in enumerate(deck(), start=1)
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

    assert [(face, words_of.words(language)[word]) for face, word in keys] == re.findall(
        r"^\| `(\S+)` \| (.+?) \|$", printed, re.MULTILINE
    )
    assert {face for face, _ in keys} == set(named)


@pytest.mark.parametrize("language", Language)
def test_verdicts_are_called_as_runs_call_them(language: Language) -> None:
    """The terminal and the stage have one word for a verdict."""
    assert {"HOLDS", "FAILS", "INCONCLUSIVE"} <= words_of.words(language).keys()
