"""Every word of the stage that no run says: the labels of the screen, and the sentence to say at each step."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

from scenarios.messages.catalogue import render
from scenarios.messages.language import Language
from scenarios.messages.message import Message
from stage.episodes import Episode, Talk
from stage.picture import Phase, Verdict


@cache
def _read(language: Language) -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name(f"{language.value}.toml").read_text(encoding="utf-8"))


def words(language: Language) -> Mapping[str, str]:
    """Return the labels of the screen, by name, the verdicts as runs say them; the browser fills their places."""
    verdicts = {verdict: render(Message(f"verdict.{verdict}"), language) for verdict in get_args(Verdict) if verdict}
    return {**verdicts, **_read(language)["words"]}


def notice(language: Language, name: str, **places: object) -> str:
    """Return one of the sentences that the server says by itself."""
    return str(_read(language)["notices"][name]).format(**places)


def titles(language: Language, episodes: Talk) -> tuple[str, ...]:
    """Return the title of each episode, with its number."""
    return tuple(f"{number} {_said_of(language, one)['title']}" for number, one in enumerate(episodes, start=1))


def sentence(language: Language, episodes: Talk, number: int, phase: Phase, *, user: str) -> tuple[str, str]:
    """Return what to say at a step of the talk, and what comes next."""
    episode = episodes[number - 1]
    said = _said_of(language, episode)
    step = render(episode.scenario.shown.title, language)
    places = {"user": user, "called": said["called"], "step": step}
    line = said[phase]["say"].format(**places)
    if phase != "prove":
        return line, said[phase]["next"].format(**places)
    if number == len(episodes):
        return line, notice(language, "thanks")
    called = _said_of(language, episodes[number])["called"]
    return line, notice(language, "next_episode", number=number + 1, called=called)


def _said_of(language: Language, episode: Episode) -> Mapping[str, Any]:
    """Return what is said of an episode: of it as it is, or with its options; what nobody has written is said of any."""
    read = _read(language)
    name = episode.name
    keys = [name] if episode.is_plain else [f"{name} {word.partition('=')[0]}" for word in episode.words]
    own: Mapping[str, Any] = next((read[key] for key in keys if key in read), {})
    phases = {phase: {**read["episode"][phase], **own.get(phase, {})} for phase in get_args(Phase)}
    title = read.get(name, {}).get("title", name.replace("_", " ").capitalize())
    return {"title": title, "called": str(episode), **own, **phases}
