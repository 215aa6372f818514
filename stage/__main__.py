"""`python -m stage`: the page, the rule in force and the traffic of a demo that is up, on one screen, for a talk."""

from __future__ import annotations

import functools
import os
import secrets
import shlex
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from ipaddress import ip_address

import click

from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import DecimalNumber, TitledCommand, TitledOption, WholeNumber
from platforms.cli.demo_options import demo_options
from platforms.demo.crash_recovery import print_restored
from platforms.demo.journal import DemoPlatform
from platforms.demo.run_folder import part
from platforms.errors import Interrupted, NotReachable, UsageError
from platforms.loopback import LOOPBACK
from platforms.selection import connect
from scenarios.enduser import parse_name
from scenarios.messages.language import Language, of_environment
from scenarios.messages.message import Message
from scenarios.run.signals import InterruptGuard
from stage.director import Director
from stage.frames.listener import create_frame
from stage.frames.pages import Pages
from stage.live.endless_traffic import EndlessTraffic
from stage.live.proxy_rates import PolledRates
from stage.presentation import Presentation
from stage.quiet import Quiet
from stage.scenery.performance import Cast, Performance
from stage.show import Show
from stage.web.app import create_app
from stage.web.door import Door
from stage.web.publisher import Publisher
from stage.web.server import Listener

PORT = 8090
_RATE = Fraction(15)
"""Requests a second, as on the slide."""
_POLL_SECONDS = {"local": 0.5, "kubernetes": 1.0}
"""How often the proxies are asked for their counts: in a cluster, each through a forwarded port."""


_option = functools.partial(click.option, cls=TitledOption)


@click.command("stage", cls=TitledCommand)
@_option("--port", type=WholeNumber(1, 65535, example="8090"), default=PORT, metavar="PORT", help="default: 8090")
@_option(
    "--host", default=LOOPBACK, metavar="ADDRESS", help="an address of this machine for others to see; needs --token"
)
@_option("--token", is_flag=True, help="let in only who has the URL that is printed")
@_option("--user", default="opennaru", metavar="NAME", help="the end user of the second page; default: opennaru")
@_option(
    "--rate",
    type=DecimalNumber(Fraction(1, 10), Fraction(500), example="15"),
    default=_RATE,
    metavar="RPS",
    help="requests a second of the live traffic; default: 15",
)
@_option(
    "--lang",
    type=click.Choice([one.value for one in Language]),
    help="the language to begin with; default: the locale's",
)
@demo_options
def stage(*, choice: Choice, port: int, host: str, user: str, rate: Fraction, lang: str | None, token: bool) -> None:
    """Show page, rule and traffic of the demo that is up on one screen, driven by keys.

    Ctrl-C ends the stage and puts the baseline back.
    """
    show = Show(Language(lang) if lang else of_environment(os.environ), parse_name(user))
    door = _door(host, port, token=token)
    with ExitStack() as stack:
        guard = stack.enter_context(InterruptGuard().installed())
        listeners = [stack.enter_context(listener) for listener in _listeners(door.host, port)]
        platform = connect(choice)
        stack.callback(platform.close)
        print_restored(platform)
        scenery = _performance(platform, choice, door, listeners[1:], float(rate))
        shown = Presentation(scenery, show)
        publisher = Publisher(shown)
        threading.Thread(target=publisher.run, name="publisher", daemon=True).start()
        frames = tuple(door.at(listener.port).origins[0] for listener in listeners[1:])
        listeners[0].serve(create_app(shown, publisher, door, frames))
        print(f"the stage is at {door.url} · Ctrl-C ends it", flush=True)
        try:
            threading.Event().wait()
        except Interrupted as stopped:
            print(f"stage: {stopped}", file=sys.stderr)
        finally:
            publisher.close()
            with guard.deferred(Message("error.rule_remains", scenario=stage.name or "")):
                scenery.close()


def _listeners(host: str, port: int) -> Iterator[Listener]:
    """Take the port of the stage, and one for each page: those that follow, else any."""
    yield Listener(host, port)
    for number in (port + 1, port + 2):
        try:
            yield Listener(host, number)
        except (NotReachable, OverflowError):
            yield Listener(host, 0)


def _door(host: str, port: int, *, token: bool) -> Door:
    """The door for this address; raises UsageError where anybody could come in."""
    try:
        address = ip_address(LOOPBACK if host == "localhost" else host)
    except ValueError:
        raise UsageError(f"--host {host!a}: no address of this machine, as in 192.0.2.7") from None
    if address.is_unspecified:
        raise UsageError(f"--host {host}: name one address, the one that browsers will have in their URL")
    if not address.is_loopback and not token:
        raise UsageError(f"--host {host}: whoever reaches that address could change the demo: add --token")
    return Door(port, str(address), guests=secrets.token_urlsafe(24) if token else "")


def _performance(
    platform: DemoPlatform, choice: Choice, door: Door, frames: Sequence[Listener], rate: float
) -> Performance:
    urls = [door.at(listener.port).origins[0] for listener in frames]
    pages = Pages(platform.gateway_url, urls, lambda: None)
    for listener, page in zip(frames, pages.held, strict=True):
        listener.serve(create_frame(page, door.origins, door.at(listener.port).check))
    quiet = Quiet()
    command = shlex.join(["python", "-m", "stage", *sys.argv[1:]])

    def connect_again() -> DemoPlatform:  # each part has a connection of its own, which is not for two threads
        return connect(replace(choice, yes=True))

    traffic = EndlessTraffic(platform.gateway_url, part(platform.key) / "stage-locust.log")
    rates = PolledRates(connect_again, every=_POLL_SECONDS[platform.name])
    director = Director(connect_again, command=command, hold_traffic=traffic.held)
    performance = Performance(platform, choice, Cast(director, traffic, rates, quiet, pages), rate=rate)
    director.on_change = lambda _: performance.settle()
    return performance


if __name__ == "__main__":
    sys.exit(command_line.main(stage, "python -m stage"))
