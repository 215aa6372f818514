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


def sentence(language: Language, episode: int, phase: Phase, **places: str) -> tuple[str, str]:
    """Return what to say at a step, and what comes next."""
    step = _read(language)[f"episode_{episode}"][phase]
    return step["say"].format(**places), step["next"].format(**places)
