"""Rules that people have written, ours against istiod's: `python -m tests.parity.files.asked rules/ more.yaml`.

The rules of a file are asked about together, and each by itself; without Gateways of the Gateway API that have proxies of their
own in a cluster. What differs is printed with its objects and its file; exit 1 if anything does that `KNOWN` in `comparison.py` does
not name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from platforms.bookinfo import NAMESPACE
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.errors import DemoError
from platforms.istio.reading.files import texts
from platforms.istio.resources import GATEWAY_API, Resource, ResourceSet, parse
from tests.parity.comparison import BASE
from tests.parity.differential import Tally
from tests.parity.oracle import oracle, question

ASKED = frozenset(
    {
        *("VirtualService", "DestinationRule", "Gateway", "ServiceEntry", "KubernetesGateway", "HTTPRoute"),
        *("AuthorizationPolicy", "PeerAuthentication"),
    }
)
_YOUNGER = 2
"""Than the baseline's objects."""


def is_asked(one: Resource) -> bool:
    """Tell a rule that the oracle and ours are both asked about."""
    is_of_istio = "istio.io/" in one.api_version or one.api_version.startswith(GATEWAY_API)
    has_own_proxies = one.collection == "KubernetesGateway" and not one.spec.get("addresses")
    return is_of_istio and one.collection in ASKED and not has_own_proxies


def rules(path: Path) -> list[Resource]:
    """The rules of a file that the oracle is asked about, in the version in which the API server stores them.

    Raises DemoError for what cannot be read.
    """
    ((name, text),) = texts([path])
    found = {}
    for one in parse(text, source=name, namespace=NAMESPACE):
        if is_asked(one):
            stored = f"{GATEWAY_API}/v1" if one.api_version == f"{GATEWAY_API}/v1beta1" else one.api_version
            found[one.key] = replace(one, api_version=stored, source=path.name, created=_YOUNGER)
    return list(found.values())


def files(given: tuple[Path, ...]) -> Iterator[Path]:
    """The YAML files among these, and in these folders."""
    for one in given:
        inside = (*one.rglob("*.yaml"), *one.rglob("*.yml")) if one.is_dir() else (one,)
        yield from sorted(path for path in inside if not path.is_dir())


@click.command(cls=TitledCommand, help=__doc__)
@click.argument("given", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--show", type=int, default=5, help="questions that are printed of every class of differences; default 5")
def ask_of_files(given: tuple[Path, ...], show: int) -> int:
    tally = Tally(show)
    unread = 0
    with oracle() as ask:
        for path in files(given):
            try:
                found = rules(path)
            except DemoError as error:
                unread += 1
                print(f"not read: {error}")
                continue
            differed = tally.counted["differ"]
            for objects in (found, *([one] for one in found if len(found) > 1)):
                if objects:
                    resources = BASE.overlaid(ResourceSet(tuple(objects)))
                    tally.add(objects, resources, ask(question(resources)))
            if tally.counted["differ"] > differed:
                print(f"in {path}\n")
    print(f"{tally.summary()}\n{unread:,} files not read")
    return 1 if tally.counted["differ"] else 0


if __name__ == "__main__":
    sys.exit(command_line.main(ask_of_files, "python -m tests.parity.files.asked"))
