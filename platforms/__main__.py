"""`python -m platforms`: bring the demo up and down, look at it, and put Istio objects of your own in force."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial

from platforms import commands, selection
from platforms.errors import DemoError, UsageError, in_one_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without ✓ is no reason to fail
    try:
        options = _parser().parse_args(arguments)
        code = int(options.command(options))
        if sys.stdout:
            sys.stdout.flush()  # so that what cannot be written is said here
    except DemoError as error:
        print(f"platforms: {in_one_line(str(error))}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("platforms: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:  # `… | head` has seen enough
        _write_no_more()
        return 0
    except OSError as error:
        _write_no_more()
        print(f"platforms: {_told(error)}", file=sys.stderr)
        return DemoError.exit_code
    return code


def _write_no_more() -> None:
    """What cannot be written goes nowhere, or Python would try again when it ends."""
    try:
        if sys.stdout:
            sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _told(error: OSError) -> str:
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise UsageError(f"{message}; `{self.prog} --help` shows how")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m platforms",
        description=__doc__,
        epilog="Exit codes: 0 done, 2 it makes no sense, 3 the platform could not do it, 130 interrupted.",
    )
    verbs = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def verb(
        name: str,
        command: commands.Command,
        summary: str,
        example: str,
        more: str = "",
        *,
        offer: Callable[[argparse.ArgumentParser], None] = selection.add_options,
    ) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = verbs.add_parser(
            name,
            help=summary,
            description=f"{summary[0].upper()}{summary[1:]}. {more}".strip(),
            epilog=f"example: python -m platforms {example}",
        )
        offer(made)
        made.add_argument(
            "-v", "--verbose", action="store_true", help="say when this Python hands over to the project's own"
        )
        made.set_defaults(command=command)
        return made

    chosen = partial(selection.add_platform, default="kind where a Docker engine answers, else local")
    up = verb(
        "up",
        commands.up,
        "start Bookinfo and its mesh, and print the URL",
        "up --platform local",
        "What is up already stays, what is missing is made.",
        offer=chosen,
    )
    up.add_argument(
        "--port", type=_port, help="where the gateway listens on 127.0.0.1 (default: 9080 on local, 8080 on kind)"
    )
    up.add_argument(
        "--cluster", default="bookinfo", metavar="NAME", help="kind: the cluster's name (default: bookinfo)"
    )
    up.add_argument("--bundle", metavar="FILE", help="kind: take every image from this archive of `make bundle`")
    verb("down", commands.down, "drain and stop everything that `up` started", "down", offer=selection.add_platform)
    status = verb("status", commands.status, "show what runs and which rules are in force", "status --json")
    verb("reset", commands.reset, "put exactly the baseline back in force, with every workload started", "reset")
    doctor = verb(
        "doctor", commands.doctor, "look for every program that the demo needs", "doctor --json", offer=chosen
    )
    verb(
        "build",
        commands.build,
        "local: compile the one service that has to be compiled, reviews",
        "build",
        offer=_nothing,
    )
    verb(
        "tools",
        commands.tools,
        "kind: download kind, kubectl and istioctl, pinned and verified",
        "tools",
        offer=_nothing,
    )
    bundle = verb(
        "bundle",
        commands.bundle,
        "kind: write every image into one archive, for `up --bundle`",
        "bundle bookinfo-images.tar",
        offer=_nothing,
    )
    bundle.add_argument("file", metavar="FILE", help="the archive to write")
    verb("url", commands.url, "print the URL of the page", "url")
    apply = verb(
        "apply",
        commands.apply,
        "put Istio objects of your own in force, or none of them",
        "apply -f istio/canary.yaml",
        "They are laid over the baseline: an object of the same kind and name replaces the baseline's. A second apply "
        "starts from the baseline again, so it replaces the first; `reset` undoes it. Files are read as kubectl reads them, "
        "3 MB at most.",
    )
    apply.add_argument(
        "-f",
        dest="files",
        action="extend",
        nargs="+",
        required=True,
        metavar="FILE",
        help="YAML or JSON, a file or a folder of *.yaml, *.yml and *.json; - is stdin",
    )
    config = verb("config", commands.config, "print what a proxy serves now, as JSON", "config productpage-v1")
    config.add_argument("workload", metavar="WORKLOAD", help="such as productpage-v1, or ingressgateway")
    logs = verb("logs", commands.logs, "print the log of a workload or a proxy", "logs reviews-v2 --follow")
    logs.add_argument(
        "workload", metavar="WORKLOAD", help="such as reviews-v2, envoy-reviews-v2, ingressgateway or supervisor"
    )
    logs.add_argument("-n", type=_count, default=50, dest="lines", metavar="N", help="how many lines (default: 50)")
    logs.add_argument("--follow", action="store_true", help="go on as lines are written, until Ctrl-C")
    for one in (status, doctor, apply):
        one.add_argument("--json", action="store_true", help="one JSON document for a script")
    return parser


def _nothing(_: argparse.ArgumentParser) -> None:
    """A command that is about no demo."""


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):  # noqa: PLR2004
        raise argparse.ArgumentTypeError(f"{text}: not a port from 1 to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise argparse.ArgumentTypeError(f"{text}: not a whole number")
    return int(text)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # as Ctrl-C: `up` takes along what it has started
    sys.exit(main())
