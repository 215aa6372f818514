"""What the proxies get for a rule is what was once read and found right."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from platforms.bookinfo import BOOKINFO, baseline, load
from platforms.envoy.translate import ProxyConfig, translate
from platforms.istio.resources import ResourceSet
from tests.golden.validation import complaint, topology

FOLDER = Path(__file__).parent
CASES = sorted(path.parent.name for path in FOLDER.glob("*/istio.yaml"))
SHOWN = ("productpage-v1", "reviews-v2", "ingressgateway")


@pytest.mark.parametrize("case", CASES)
def test_the_proxies_get_what_they_got(case: str, request: pytest.FixtureRequest) -> None:
    """The Envoy files of a case are the expected ones."""
    file = FOLDER / case / "envoy.yaml"
    found = _everything(ResourceSet()) if case == "baseline" else _differences(_rules(case))
    if request.config.getoption("--update-golden", default=False):
        file.write_text(_dump(found), encoding="utf-8")

    assert yaml.safe_load(file.read_text(encoding="utf-8")) == found


def test_envoy_accepts_every_case(tmp_path: Path) -> None:
    """Envoy takes the whole configuration of every case."""
    snapshots = (translate(baseline().overlaid(_rules(case)), BOOKINFO, topology(n)) for n, case in enumerate(CASES))

    assert complaint(snapshots, tmp_path) == ""


def _rules(case: str) -> ResourceSet:
    return load(FOLDER / case / "istio.yaml")


def _everything(rules: ResourceSet) -> dict[str, Any]:
    """By proxy, part and name: all that it gets."""
    snapshot = translate(baseline().overlaid(rules), BOOKINFO, topology())
    return {proxy: _parts(snapshot.proxies[proxy]) for proxy in SHOWN}


def _differences(rules: ResourceSet) -> dict[str, Any]:
    """The same, without what the baseline has too; what is gone is None."""
    before, after = _everything(ResourceSet()), _everything(rules)
    changed = {
        proxy: {part: _changed(before[proxy][part], after[proxy][part]) for part in after[proxy]} for proxy in SHOWN
    }
    return {
        proxy: {part: entries for part, entries in parts.items() if entries}
        for proxy, parts in changed.items()
        if any(parts.values())
    }


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {name: after.get(name) for name in sorted({*before, *after}) if before.get(name) != after.get(name)}


def _parts(config: ProxyConfig) -> dict[str, Any]:
    return {
        "listeners": {one["name"]: one for one in config.listeners},
        "clusters": {one["name"]: one for one in config.clusters},
        "routes": {
            f"{name} {one['name']}": one
            for name, configuration in config.routes.items()
            for one in configuration["virtualHosts"]
        },
    }


class _Dumper(yaml.SafeDumper):
    """Writes what occurs twice twice: nobody reads anchors."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def _dump(found: Mapping[str, Any]) -> str:
    return yaml.dump(found, Dumper=_Dumper, sort_keys=False, width=120)
