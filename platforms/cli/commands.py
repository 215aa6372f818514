"""The commands of `python -m platforms`, each with its options and its help.

A command loads what it needs when it is called, so that --help and a wrong option are answered at once.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platforms.choice import Choice
from platforms.cli.command_line import OrderedGroup, WholeNumber, log_to_stderr
from platforms.cli.demo_options import NAMES, demo_options, platform_option

if TYPE_CHECKING:
    from platforms.cli.own_rules import Applied, Remarks

PROGRAM = "python -m platforms"
_WHERE_UP = "kind where a Docker engine answers, else local"

_json_option = click.option("--json", "as_json", is_flag=True, help="one JSON document for a script")


@click.group(
    cls=OrderedGroup,
    no_args_is_help=False,
    epilog="Exit codes: 0 done, 1 `check` refuses an object, 2 wrong usage, 3 the platform could not do it, 130 interrupted.",
)
def platforms() -> None:
    """Bring the demo up and down, look at it, and put Istio objects of your own in force."""


def _command(example: str) -> Callable[[Callable[..., Any]], click.Command]:
    def registered(function: Callable[..., Any]) -> click.Command:
        command = platforms.command(epilog=f"example: {PROGRAM} {example}")(function)
        command.params.append(_verbose())
        return command

    return registered


def _files_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Offer `-f`, as kubectl has it; the command gets all that is named as `files`."""

    @click.option(
        "-f",
        "files",
        metavar="FILE",
        multiple=True,
        required=True,
        help="YAML or JSON: a file, a URL, or a folder of *.yaml, *.yml and *.json; - is stdin; may be given several times",
    )
    @click.argument("more", nargs=-1, metavar="[FILE]...", help="more of them, as the shell makes of istio/*.yaml")
    @functools.wraps(command)
    def with_files(files: tuple[str, ...], more: tuple[str, ...], **rest: Any) -> Any:
        return command(files=(*files, *more), **rest)

    return with_files


def _verbose() -> click.Option:
    return click.Option(
        ["-v", "--verbose"],
        count=True,
        expose_value=False,
        callback=lambda _context, _option, times: log_to_stderr(times),
        help="log every call to the demo on stderr; -vv: every question to a proxy too",
    )


@_command("up --platform local")
@platform_option(_WHERE_UP)
@click.option(
    "--port",
    type=WholeNumber(1, 65535, example="9080"),
    help="where the gateway listens on 127.0.0.1; default: 9080 on local, 8080 on kind",
)
@click.option("--cluster", metavar="NAME", help="kind: the cluster's name; default: bookinfo")
@click.option("--bundle", metavar="FILE", type=Path, help="kind: take every image from this archive of `bundle`")
def up(platform: str | None, port: int | None, cluster: str | None, bundle: Path | None) -> None:
    """Start Bookinfo and its mesh, and print the URL.

    What is up already stays, what is missing is made.
    """
    from platforms import bookinfo, selection
    from platforms.demo.crash_recovery import print_restored
    from platforms.demo.journal import exclusive
    from platforms.errors import Busy
    from platforms.provider import UpOptions

    provider = selection.provider(platform) if platform else selection.default()
    try:
        with exclusive(provider.name, f"{PROGRAM} up"):
            demo, told = provider.up(UpOptions(port, cluster, bundle))
    except Busy:
        # Whoever holds the lock may be a scenario on a demo that is up, or another `up` that has not finished.
        if not provider.is_up():
            raise
        demo, told = provider.connect(Choice()), "Bookinfo is already up"
        if not bookinfo.is_whole(demo.gateway_url):
            raise
    print_restored(demo)
    print(f"{told}: {demo.gateway_url}{bookinfo.PATH}")
    for caveat in demo.caveats:
        print(f"note: {caveat}")


@_command("down")
@platform_option()
def down(platform: str | None) -> None:
    """Drain and stop everything that `up` started."""
    from platforms import selection

    print((selection.provider(platform) if platform else selection.running()).down())


@_command("status --json")
@demo_options
@_json_option
def status(choice: Choice, *, as_json: bool) -> None:
    """Show what runs and which rules are in force."""
    from platforms import selection
    from platforms.demo import console

    report = selection.provider_of(choice).status(choice)
    print(json.dumps(report.document, indent=2) if as_json else console.status(report))


@_command("reset")
@demo_options
def reset(choice: Choice) -> None:
    """Put the baseline back in force, with every workload started."""
    from platforms import selection
    from platforms.cli import own_rules
    from platforms.demo import console

    convergence = own_rules.reset(selection.connect(choice), f"{PROGRAM} reset")
    print(f"the baseline is {console.in_force(convergence)}")


@_command("doctor --json")
@platform_option(_WHERE_UP)
@_json_option
def doctor(platform: str | None, *, as_json: bool) -> int:
    """Look for every program that the demo needs."""
    from platforms import selection
    from platforms.demo import console
    from platforms.errors import NotReachable

    diagnosis = (selection.provider(platform) if platform else selection.default()).doctor()
    print(json.dumps(diagnosis.document(), indent=2) if as_json else console.diagnosis(diagnosis))
    return 0 if diagnosis.is_complete else NotReachable.exit_code


