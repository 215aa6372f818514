"""The status of a demo: what is in force beside the baseline, which is the same on every platform, and the rest."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.bookinfo import NAMESPACE, PATH, baseline
from platforms.demo import journal
from platforms.istio.resources import dry_run

Document = Mapping[str, Any]
Table = Sequence[tuple[str, ...]]
"""Rows of cells, the titles first."""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """The status of a demo, for a script and for a terminal."""

    document: Document
    security: str
    """A sentence on mTLS and authorization."""
    tables: tuple[Table, ...]
    """What runs."""
    page: str = ""
    """What is to be said beside the page's URL."""
    where: str = ""
    """What names the demo beside its platform."""
    remark: str = ""
    """A text to be printed below."""


def baseline_comparison(
    platform: journal.DemoPlatform,
    *,
    revision: str,
    in_force: Iterable[Document],
    stopped: Collection[str],
    restored: bool,
) -> dict[str, Any]:
    """The rules in force beside the baseline; `restored` says whether what a killed run left has been undone.

    An entry in the journal is then somebody's who is still at it.
    """
    entry = journal.Journal.of(platform.key).read()
    who = entry.who if entry else None
    differs = _difference(in_force, stopped)
    return {
        "platform": platform.name,
        "url": f"{platform.gateway_url}{PATH}",
        "revision": revision,
        "baseline": not any(differs.values()),
        "differs": differs,
        "changing": who if restored else None,
        "unrestored": None if restored else who,
    }


def security(in_force: Iterable[Document]) -> str:
    """Say in a few words who may call whom, and by what."""
    ours = list(in_force)
    modes = [one["spec"].get("mtls", {}).get("mode", "UNSET") for one in ours if one["kind"] == "PeerAuthentication"]
    policies = sum(one["kind"] == "AuthorizationPolicy" for one in ours)
    return f"mTLS {', '.join(modes) or 'not asked for'}, {policies} authorization policies"


def _difference(resources: Iterable[Document], stopped: Collection[str]) -> dict[str, list[str]]:
    """The differences between what is in force and the baseline."""
    in_force = {_name(one): one for one in resources}
    wanted = {_name(one.document()): one.document() for one in baseline()}
    both = in_force.keys() & wanted.keys()
    return {
        "added": sorted(in_force.keys() - wanted.keys()),
        "changed": sorted(name for name in both if _changed(in_force[name], wanted[name])),
        "removed": sorted(wanted.keys() - in_force.keys()),
        "stopped": sorted(stopped),
    }


def _name(resource: Document) -> str:
    """`VirtualService reviews`; one of another namespace is `VirtualService reviews.default`."""
    metadata = resource["metadata"]
    namespace = "" if metadata["namespace"] == NAMESPACE else f".{metadata['namespace']}"
    return f"{resource['kind']} {metadata['name']}{namespace}"


def _changed(one: Document, other: Document) -> bool:
    return any(one[field] != other[field] for field in ("apiVersion", "spec")) or (
        dry_run(one["metadata"]) != dry_run(other["metadata"])
    )
