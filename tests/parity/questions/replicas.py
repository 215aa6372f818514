"""Random numbers of instances and versions of one's own, with subsets, Services and rules that choose among them."""

from __future__ import annotations

from hypothesis import strategies as st

from platforms.istio.resources import Resource
from tests.parity.mesh import instance
from tests.parity.questions.traffic import filled, networking
from tests.properties import rules
from tests.properties.access.policies import POLICIES
from tests.properties.http_routes import SERVICES

_THERE = ("reviews-v1", "reviews-v2", "ratings-v1", "productpage-v1")
_FURTHER = ("reviews-v4", "ratings-v-faulty", "details-v2")
_LABELS = (
    {"version": "v1"},
    {"version": "v4"},
    {"version": "v4", "app": "reviews"},
    {"version": "v2", "app": "ratings"},
    {"version": "v-faulty"},
    {"app": "reviews"},
    {},
)


def _instances(counts: dict[str, int]) -> list[Resource]:
    """So many of each workload, of which Bookinfo has one of those that are there anyway."""
    return [
        instance(name, number)
        for name, count in counts.items()
        for number in range(2 if name in _THERE else 1, count + 1)
    ]


_PODS = st.fixed_dictionaries({}, optional={name: st.integers(1, 4) for name in (*_THERE, *_FURTHER)}).map(_instances)
_SUBSETS = st.lists(
    st.builds(
        lambda name, labels: {"name": name, "labels": labels},
        st.sampled_from(("v1", "v4", "canary", "all")),
        st.sampled_from(_LABELS),
    ),
    max_size=3,
    unique_by=lambda one: one["name"],
)
_RULED = st.builds(
    lambda spec, host, subsets: filled(spec, host=host, subsets=[*spec["subsets"], *subsets]),
    rules.DESTINATION_RULES.map(lambda spec: {**spec, "subsets": spec["subsets"][1:]}),
    st.sampled_from(("reviews", "reviews", "ratings", "details", "*.bookinfo.svc.cluster.local")),
    _SUBSETS,
)
_LED = st.builds(
    lambda host, subsets: {
        "hosts": [host],
        "http": [{"route": [{"destination": {"host": host, "subset": one}, "weight": 1} for one in subsets]}],
    },
    st.sampled_from(("reviews", "ratings")),
    st.lists(st.sampled_from(("v1", "v4", "canary", "all", "nobody")), min_size=1, max_size=2, unique=True),
)
REPLICAS = st.tuples(
    _PODS,
    st.lists(
        st.one_of(
            networking("DestinationRule", ("a", "reviews", "z"), _RULED),
            networking("VirtualService", ("a", "reviews"), _LED),
        ),
        min_size=1,
        max_size=3,
        unique_by=lambda one: one.key,
    ),
    st.lists(SERVICES, max_size=1),
    st.just([]) | st.just([]) | POLICIES,
).map(lambda parts: [one for part in parts for one in part])
"""Pods, and what chooses among them."""
