"""The times at which a proxy was given what it serves."""

from __future__ import annotations

from platforms.envoy import config_dump


def given(name: str, time: str) -> dict[str, object]:
    return {"route_config": {"name": name}, "last_updated": time}


def test_route_updates() -> None:
    """By name; of a listener that drains and its successor, the successor's."""
    dump = {
        "configs": [given("9080", "T2"), given("http.8080", "T3"), given("9080", "T1"), {"version_info": "none yet"}]
    }

    assert {"9080": "T2", "http.8080": "T3"} == config_dump.route_updates(dump)


def test_cluster_updates() -> None:
    """By name."""
    assert {"outbound|9080||a": "T1"} == config_dump.cluster_updates(
        {"configs": [{"cluster": {"name": "outbound|9080||a"}, "last_updated": "T1"}]}
    )