@_command("build")
def build() -> None:
    """Compile, for platform local, the one service that is compiled."""
    from platforms.local import provider

    print(provider.build())


@_command("tools")
def tools() -> None:
    """Download kind, kubectl and istioctl, pinned and verified."""
    from platforms.kubernetes import provider

    print(*provider.download_tools(), sep="\n")


@_command("bundle bookinfo-images.tar")
@click.argument("file", type=Path, help="the archive to write")
def bundle(file: Path) -> None:
    """Write every image into one archive, for `up --bundle`."""
    from platforms.kubernetes import provider

    print(*provider.write_bundle(file), sep="\n")


@_command("url")
@demo_options
def url(choice: Choice) -> None:
    """Print the URL of the page."""
    from platforms import bookinfo, selection

    print(f"{selection.connect(choice).gateway_url}{bookinfo.PATH}")


@_command("apply -f istio/canary.yaml")
@demo_options
@_files_options
@click.option("--add", is_flag=True, help="keep in force what was applied before, as kubectl does")
@click.option("--dry-run", is_flag=True, help="change nothing, and only say what would be refused; needs no demo")
@_json_option
def apply(choice: Choice, files: tuple[str, ...], *, add: bool, dry_run: bool, as_json: bool) -> None:
    """Put Istio objects of your own in force, or none of them.

    They are laid over the baseline: an object of the same kind and name replaces the baseline's. A second apply starts
    from the baseline again, so it replaces the first, unless --add is given; `delete` and `reset` undo it. Files are
    read as kubectl reads them, 3 MB at most; what is no rule, such as a Service, is set aside. `check` judges them with no
    demo up.
    """
    from platforms import selection
    from platforms.cli import own_rules

    own = own_rules.read(files)
    if dry_run:
        platform = selection.provider_of(choice).name
        remarks = own_rules.dry_run(own, platform)
        told = f"platform {platform} accepts it; nothing was changed"
        _print_remarks(remarks, {"dry_run": True, "platform": platform} | remarks.document(), told, as_json=as_json)
        return
    who = f"{PROGRAM} apply -f {' '.join(files)}"
    _print_applied(own_rules.apply(own, selection.connect(choice), who, add=add), as_json=as_json)


@_command("check -f istio/ --report rules.xml")
@click.option(
    "--platform",
    metavar="NAME",
    type=click.Choice(tuple(NAMES)),
    default="local",
    callback=lambda _context, _option, name: NAMES[name],
    help="whose `apply` is asked for: local (the default), kubernetes or kind",
)
@_files_options
@click.option("--report", metavar="FILE", type=Path, help="write the verdicts too: *.xml is JUnit, *.sarif is SARIF")
@_json_option
def check(platform: str, files: tuple[str, ...], report: Path | None, *, as_json: bool) -> int:
    """Say of every object what `apply` would say, with no demo up; exit 1 where one is refused."""
    from platforms.cli import check_reports, rule_check

    if report:
        check_reports.check_ending(report)
    result = rule_check.check(files, platform)
    if report:
        check_reports.write(result, report)
    if as_json:
        print(json.dumps(check_reports.document(result), indent=2))
    else:
        print(*check_reports.lines(result), sep="\n")
    return 0 if result.is_accepted else 1


@_command("delete -f istio/canary.yaml")
@demo_options
@_files_options
@_json_option
def delete(choice: Choice, files: tuple[str, ...], *, as_json: bool) -> None:
    """Take objects that were applied out of force: those of the kinds and names in these files, or none of them."""
    from platforms import selection
    from platforms.cli import own_rules

    who = f"{PROGRAM} delete -f {' '.join(files)}"
    _print_applied(own_rules.delete(files, selection.connect(choice), who), as_json=as_json)


@_command("get")
@demo_options
@_json_option
def get(choice: Choice, *, as_json: bool) -> None:
    """Print the objects that were applied and are in force, as YAML that can be applied."""
    from platforms import selection
    from platforms.cli import own_rules

    own = own_rules.in_force(selection.connect(choice))
    if as_json:
        print(json.dumps({"items": [one.document() for one in own]}, indent=2))
    else:
        print(own.dump().rstrip() or "# nothing that `apply` has put there is in force")


def _print_applied(applied: Applied, *, as_json: bool) -> None:
    from platforms.demo import console

    _print_remarks(applied.remarks, applied.document(), console.in_force(applied.convergence), as_json=as_json)


def _print_remarks(remarks: Remarks, document: dict[str, Any], told: str, *, as_json: bool) -> None:
    from platforms.errors import in_one_line

    if as_json:
        print(json.dumps(document, indent=2))
        return
    print(*(in_one_line(str(remark)) for remark in (*remarks.notes, *remarks.warnings)), told, sep="\n")


@_command("config productpage-v1")
@demo_options
@click.argument("workload", help="such as productpage-v1, or ingressgateway")
def config(choice: Choice, workload: str) -> None:
    """Print what a proxy serves now, as JSON."""
    from platforms import selection

    print(json.dumps(selection.provider_of(choice).config(choice, workload), indent=2))


@_command("logs reviews-v2 --follow")
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
