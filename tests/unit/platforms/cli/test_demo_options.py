"""The demo that a command is about, by its options."""

from __future__ import annotations

import click
import pytest

from platforms.choice import Choice
from platforms.cli.command_line import run
from platforms.cli.demo_options import demo_options
from platforms.errors import UsageError


def chosen(*words: str) -> Choice:
    found: list[Choice] = []

    @click.command()
    @demo_options
    def command(choice: Choice) -> None:
        found.append(choice)

    run(command, "command", words)
    return found[0]


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
        (("--platform", "docker"), "'docker' is not one of 'local', 'kubernetes', 'kind'"),
        (("--namespace", "shop"), "--namespace: only with --context"),
        (("--gateway-url", "http://x", "--yes"), "--gateway-url, --yes: only with --context"),
        (("--context", "prod", "--platform", "local"), "--context prod: not with --platform local"),
        (("--context", "prod", "--gateway-url", "192.0.2.10"), "not a URL, as in http://"),
    ],
)
def test_options_that_make_no_sense_are_told(words: tuple[str, ...], told: str) -> None:
    """Before anything is asked of a cluster."""
    with pytest.raises(UsageError, match=told):
        chosen(*words)
