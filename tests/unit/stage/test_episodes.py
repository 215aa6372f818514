"""The episodes of a talk, as a presenter names them."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from platforms.environment import ROOT
from platforms.errors import UsageError
from scenarios.registry import SHOWN
from stage.episodes import MOST, Episode, deck, steps_of, talk


@pytest.mark.parametrize("name", SHOWN)
def test_every_episode_of_the_registry_can_be_a_step(name: str) -> None:
    """By its name alone: it is shown, and proved by its own command."""
    episode = Episode.parse(name)

    assert episode.is_plain
    assert f"scenarios.{name}" == episode.arguments("jane")[0]
    assert episode.scenario.shown in episode.scenario.steps
    assert name == str(episode) == episode.scenario.name


def test_the_deck_is_what_its_commands_show_by_themselves() -> None:
    """Three episodes, of which the second is about the talk's end user."""
    fault, user, canary = deck()

    assert all(one.is_plain for one in deck())
    assert ("scenarios.fault_ratings", "--fault", "abort") == fault.arguments("jane")
    assert ("scenarios.user_routing", "--user", "jane") == user.arguments("jane")
    assert ("scenarios.canary", "--weights", "90,10,0") == canary.arguments("jane")
    assert steps_of(user.scenario_for("jane")) != steps_of(user.scenario)


def test_a_file_has_an_episode_in_each_line(tmp_path: Path) -> None:
    """In the order in which they are shown, as they are typed in a shell; more can be added to it."""
    file = tmp_path / "talk.txt"
    file.write_text(
        "# for the team\n\n  zero_trust\r\nrollout --break 'v2=errors:20%|slow:800ms'\n", encoding="utf-8-sig"
    )
    found = talk(str(file), ["zero_trust --open"])

    assert ["zero_trust", "rollout --break 'v2=errors:20%|slow:800ms'", "zero_trust --open"] == list(map(str, found))
    assert [True, False, False] == [one.is_plain for one in found]
    assert (*deck(), Episode.parse("timeouts")) == talk(None, ["timeouts"])


@pytest.mark.parametrize("printed", ["presenting.md", "presenting.ko.md"])
def test_the_documents_examples_are_talks(printed: str, tmp_path: Path) -> None:
    """The file that they show, and what they add."""
    text = (ROOT / "docs" / printed).read_text(encoding="utf-8")
    shown = next(block for block in text.split("```") if block.startswith("\n# "))
    (file := tmp_path / "talk.txt").write_text(shown, encoding="utf-8")
    (command,) = re.findall(r"^python -m stage (--with .*)$", text, re.MULTILINE)

    assert ["canary", "rollout --break v2=errors:20%", "zero_trust", "zero_trust --open"] == list(
        map(str, talk(str(file), []))
    )
    assert 5 == len(talk(None, shlex.split(command)[1::2]))


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("zerotrust", "no episode of that name; there are fault_ratings, .*, zero_trust"),
        ("zero_trust --opened", "no such option '--opened'.* in a talk it takes --open$"),
        ("canary --margin 10", "no such option '--margin'.* in a talk it takes --weights$"),
        ("canary --weights 90,10", "--weights '90,10'"),
        ("canary 90,10,0", r"unexpected extra argument \(90,10,0\); in a talk it takes --weights$"),
        ("rollout --steps 50,10", "10 after 50 does not rise"),
        ("rollout --break 'v2", "no closing quotation"),
        ("user_routing --user jane", "python -m stage --user NAME"),
        ("timeouts --help", "no such option '--help'"),
        ("\x1b[31m", r"'\\x1b\[31m': no episode of that name"),
    ],
)
def test_a_line_that_is_no_episode(line: str, wrong: str, tmp_path: Path) -> None:
    """Told in one line with file and line, or with the option that it was given to."""
    file = tmp_path / "talk.txt"
    file.write_text(f"# comment\ncanary\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=wrong) as in_file:
        talk(str(file), [])
    with pytest.raises(UsageError, match=wrong) as as_option:
        talk(None, [line])

    assert str(in_file.value).startswith(f"{file}:3: ")
    assert str(as_option.value).startswith("--with ")
    assert str(in_file.value).isprintable()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (b"# nothing\n", "no episode in it"),
        (b"\xff\xfe\x00", "no text in UTF-8"),
        (b"#" * 200_000, "longer than any talk"),
        (b"canary\n" * (MOST + 1), "10 episodes: a talk has 9 at most"),
        (None, "no such file"),
    ],
)
def test_a_file_that_is_no_talk(text: bytes | None, wrong: str, tmp_path: Path) -> None:
    """Whatever somebody names."""
    file = tmp_path / "talk.txt"
    if text is not None:
        file.write_bytes(text)
    with pytest.raises(UsageError, match=wrong):
        talk(str(file), [])


def test_a_folder_is_no_talk(tmp_path: Path) -> None:
    """Nor is an empty name an episode."""
    with pytest.raises(UsageError, match="is a directory"):
        talk(str(tmp_path), [])
    with pytest.raises(UsageError, match="no episode of that name"):
        talk(None, [""])
