"""Which demo a command is about, by its options."""

from __future__ import annotations

import argparse

import pytest

from platforms.errors import Interrupted, UsageError
from platforms.selection import Choice, _confirm, add_options, named


def chosen(*words: str) -> Choice:
    parser = argparse.ArgumentParser()
    add_options(parser)
    return named(parser.parse_args(words))


def test_nothing_named_is_the_demo_that_is_up() -> None:
    """Whichever that is."""
    assert Choice() == chosen()


@pytest.mark.parametrize(
    ("name", "platform"), [("local", "local"), ("kubernetes", "kubernetes"), ("kind", "kubernetes")]
)
def test_a_platform_has_its_names(name: str, platform: str) -> None:
    """The name kind is where `up` puts Kubernetes."""
    assert Choice(platform=platform) == chosen("--platform", name)


def test_a_context_is_a_platform_too() -> None:
    """It needs no --platform; a slash at the end of the URL is none of its path."""
    wanted = Choice("kubernetes", "prod", "shop", "http://192.0.2.10:80", yes=True)

    assert wanted == chosen(
        *("--context", "prod", "--namespace", "shop", "--gateway-url", "http://192.0.2.10:80/", "--yes")
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--platform", "docker"), "'docker': no such platform; there are local, kubernetes, kind"),
        (("--namespace", "shop"), "--namespace: only with --context"),
        (("--gateway-url", "http://x", "--yes"), "--gateway-url, --yes: only with --context"),
        (("--context", "prod", "--platform", "local"), "--context prod: not with --platform local"),
        (("--context", "prod", "--gateway-url", "192.0.2.10"), "no URL, as in http://"),
    ],
)
def test_options_that_make_no_sense_are_told(words: tuple[str, ...], told: str) -> None:
    """Before anything is asked of a cluster."""
    with pytest.raises(UsageError, match=told):
        chosen(*words)


class Terminal:
    """Somebody who answers."""

    def __init__(self, answer: str) -> None:
        self._answer = answer

    def isatty(self) -> bool:
        return True

    def readline(self) -> str:
        return f"{self._answer}\n"


@pytest.mark.parametrize("answer", ["y", "Yes"])
def test_a_cluster_that_is_not_ours_is_changed_when_that_is_meant(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is yes."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    _confirm("context prod", yes=False)


@pytest.mark.parametrize("answer", ["", "n", "yess"])
def test_a_cluster_that_is_not_ours_is_left_alone_otherwise(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anything but yes is no."""
    monkeypatch.setattr("sys.stdin", Terminal(answer))

    with pytest.raises(Interrupted, match="nothing had been changed"):
        _confirm("context prod", yes=False)


def test_nobody_is_asked_where_nobody_can_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A script has to say --yes."""
    monkeypatch.setattr("sys.stdin", None)

    with pytest.raises(UsageError, match=r"context prod: .* say --yes"):
        _confirm("context prod", yes=False)
