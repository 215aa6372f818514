"""What a running Envoy lets in is what the policies say, read by somebody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO
from platforms.envoy.translate import routing
from platforms.errors import Rejected, Unsupported
from platforms.istio.resources import Resource, ResourceSet
from platforms.local.programs import runtimes
from tests.properties.access.doors import CALLERS, SERVED, Guards, doors
from tests.properties.access.policies import POLICIES
from tests.properties.access.reading import Request, is_let_in

REQUESTS = st.builds(
    lambda method, target, host, headers, caller, server_name, address, forwarded_for: Request(
        method, target, host, headers, caller, server_name if caller else "", address, forwarded_for
    ),
    st.sampled_from(("GET", "POST", "PUT", "OPTIONS")),
    st.sampled_from(
        ("/details/0", "/details/0?x=/a", "/details/", "/productpage", "/", "/x/y/a", "/b/x/c", "/0", "/details/0/x", "/reviews/1")
    ),
    st.sampled_from(("details", "details.bookinfo", "DETAILS:9080", "x")),
    st.dictionaries(st.sampled_from(("end-user", "X-A")), st.sampled_from(("x", "ab", "b", "", "A", "c*")), max_size=2),
    st.none() | st.sampled_from([*CALLERS]),
    st.sampled_from(("", "a", "outbound_.9080_._.details.bookinfo.svc.cluster.local", "x.local")),
    st.sampled_from(("127.0.0.1", "127.0.0.2")),
    st.sampled_from(("", "10.244.0.9", "192.168.0.1, 10.1.2.3", "10.0.0.1, 127.0.0.1")),
)  # fmt: skip
_DRAWN = 300
"""Sets of policies, each with six requests; of some nobody asks, or a cluster refuses them."""
_FEWEST = 50


def understood(policies: list[Resource]) -> Guards | None:
    """Our filters, for what a cluster takes and ours translates."""
    try:
        return routing(ResourceSet(tuple(policies)), BOOKINFO).proxies[SERVED].access.filters
    except (Rejected, Unsupported):
        return None


@pytest.mark.exhaustive
def test_whoever_is_let_in_may_come_in(tmp_path: Path) -> None:
    """And nobody else: by any policies, for any caller, by any connection."""
    binary = runtimes.envoy()
    if binary is None:
        pytest.skip("no Envoy is installed: `make setup` brings it")
    cases: list[tuple[list[Resource], Guards, list[Request]]] = []

    @settings(
        max_examples=_DRAWN,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=[*HealthCheck],
    )
    @given(POLICIES, st.lists(REQUESTS, min_size=6, max_size=6))
    def draw(policies: list[Resource], requests: list[Request]) -> None:
        guards = understood(policies)
        if guards:
            cases.append((policies, guards, requests))

    draw()
    seen = set()
    with doors(tmp_path, binary, [guards for _, guards, _ in cases]) as envoy:
        for number, (policies, _, requests) in enumerate(cases):
            for request in requests:
                expected = is_let_in(policies, request, envoy.door)
                seen.add(expected)
                assert expected == envoy.is_let_in(number, request), (request, *(one.document() for one in policies))

    assert len(cases) > _FEWEST
    assert {True, False} == seen
