"""The commands of `python -m platforms` on rules of one's own; they load what they need as those on the demo do."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from platforms.choice import Choice
from platforms.cli.demo_options import NAMES, demo_options
from platforms.cli.group import PROGRAM, command, json_option
from platforms.demo.typed import as_typed

if TYPE_CHECKING:
    from platforms.cli.own_rules import Applied, Remarks


def _files_options(function: Callable[..., Any]) -> Callable[..., Any]:
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
    @functools.wraps(function)
    def with_files(files: tuple[str, ...], more: tuple[str, ...], **rest: Any) -> Any:
        return function(files=(*files, *more), **rest)

    return with_files


@command("apply -f istio/canary.yaml")
@demo_options
@_files_options
@click.option("--add", is_flag=True, help="keep in force what was applied before, as kubectl does")
@click.option("--dry-run", is_flag=True, help="change nothing, and only say what would be refused; needs no demo")
@json_option
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
        provider = selection.provider_of(choice)
        platform = provider.name
        # A cluster is not looked at: it may be somebody's who would have to be asked.
        here = platform == "local" and provider.is_up()
        remarks = own_rules.dry_run(own, platform, provider.connect(choice) if here else None)
        told = f"platform {platform} accepts it; nothing was changed"
        _print_remarks(remarks, {"dry_run": True, "platform": platform} | remarks.document(), told, as_json=as_json)
        return
    who = as_typed(f"{PROGRAM} apply -f {' '.join(files)}")
    _print_applied(own_rules.apply(own, selection.connect(choice), who, add=add), as_json=as_json)


@command("check -f istio/ --report rules.xml")
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
@json_option
def check(platform: str, files: tuple[str, ...], report: Path | None, *, as_json: bool) -> int:
    """Judge Istio objects as `apply` would, with no demo up.

    Each has a verdict: accepted, with what its author should know, refused with the reason, or set aside. Exit 1 where one is
    refused.
    """
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


@command("delete -f istio/canary.yaml")
@demo_options
@_files_options
@json_option
def delete(choice: Choice, files: tuple[str, ...], *, as_json: bool) -> None:
    """Take objects of yours out of force, or none of them.

    Those that go have the kinds and names in these files; the others that were applied stay.
    """
    from platforms import selection
    from platforms.cli import own_rules

    who = as_typed(f"{PROGRAM} delete -f {' '.join(files)}")
    _print_applied(own_rules.delete(files, selection.connect(choice), who), as_json=as_json)


@command("get")
@demo_options
@json_option
def get(choice: Choice, *, as_json: bool) -> None:
    """Print the objects of yours that are in force, as YAML."""
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
