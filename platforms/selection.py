"""Which demo a command is about: the one that is up, or the one that its options name."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from platforms.demo.journal import DemoPlatform
from platforms.errors import Interrupted, UsageError

NAMES = {"local": "local", "kubernetes": "kubernetes", "kind": "kubernetes"}
"""What `--platform` takes: kind is where `up` puts Kubernetes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A demo, as far as it was named."""

    platform: str | None = None
    """`local` or `kubernetes`; None for the one that is up."""
    context: str | None = None
    """A context of the kubeconfig; None for the demo that `up` made."""
    namespace: str | None = None
    gateway_url: str | None = None
    yes: bool = False
    """Whether a cluster that is not ours need not be confirmed."""


def add_platform(parser: argparse._ActionsContainer, default: str = "the one that is up") -> None:
    """Offer `--platform` alone, to a command that makes or unmakes a demo."""
    parser.add_argument("--platform", metavar="NAME", help=f"local, kubernetes or kind; default: {default}")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Offer the options that name a demo."""
    group = parser.add_argument_group("which demo")
    add_platform(group)
    group.add_argument(
        "--context", metavar="NAME", help="kubernetes: a cluster with Istio and Bookinfo, by its context"
    )
    group.add_argument(
        "--namespace", metavar="NS", help="kubernetes, with --context: where Bookinfo is; default bookinfo"
    )
    group.add_argument(
        "--gateway-url", metavar="URL", help="kubernetes, with --context: the ingress gateway, http://host:port"
    )
    group.add_argument("--yes", action="store_true", help="with --context: do not ask whether that cluster is meant")


def platform_named(options: argparse.Namespace) -> str | None:
    """The platform that `--platform` names, if it does; raises UsageError for a name of none."""
    if options.platform is None:
        return None
    if options.platform not in NAMES:
        raise UsageError(f"--platform {options.platform!a}: no such platform; there are {', '.join(NAMES)}")
    return NAMES[options.platform]


def named(options: argparse.Namespace) -> Choice:
    """The demo that the options name; raises UsageError for options that do not go together."""
    platform = platform_named(options)
    of_context = {
        f"--{name.replace('_', '-')}": getattr(options, name)
        for name in ("namespace", "gateway_url", "yes")
        if getattr(options, name)
    }
    if options.context is None and of_context:
        raise UsageError(f"{', '.join(of_context)}: only with --context, which names a cluster that `up` has not made")
    if options.context is not None and platform == "local":
        raise UsageError(f"--context {options.context}: not with --platform local")
    if options.gateway_url is not None and not options.gateway_url.startswith(("http://", "https://")):
        raise UsageError(f"--gateway-url {options.gateway_url!a}: no URL, as in http://192.0.2.10:80")
    return Choice(
        platform="kubernetes" if options.context else platform,
        context=options.context,
        namespace=options.namespace,
        gateway_url=options.gateway_url and options.gateway_url.rstrip("/"),
        yes=options.yes,
    )


def connect(target: Choice | None = None) -> DemoPlatform:
    """The demo that is meant.

    Raises NotReachable when it is not up, UsageError when several are and none is named.
    """
    target = target or Choice()
    match target.platform or which_is_up():
        case "local":
            from platforms.local.platform import LocalPlatform  # noqa: PLC0415  # the other platform is not loaded

            return LocalPlatform.connect()
        case _:
            from platforms.kubernetes import connection  # noqa: PLC0415  # the same

            if target.context is None:
                return connection.of_record()
            found = connection.of_context(target.context, target.namespace, target.gateway_url)
            _confirm(found.described, yes=target.yes)
            return found.platform


def up() -> Iterator[str]:
    """The platforms on which a demo is up."""
    from platforms.local import bringup  # noqa: PLC0415  # only when nobody says which

    if bringup.running():
        yield "local"
    from platforms.kubernetes import record  # noqa: PLC0415  # the same

    if record.read(record.folder()):
        from platforms.kubernetes import connection  # noqa: PLC0415  # the client library takes a quarter of a second

        if connection.answers():
            yield "kubernetes"


def which_is_up() -> str:
    """The platform that commands mean when nobody names one; raises UsageError when a demo is up on both."""
    found = list(up())
    if len(found) > 1:
        raise UsageError(f"a demo is up on {' and on '.join(found)}: say which with --platform")
    if found:
        return found[0]
    from platforms.kubernetes import record  # noqa: PLC0415  # as above

    # Nothing answers; whoever was up last says best what became of it.
    return "kubernetes" if record.read(record.folder()) else "local"


def _confirm(described: str, *, yes: bool) -> None:
    """A cluster that is not ours is changed only if its name was read and agreed to."""
    if yes:
        return
    if not sys.stdin or not sys.stdin.isatty():
        raise UsageError(f"{described}: not a demo of ours, so say --yes if its rules may be changed for a while")
    print(f"{described}: its rules will be changed for a while. Go on? [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Interrupted("not confirmed; nothing had been changed")
