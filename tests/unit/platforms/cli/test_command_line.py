"""Command lines: plain numbers, options by subject, and one line for what is wrong."""

from __future__ import annotations

import logging
from fractions import Fraction

import click
import pytest

from platforms.cli.command_line import DecimalNumber, TitledCommand, TitledOption, WholeNumber, log_to_stderr, main, run
from platforms.errors import NotReachable, UsageError


@click.command(cls=TitledCommand, epilog="example: program -n 3")
@click.option("-n", type=WholeNumber(1, 1000, example="3"))
@click.option(
    "--share", cls=TitledOption, title="Shares", type=DecimalNumber(Fraction(1, 2), Fraction(50), example="5")
)
@click.option("--fail", is_flag=True)
@click.option("--stop", is_flag=True)
@click.argument("way", type=click.Choice(("up", "down")), required=True)
def command(n: int | None, share: Fraction | None, way: str, *, fail: bool, stop: bool) -> int:
    """Do something."""
    if fail:
        raise NotReachable("nobody\nanswers")
    if stop:
        raise KeyboardInterrupt
    click.echo(f"{way} {n!r} {share!r}")
    return 1


def test_values_are_exact(capsys: pytest.CaptureFixture[str]) -> None:
    """A whole number is an int, a decimal exactly what was typed; options stand before and after arguments."""
    assert 1 == run(command, "program", ["-n", "1000", "up", "--share", "0.7"])
    assert "up 1000 Fraction(7, 10)\n" == capsys.readouterr().out


@pytest.mark.parametrize("text", ["0", "1001", "-1", "1e3", "1_0", "+1", " 1", "٣", "", "1.0", "9" * 13])
def test_only_plain_whole_numbers_within_the_limits(text: str) -> None:
    """Nothing else that Python takes for a number; the message has what was given, what is wrong and an example."""
    with pytest.raises(UsageError) as refused:
        run(command, "program", ["up", "-n", text])

    assert f"{text!a}: give a whole number from 1 to 1,000, as in -n 3" in str(refused.value)


@pytest.mark.parametrize("text", ["0.4", "50.1", "nan", "1/2", "5.", ".5", "1e1", "0.1234567"])
def test_only_plain_decimals_within_the_limits(text: str) -> None:
    """Likewise."""
    with pytest.raises(UsageError, match=r"give a number from 0\.5 to 50, as in --share 5"):
        run(command, "program", ["up", "--share", text])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "missing argument '{up|down}'. Choose from: up, down;"),
        (("up", "--shar", "5"), "no such option '--shar'. Did you mean '--share'?"),
        (("left",), "invalid value for '{up|down}': 'left' is not one of 'up', 'down';"),
        (("up", "down"), "got unexpected extra argument (down);"),
    ],
)
def test_what_is_wrong_is_one_line(words: tuple[str, ...], told: str) -> None:
    """With the command that says more."""
    with pytest.raises(UsageError) as refused:
        run(command, "program", words)

    assert f"{told} `program --help` shows what is possible" == str(refused.value)


@pytest.mark.parametrize("word", ["-h", "--help"])
def test_help_lists_options_by_subject(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 0, and the example at the end."""
    assert 0 == run(command, "program", [word])

    helped = capsys.readouterr().out

    assert helped.index("Options:") < helped.index("-n INTEGER") < helped.index("Shares:") < helped.index("--share")
    assert helped.endswith("example: program -n 3\n")


@pytest.mark.parametrize(("verbosity", "level"), [(-1, None), (0, None), (1, logging.INFO), (2, logging.DEBUG)])
def test_calls_are_logged_if_asked_for(verbosity: int, level: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once for orders, twice for questions; without being asked, logging is left alone."""
    root = logging.RootLogger(logging.WARNING)
    monkeypatch.setattr(logging, "root", root)
    log_to_stderr(verbosity)

    assert (level or logging.WARNING, level is not None) == (root.level, bool(root.handlers))


def test_a_program_ends_with_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """In the name of the program, with the exit code of the error."""
    assert [1, 2, 3, 130] == [
        main(command, "python -m tools.demo", words) for words in (["up"], ["left"], ["up", "--fail"], ["up", "--stop"])
    ]

    usage, failed, stopped = capsys.readouterr().err.splitlines()

    assert usage.startswith("demo: invalid value")
    assert (failed, stopped) == (r"demo: nobody\nanswers", "demo: interrupted")
