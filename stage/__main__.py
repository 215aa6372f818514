"""`python -m stage`: the page, the rule in force and the traffic of a demo that is up, on one screen, for a talk."""

from __future__ import annotations

import dataclasses
import functools
import os
import secrets
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from fractions import Fraction
from ipaddress import ip_address

import click

from platforms.choice import Choice
from platforms.cli import command_line
from platforms.cli.command_line import DecimalNumber, TitledCommand, TitledOption, WholeNumber
from platforms.cli.demo_options import demo_options
from platforms.errors import Interrupted, NotReachable, UsageError
from platforms.loopback import LOOPBACK
from scenarios.enduser import parse_name
from scenarios.events.reading import read
from scenarios.messages.language import Language, of_environment
from scenarios.messages.message import Message
from scenarios.run.signals import InterruptGuard
from stage import episodes, opening
from stage.presentation import Presentation, Scenery
from stage.recordings import files
from stage.scenery.rehearsal import Rehearsal
from stage.scenery.replay import Replay
from stage.server import Listener
from stage.show import Place, Show
from stage.web.app import create_app
from stage.web.door import Door
from stage.web.publisher import Publisher

PORT = 8090
_RATE = Fraction(15)
"""Requests a second, as on the slide."""


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
@_option("--talk", "file", metavar="FILE", help="another talk than the deck's: a file with an episode in each line")
@_option("--with", "added", multiple=True, metavar="EPISODE", help="one more, such as 'zero_trust --open'; repeatable")
@_option("--replay", metavar="PATH", help="play a recording again, or the newest in a folder; needs no demo")
@_option("--rehearse", is_flag=True, help="the whole talk from recordings; needs no demo")
@demo_options
def stage(
    *,
    choice: Choice,
    port: int,
    host: str,
    user: str,
    rate: Fraction,
    lang: str | None,
    token: bool,
    file: str | None,
    added: tuple[str, ...],
    replay: str | None,
    rehearse: bool,
) -> None:
    """Show page, rule and traffic of the demo that is up on one screen, driven by keys.

    Ctrl-C ends the stage and puts the baseline back.
    """
    if replay and rehearse:
        raise UsageError("--replay and --rehearse: one of them; each shows recordings of its own")
    talk = episodes.talk(file, added)
    show = Show(Language(lang) if lang else of_environment(os.environ), parse_name(user), talk)
    door = _door(host, port, token=token)
    played = files.named(replay) if replay else ()
    rehearsed = files.rehearsal(talk) if rehearse else ()
    if played:
        talk, number = files.talk_about(played, talk)
        user = files.user_of(played) or show.user
        show = dataclasses.replace(show, talk=talk, place=Place(number, "prove"), user=user)
    with ExitStack() as stack:
        guard = stack.enter_context(InterruptGuard().installed())
        listener, *frames = [stack.enter_context(one) for one in _listeners(door.host, port)]
        scenery: Scenery
        if played:
            scenery = Replay(played, stack.enter_context(opening.stand_in(door, frames)))
        elif rehearsed:
            scenery = Rehearsal(rehearsed, read(files.CANARY), stack.enter_context(opening.stand_in(door, frames)))
        else:
            scenery = opening.demo(choice, door, frames, rate=float(rate))
        try:
            _serve(Presentation(scenery, show), door, listener, frames)
        finally:
            with guard.deferred(Message("error.rule_remains", scenario=stage.name or "")):
                scenery.close()


def _serve(shown: Presentation, door: Door, listener: Listener, frames: Sequence[Listener]) -> None:
    """Answer browsers until Ctrl-C or SIGTERM."""
    publisher = Publisher(shown)
    threading.Thread(target=publisher.run, name="publisher", daemon=True).start()
    listener.serve(create_app(shown, publisher, door, tuple(door.at(one.port).origins[0] for one in frames)))
    print(f"the stage is at {door.url} · Ctrl-C ends it", flush=True)
    try:
        threading.Event().wait()
    except Interrupted as stopped:
        print(f"stage: {stopped}", file=sys.stderr)
    finally:
        publisher.close()


def _listeners(host: str, port: int) -> Iterator[Listener]:
    """Take the port of the stage, and one for each page: those that follow, else others."""
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


if __name__ == "__main__":
    sys.exit(command_line.main(stage, "python -m stage"))
