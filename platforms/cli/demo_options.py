"""The demo that a command is about, as its options name it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import click

from platforms.choice import Choice
from platforms.cli.command_line import TitledOption
from platforms.errors import UsageError

NAMES = {"local": "local", "kubernetes": "kubernetes", "kind": "kubernetes"}
"""What `--platform` takes: kind is where `up` puts Kubernetes."""

_TITLE = "Which demo"

Function = Callable[..., Any]


def platform_option(default: str = "the one that is up") -> Callable[[Function], Function]:
    """Offer `--platform` alone, to a command that makes or unmakes a demo."""
    return click.option(
        "--platform",
        cls=TitledOption,
        title=_TITLE,
        metavar="NAME",
        type=click.Choice(tuple(NAMES)),
        callback=lambda _context, _option, name: NAMES.get(name),
        help=f"local, kubernetes or kind; default: {default}",
    )


def demo_options(command: Function) -> Function:
    """Offer the options that name a demo; the command gets them as one `choice`."""
    option = functools.partial(click.option, cls=TitledOption, title=_TITLE)

    @platform_option()
    @option("--context", metavar="NAME", help="kubernetes: a cluster with Istio and Bookinfo, by its context")
    @option("--namespace", metavar="NS", help="with --context: the namespace of Bookinfo; default bookinfo")
    @option("--gateway-url", metavar="URL", help="with --context: the ingress gateway, http://host:port")
    @option("--yes", is_flag=True, help="with --context: do not ask whether that cluster is meant")
    @functools.wraps(command)
    def with_choice(
        platform: str | None,
        context: str | None,
        namespace: str | None,
        gateway_url: str | None,
        *,
        yes: bool,
        **rest: Any,
    ) -> Any:
        return command(choice=checked(Choice(platform, context, namespace, gateway_url, yes)), **rest)

    return with_choice


def checked(choice: Choice) -> Choice:
    """Return the choice made whole: a context is on Kubernetes; raises UsageError for what does not go together."""
    if choice.context is None:
        named = {"--namespace": choice.namespace, "--gateway-url": choice.gateway_url, "--yes": choice.yes}
        if given := [option for option, value in named.items() if value]:
            raise UsageError(f"{', '.join(given)}: only with --context, which names a cluster that `up` has not made")
        return choice
    if choice.platform == "local":
        raise UsageError(f"--context {choice.context}: not with --platform local")
    url = choice.gateway_url
    if url is not None and not url.startswith(("http://", "https://")):
        raise UsageError(f"--gateway-url {url!a}: not a URL, as in http://192.0.2.10:80")
    return Choice("kubernetes", choice.context, choice.namespace, url and url.rstrip("/"), choice.yes)
