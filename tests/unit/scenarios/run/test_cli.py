"""Arguments of the scenarios: what makes no sense is refused in one line, before anything is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click
import pytest
from rich.cells import cell_len

from platforms.boundary import Platform
from platforms.choice import Choice
from platforms.cli.demo_options import demo_options
from platforms.selection import connect
from scenarios.messages.catalogue import catalogue
from scenarios.messages.language import Language
from scenarios.registry import COMMANDS
from scenarios.run.cli import Command, main
from tests.controls import drive
from tests.fakes import FakePlatform

OPTIONS = ("platform", "requests", "margin", "rate", "duration", "json", "report", "keep", "quiet", "verbose")


@pytest.fixture(params=COMMANDS.values(), ids=COMMANDS)
def command(request: pytest.FixtureRequest) -> Command:
    return request.param


def nobody(_: Choice) -> Platform:
    raise AssertionError("something was connected to")


def test_help_has_an_example_and_the_exit_codes(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    """And every common option."""
    code = main(command, ["--help"], to=nobody)
    helped = capsys.readouterr().out

    assert 0 == code
    assert max(map(len, helped.splitlines())) <= 80
    assert f"example: python -m scenarios.{command.name}" in helped
    assert "0 HOLDS, 1 FAILS, 4 INCONCLUSIVE" in helped
    assert [] == [option for option in OPTIONS if f"--{option}" not in helped]


def test_help_is_korean_where_korean_is_wanted(
    command: Command, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """By option or by locale; no line is wider than the terminal, in which a Korean letter takes two cells."""
    assert 0 == main(command, ["--lang", "ko", "--help"], to=nobody)
    helped = capsys.readouterr().out
    monkeypatch.setenv("LC_ALL", "ko_KR.UTF-8")
    assert 0 == main(command, ["--help"], to=nobody)

    assert helped == capsys.readouterr().out
    assert "종료 코드: 0 성립, 1 불성립, 4 판정 불가" in helped
    assert max(map(cell_len, helped.splitlines())) <= 80
    assert [] == [option for option in OPTIONS if f"--{option}" not in helped]


@pytest.mark.parametrize("parameter", demo_options(lambda: None).__click_params__, ids=lambda one: one.name)
def test_the_demo_is_named_by_options_as_the_platforms_describe_them(parameter: click.Option) -> None:
    """Their help stands in the catalogue too, where Korean needs it."""
    assert parameter.help == catalogue(Language.ENGLISH)[f"help.{parameter.name}"]


@pytest.mark.usefixtures("run_folder")
def test_a_scenario_without_sentences_is_told_by_its_title(capsys: pytest.CaptureFixture[str]) -> None:
    """A new one is a module and a line in the registry; it can be run before the catalogues know it."""
    unheard = replace(COMMANDS["canary"], name="unheard", title="something new")

    assert 0 == main(unheard, ["--lang", "ko", "--help"], to=nobody)
    assert "\n  something new\n" in capsys.readouterr().out


def test_what_a_run_prints_is_korean_where_korean_is_wanted(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Claims, hops, table and verdict; the exit code is the same. A second here is a hundredth, so that v2 is not out for its 30."""
    with FakePlatform() as platform:
        code = main(command, ["--lang", "ko", "--requests", "30"], to=lambda _: platform, source=drive.source)
        out, err = capsys.readouterr()

    assert "" == err
    assert "주장 · " in out
    assert "만에 프록시 7개에 적용 완료 · 리비전 " in out
    assert out.rstrip().splitlines()[-1].startswith({0: "  성립 · ", 1: "  불성립 · ", 4: "  판정 불가 · "}[code])
    assert out.rstrip().endswith(" · 기준 상태로 복원했습니다")


def test_without_a_demo_the_command_that_brings_it_up_is_named(
    command: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 3, one line on stderr, nothing on stdout."""
    code = main(command, [], to=connect)
    out, err = capsys.readouterr()

    assert (3, "") == (code, out)
    assert 1 == len(err.splitlines())
    assert "make demo-up" in err


@pytest.mark.parametrize(
    "words",
    [
        *[
            ("canary", "--weights", weights)
            for weights in ("90,10", "a,b,c", "0,0,0", "-1,101,0", "nan,1,1", "1e400,0,0", "")
        ],
        ("user_routing", "--user", ""),
        ("user_routing", "--user", "a\nb"),
        ("user_routing", "--user", "홍" * 86),
        ("user_routing", "--others", "v3"),
        ("user_routing", "--as-on-slide", "--others", "v1"),
        ("fault_ratings", "--fault", "fire"),
        ("fault_ratings", "--reviews", "v1"),
        ("timeouts", "--timeout", "0"),
        ("timeouts", "--timeout", "0.5"),
        ("timeouts", "--timeout", "600", "--delay", "1000"),
        ("timeouts", "--delay", "3000"),
        ("retries", "--percent", "31"),
        ("retries", "--percent", "0"),
        ("mirroring", "--percent", "101"),
        ("mirroring", "--to", "v1"),
        ("canary", "--requests", "0"),
        ("canary", "--requests", "٣"),
        ("canary", "--margin", "0"),
        ("canary", "--margin", "51"),
        ("canary", "--margin", "nan"),
        ("canary", "--rate", "-1"),
        ("canary", "--duration", "60"),
        ("canary", "--requests", "9", "--rate", "15", "--duration", "60"),
        ("canary", "--requests", "1000001"),
        ("canary", "--platform", "moon"),
        ("canary", "--report", ""),
        ("canary", "--quiet", "--verbose"),
        ("canary", "--nonsense"),
    ],
)
def test_bad_input_gets_one_clear_line(
    words: Sequence[str], run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2 before anything is connected to; the line names the option."""
    code = main(COMMANDS[words[0]], words[1:], to=nobody)
    out, err = capsys.readouterr()

    assert (2, "") == (code, out)
    assert 1 == len(err.splitlines())
    assert words[1] in err
    assert not run_folder.exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("canary", "--weights", "90,10"),
            "canary: --weights '90,10': 90,10,0처럼 v1, v2, v3의 가중치 세 개를 지정해야 하는데, 2개를 받았습니다",
        ),
        (
            ("user_routing", "--user", "a\nb"),
            "user_routing: --user 'a\\nb': 이름에는 '\\n'을 쓸 수 없습니다. 한 줄로 된 이름을 지정하십시오",
        ),
        (("canary", "--report", ""), "canary: --report '': `--report report`처럼 폴더를 지정하십시오"),
    ],
)
def test_what_is_wrong_is_said_in_korean_too(
    words: Sequence[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the same exit code."""
    code = main(COMMANDS[words[0]], [*words[1:], "--lang", "ko"], to=nobody)

    assert (2, f"{said}\n") == (code, capsys.readouterr().err)


def test_in_cluster_needs_a_cluster(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 3 before anything is changed; the line says what to use instead."""
    with FakePlatform() as platform:
        code = main(COMMANDS["canary"], ["--in-cluster"], to=lambda _: platform)

        assert [] == platform.applied

    wrong = "--in-cluster: platform local is no cluster; --workers N takes N processes of this machine"

    assert 3 == code
    assert f"canary: {wrong}" in capsys.readouterr().err
