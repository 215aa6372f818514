"""The commands of `python -m platforms` on the demo, each with its options and its help.

A command loads what it needs when it is called, so that --help and a wrong option are answered at once.
"""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click

from platforms.choice import Choice
from platforms.cli.command_line import Time, WholeNumber
from platforms.cli.demo_options import demo_options, platform_option
from platforms.cli.group import PROGRAM, command, json_option
from platforms.demo.typed import as_typed

_WHERE_UP = "kind where a Docker engine answers, else local"


@command("up --platform local")
@platform_option(_WHERE_UP)
@click.option(
    "--port",
    type=WholeNumber(1, 65535, example="9080"),
    help="where the gateway listens on 127.0.0.1; default: 9080 on local, 8080 on kind",
)
@click.option("--cluster", metavar="NAME", help="kind: the cluster's name; default: bookinfo")
@click.option("--bundle", metavar="FILE", type=Path, help="kind: take every image from this archive of `bundle`")
@click.option(
    "--cert-lifetime",
    metavar="TIME",
    type=Time(timedelta(seconds=10), timedelta(days=365), example="60s"),
    help="local: how long a proxy's certificate is good; at half that time the next one takes its place; default: 24h",
)
@click.option("--replicas", metavar="NAME=N", multiple=True, help="local: N instances of a workload: reviews-v1=3")
@click.option(
    "--workload",
    "workloads",
    metavar="NAME=APP:VERSION",
    multiple=True,
    help="local: a further version: reviews-v4=reviews:v4,STAR_COLOR=blue",
)
def up(
    platform: str | None,
    port: int | None,
    cluster: str | None,
    bundle: Path | None,
    *,
    cert_lifetime: timedelta | None,
    replicas: tuple[str, ...],
    workloads: tuple[str, ...],
) -> None:
    """Start Bookinfo and its mesh, and print the URL.

    What is up already stays, what is missing is made.
    """
    from platforms import bookinfo, selection
    from platforms.demo.crash_recovery import print_restored
    from platforms.demo.journal import exclusive
    from platforms.errors import Busy
    from platforms.provider import UpOptions

    _require_services(as_typed(f"{PROGRAM} up"))
    provider = selection.provider(platform) if platform else selection.default()
    try:
        with exclusive(provider.name, as_typed(f"{PROGRAM} up")):
            demo, told = provider.up(UpOptions(port, cluster, bundle, cert_lifetime, replicas, workloads))
    except Busy:
        # Whoever holds the lock may be a scenario on a demo that is up, or another `up` that has not finished.
        if not provider.is_up():
            raise
        demo, told = provider.connect(Choice()), "Bookinfo is already up"
        if not bookinfo.is_whole(demo.gateway_url):
            raise
    print_restored(demo)
    print(f"{told}: {demo.gateway_url}{bookinfo.PATH}")


@command("down")
@platform_option()
def down(platform: str | None) -> None:
    """Drain and stop everything that `up` started."""
    from platforms import selection

    print((selection.provider(platform) if platform else selection.running()).down())


@command("status --json")
@demo_options
@json_option
def status(choice: Choice, *, as_json: bool) -> None:
    """Show what runs and which rules are in force."""
    from platforms import selection
    from platforms.demo import console

    report = selection.provider_of(choice).status(choice)
    print(json.dumps(report.document, indent=2) if as_json else console.status(report))


@command("reset")
@demo_options
def reset(choice: Choice) -> None:
    """Put the baseline back in force, with every workload started."""
    from platforms import selection
    from platforms.cli import own_rules
    from platforms.demo import console

    convergence = own_rules.reset(selection.connect(choice), as_typed(f"{PROGRAM} reset"))
    print(f"the baseline is {console.in_force(convergence)}")


@command("doctor --json")
@platform_option(_WHERE_UP)
@json_option
def doctor(platform: str | None, *, as_json: bool) -> int:
    """Look for every program that the demo needs."""
    from platforms import selection
    from platforms.demo import console
    from platforms.errors import NotReachable

    diagnosis = (selection.provider(platform) if platform else selection.default()).doctor()
    print(json.dumps(diagnosis.document(), indent=2) if as_json else console.diagnosis(diagnosis))
    return 0 if diagnosis.is_complete else NotReachable.exit_code


@command("build")
def build() -> None:
    """Compile, for platform local, the one service that is compiled."""
    from platforms.local import provider

    _require_services(as_typed(f"{PROGRAM} build"))
    print(provider.build())


@command("tools")
def tools() -> None:
    """Download kind, kubectl and istioctl, pinned and verified."""
    from platforms.kubernetes import provider

    print(*provider.download_tools(), sep="\n")


@command("bundle bookinfo-images.tar")
@click.argument("file", type=Path, help="the archive to write")
def bundle(file: Path) -> None:
    """Write every image into one archive, for `up --bundle`."""
    from platforms.kubernetes import provider

    _require_services(as_typed(f"{PROGRAM} bundle"))
    print(*provider.write_bundle(file), sep="\n")


@command("url")
@demo_options
def url(choice: Choice) -> None:
    """Print the URL of the page."""
    from platforms import bookinfo, selection

    print(f"{selection.connect(choice).gateway_url}{bookinfo.PATH}")


@command("config productpage-v1")
@demo_options
@click.argument("workload", help="such as productpage-v1, or ingressgateway")
def config(choice: Choice, workload: str) -> None:
    """Print what a proxy serves now, as JSON."""
    from platforms import selection

    print(json.dumps(selection.provider_of(choice).config(choice, workload), indent=2))


@command("logs reviews-v2 --follow")
@demo_options
@click.argument("workload", help="such as reviews-v2, envoy-reviews-v2, ingressgateway or supervisor")
@click.option(
    "-n", "lines", type=WholeNumber(0, 1_000_000, example="50"), default=50, help="how many lines (default: 50)"
)
@click.option("--follow", is_flag=True, help="go on as lines are written, until Ctrl-C")
def logs(choice: Choice, workload: str, lines: int, *, follow: bool) -> None:
    """Print the log of a workload or a proxy."""
    from platforms import selection

    try:
        for line in selection.provider_of(choice).logs(choice, workload, lines=lines, follow=follow):
            print(line, flush=follow)
    except KeyboardInterrupt:
        if not follow:  # there it is the way to stop
            raise


def _require_services(asked: str) -> None:
    """Raise NotReachable in an installed copy, which has not all of Bookinfo's services."""
    from platforms.environment import IS_CHECKOUT
    from platforms.errors import NotReachable

    if not IS_CHECKOUT:
        raise NotReachable(
            f"`{asked}`: an installed copy has not all of Bookinfo's services; in a checkout `make demo-up` brings them up"
        )
