"""What Prometheus answers becomes the graph's arrows, and what the cluster tells of its API server the way there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from platforms.errors import PlatformError
from tests.unit.platforms.kubernetes.up.programs import first_on_path, put
from tools.observability import Edge, Kubectl, edges, table

SERVICE = {"spec": {"clusterIPs": ["10.96.0.1"], "ports": [{"port": 443, "protocol": "TCP", "targetPort": 6443}]}}
SLICE = {"endpoints": [{"addresses": ["172.18.0.2"]}], "ports": [{"name": "https", "port": 6443, "protocol": "TCP"}]}


def counted(source: str, destination: str | None, code: str, rate: float) -> dict[str, Any]:
    metric = {"source_workload": source, "response_code": code}
    return {"metric": metric | ({"destination_workload": destination} if destination else {}), "value": [0, str(rate)]}


def test_answers_of_all_codes_are_one_arrow() -> None:
    """An arrow has the rate of all answers, and the share of those that are no server's error."""
    series = [counted("reviews-v2", "ratings-v1", code, rate) for code, rate in (("200", 6), ("404", 1), ("500", 3))]

    assert [Edge("reviews-v2", "ratings-v1", 10.0, 0.7)] == edges(series)


def test_no_answer_is_no_success() -> None:
    """A request that nobody answered counts, with code 0, and where it would have gone is not known."""
    assert [Edge("reviews-v2", "unknown", 2.0, 0.0)] == edges([counted("reviews-v2", None, "0", 2)])


def test_the_table_is_the_picture_of_the_slide() -> None:
    """Each arrow is one line, in the order of callers, with its rate and its success."""
    series = [
        counted("productpage-v1", "reviews-v2", "200", 1.13),
        counted("istio-ingressgateway", "productpage-v1", "200", 14.93),
        counted("productpage-v1", "reviews-v1", "200", 13.8),
    ]

    assert [
        "  istio-ingressgateway → productpage-v1    14.93 rps  100.0 %",
        "  productpage-v1       → reviews-v1        13.80 rps  100.0 %",
        "  productpage-v1       → reviews-v2         1.13 rps  100.0 %",
    ] == table(edges(series))


def patched(folder: Path, monkeypatch: pytest.MonkeyPatch, service: object, slices: list[object]) -> Any:
    """What kubectl is told to put into the policy, where the cluster answers so."""
    (folder / "service").write_text(json.dumps(service), encoding="utf-8")
    (folder / "endpointslices").write_text(json.dumps({"items": slices}), encoding="utf-8")
    # kubectl --context NAME get KIND …, or patch … -p PATCH
    put(
        folder,
        "kubectl",
        f'[ "$3" = get ] && exec cat "{folder}/$4"\nshift $(($# - 1)); printf %s "$1" > "{folder}/patch"',
    )
    first_on_path(folder, monkeypatch)
    Kubectl("kind-bookinfo").open_the_way_to_the_api()
    return json.loads((folder / "patch").read_text(encoding="utf-8"))


def test_the_way_to_the_api_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API server's addresses are opened, each on the ports it has there and on no other, in both families."""
    second = {"endpoints": [{"addresses": ["fd00::2"]}], "ports": [{"port": 8443, "protocol": "TCP"}]}

    assert [
        {
            "op": "add",
            "path": "/spec/egress",
            "value": [
                {"to": [{"ipBlock": {"cidr": "10.96.0.1/32"}}], "ports": [{"port": 443, "protocol": "TCP"}]},
                {"to": [{"ipBlock": {"cidr": "172.18.0.2/32"}}], "ports": [{"port": 6443, "protocol": "TCP"}]},
                {"to": [{"ipBlock": {"cidr": "fd00::2/128"}}], "ports": [{"port": 8443, "protocol": "TCP"}]},
            ],
        }
    ] == patched(tmp_path, monkeypatch, SERVICE, [SLICE, second])


@pytest.mark.parametrize(
    "slices",
    [
        [],
        [{**SLICE, "endpoints": None}],
        [{**SLICE, "endpoints": []}],
        [{**SLICE, "ports": None}],
        [{**SLICE, "ports": []}],
    ],
    ids=["no slice", "no endpoints", "empty endpoints", "no ports", "empty ports"],
)
def test_an_api_server_that_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, slices: list[object]) -> None:
    """A cluster that does not tell opens nothing: an empty list in a policy would mean everything."""
    with pytest.raises(PlatformError, match="does not say where its API server listens"):
        patched(tmp_path, monkeypatch, SERVICE, slices)

    assert not (tmp_path / "patch").exists()
