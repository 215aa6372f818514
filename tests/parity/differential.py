"""Random objects, ours against istiod's: `python -m tests.parity.differential --runs 20000 --seed 1`.

Five objects at most, few names and hosts, so that they meet: ages, namespaces, exportTo, wildcards, gateways. What differs is
printed with its objects, by class (`comparison.py`); exit 1 if anything does that `KNOWN` there does not name.
"""

from __future__ import annotations

import gzip
import json
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_args

import click
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from platforms.bookinfo import BOOKINFO
from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand, WholeNumber
from platforms.envoy.translate import translate
from platforms.errors import Rejected, Unsupported, UsageError
from platforms.istio.resources import Resource, ResourceSet
from tests.parity.comparison import BASE, Class, differences, known
from tests.parity.oracle import Answer, oracle, question, served
from tests.parity.recordings import TOPOLOGY
from tests.parity.wide import wide
from tests.properties import rules
from tests.properties.access.policies import POLICIES
from tests.properties.http_routes import GATEWAYS, HTTP_ROUTES, SERVICES

RECORDED = Path(__file__).parent / "oracle-answers.json.gz"
"""A fixed sample, for where there is no Go."""
RECORDED_POLICIES = RECORDED.with_name("oracle-answers-policies.json.gz")
"""Another one, about who may call whom."""

_FULL = "bookinfo.svc.cluster.local"
_SERVICES = ("reviews", f"reviews.{_FULL}", "ratings", f"ratings.{_FULL}", f"details.{_FULL}")
_HOSTS = (*_SERVICES, *_SERVICES, "Reviews", "reviews.bookinfo", f"*.{_FULL}", "*.svc.cluster.local", "*.local", "*")
_SITES = ("*", "shop.example.com", "Shop.Example.com", "*.example.com", "www.shop.example.com", "*.com", "reviews")
_EXPORTS = (
    None,
    None,
    None,
    ["*"],
    ["."],
    ["bookinfo"],
    ["istio-system"],
    ["default"],
    ["bookinfo", "default"],
    [".", "istio-system"],
)
_NAMESPACES = ("bookinfo",) * 6 + ("default", "istio-system")
_GATEWAYS = (
    None,
    None,
    None,
    ["mesh"],
    ["bookinfo-gateway"],
    ["bookinfo/bookinfo-gateway"],
    ["mesh", "bookinfo-gateway"],
    ["door"],
)


def _with(spec: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {**spec, **{name: value for name, value in fields.items() if value is not None}}


def _resource(
    kind: str, names: tuple[str, ...], spec: st.SearchStrategy[dict[str, Any]]
) -> st.SearchStrategy[Resource]:
    return st.builds(
        lambda name, namespace, spec, created: Resource(
            "networking.istio.io/v1", kind, name, spec, namespace, "istio/x.yaml", created
        ),
        st.sampled_from(names),
        st.sampled_from(_NAMESPACES),
        spec,
        st.integers(0, 2),
    )


_ROUTED = st.builds(
    lambda spec, hosts, gateways, exported: _with(spec, hosts=hosts, gateways=gateways, exportTo=exported),
    rules.VIRTUAL_SERVICES,
    st.lists(st.sampled_from(_HOSTS), min_size=1, max_size=2, unique=True),
    st.sampled_from(_GATEWAYS),
    st.sampled_from(_EXPORTS),
)
_AT_GATEWAY = st.builds(
    lambda spec, hosts, gateways: _with(spec, hosts=hosts, gateways=gateways),
    rules.VIRTUAL_SERVICES,
    st.lists(st.sampled_from(_SITES), min_size=1, max_size=2, unique=True),
    st.sampled_from((["bookinfo-gateway"], ["door"], ["door", "bookinfo-gateway"], ["door", "mesh"])),
)
_PLAIN = st.builds(
    lambda hosts, to, gateways, exported: _with(
        {"hosts": hosts, "http": [{"route": [{"destination": {"host": to}}]}]}, gateways=gateways, exportTo=exported
    ),
    st.lists(st.sampled_from(_HOSTS), min_size=1, max_size=2, unique=True),
    st.sampled_from(_SERVICES),
    st.sampled_from(_GATEWAYS),
    st.sampled_from(_EXPORTS),
)
_RULED = st.builds(
    lambda spec, host, exported, subsets: _with(spec, host=host, exportTo=exported, subsets=subsets),
    rules.DESTINATION_RULES,
    st.sampled_from(_HOSTS),
    st.sampled_from(_EXPORTS),
    st.sampled_from((None, [], [{"name": "canary", "labels": {"version": "v3"}}], [{"name": "v1", "labels": {}}])),
)
_DOORS = st.builds(
    lambda hosts, selector, tls: {
        "selector": selector,
        "servers": [_with({"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": hosts}, tls=tls)],
    },
    st.lists(
        st.sampled_from((*_SITES, "./shop.example.com", "bookinfo/*.example.com", "default/*")),
        min_size=1,
        max_size=2,
        unique=True,
    ),
    st.sampled_from(({"istio": "ingressgateway"}, {"istio": "ingressgateway"}, {"istio": "other"})),
    st.sampled_from((None, None, {"httpsRedirect": True}, {"httpsRedirect": False})),
)
_DECIDING = ("route", "redirect", "directResponse")
_TEAM = ("squad", "team")


def _delegating(
    spec: Mapping[str, Any], to: list[dict[str, str] | None], hosts: list[str], gateways: list[str] | None
) -> dict[str, Any]:
    """The same spec, some of its routes left to others."""
    http = [
        {**{field: value for field, value in route.items() if field not in _DECIDING}, "delegate": who}
        if who
        else route
        for route, who in zip(spec["http"], to, strict=False)
    ]
    return _with({"hosts": hosts, "http": http}, gateways=gateways)


_ROOTS = st.builds(
    _delegating,
    rules.VIRTUAL_SERVICES,
    st.lists(
        st.none()
        | st.fixed_dictionaries(
            {"name": st.sampled_from((*_TEAM, *_TEAM, "nobody"))},
            optional={"namespace": st.sampled_from(("bookinfo", "default"))},
        ),
        min_size=4,
        max_size=4,
    ),
    st.lists(st.sampled_from(_SERVICES), min_size=1, max_size=2, unique=True),
    st.sampled_from(_GATEWAYS),
)
_TEAMS = st.builds(
    lambda spec, exported: _with({"http": spec["http"]}, exportTo=exported),
    rules.VIRTUAL_SERVICES,
    st.sampled_from(_EXPORTS),
)
_UNDELEGATED = st.lists(
    st.one_of(
        _resource("VirtualService", ("a", "b", "reviews", "z"), _ROUTED),
        _resource("VirtualService", ("a", "b", "bookinfo", "shop"), _AT_GATEWAY),
        _resource("VirtualService", ("a", "reviews", "z"), _PLAIN),
        _resource("DestinationRule", ("a", "reviews", "z"), _RULED),
        _resource("DestinationRule", ("a", "b", "reviews"), _RULED),
        _resource("Gateway", ("door", "bookinfo-gateway"), _DOORS),
    ),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.key,
)
_DELEGATED = st.tuples(
    st.lists(_resource("VirtualService", ("a", "z"), _ROOTS), min_size=1, max_size=2, unique_by=lambda one: one.key),
    st.lists(_resource("VirtualService", _TEAM, _TEAMS), min_size=1, max_size=3, unique_by=lambda one: one.key),
).map(lambda parts: [*parts[0], *parts[1]])
_KUBERNETES = st.tuples(
    st.lists(HTTP_ROUTES, min_size=1, max_size=3, unique_by=lambda one: one.key),
    st.lists(GATEWAYS, max_size=1),
    st.lists(SERVICES, max_size=1),
    st.lists(
        st.one_of(
            _resource("VirtualService", ("a", "reviews"), _ROUTED), _resource("DestinationRule", ("reviews",), _RULED)
        ),
        max_size=1,
    ),
).map(lambda parts: [one for part in parts for one in part])
OBJECTS = st.one_of(_UNDELEGATED, _UNDELEGATED, _UNDELEGATED, _DELEGATED, _KUBERNETES)


def stored(objects: list[Resource], answer: Answer) -> dict[str, Any]:
    """A question with what is compared of its answer."""
    told = {"served": served(answer)} if answer["accepted"] else {"message": answer["message"]}
    return {
        "objects": [{**one.document(), "created": one.created} for one in objects],
        "answer": {"accepted": answer["accepted"], **told},
    }


def unsupported(resources: ResourceSet) -> str | None:
    """Why ours says that it cannot, if it does."""
    try:
        translate(resources, BOOKINFO, TOPOLOGY)
    except Unsupported as error:
        return str(error)
    except Rejected:
        pass
    return None


@dataclass
class Tally:
    """A count of questions and of what differed, printed as it is found."""

    show: int
    """How many questions are printed of every class of differences."""
    counted: Counter[str] = field(default_factory=Counter)
    classes: Counter[str] = field(default_factory=Counter)
    unable: Counter[str] = field(default_factory=Counter)

    def add(self, objects: list[Resource], resources: ResourceSet, answer: Answer) -> None:
        """Count one question, and print it if its answer differs as no known one does."""
        if reason := unsupported(resources):
            self.unable[reason.split("; ")[0]] += 1
        told = list(differences(resources, answer))
        fresh = [one for one in told if known(one) is None]
        self.counted.update(
            {
                "questions": 1,
                "accepted" if answer["accepted"] else "refused": 1,
                "unsupported": int(reason is not None),
                "known": int(bool(told) and not fresh),
                "differ": int(bool(fresh)),
            }
        )
        self.classes.update({one.of for one in fresh})
        if any(self.classes[one.of] <= self.show for one in fresh):
            for one in objects:
                print(json.dumps({**one.document(), "created": one.created}))
            print(*fresh, sep="\n", end="\n\n", flush=True)

    def summary(self) -> str:
        """Every count, the classes of differences in the order of their weight."""
        return "\n".join(
            (
                *(f"unsupported, {count:,} times: {reason}" for reason, count in self.unable.most_common()),
                *(f"{of}, {self.classes[of]:,} times" for of in get_args(Class) if self.classes[of]),
                ", ".join(f"{count:,} {what}" for what, count in self.counted.items()),
            )
        )


@click.command(cls=TitledCommand, help=__doc__)
@click.option("--runs", type=WholeNumber(1, 100_000_000, example="1000"), default=1000, help="questions; default 1000")
@click.option("--seed", "of", type=int, default=1, help="of the random objects; default 1")
@click.option("--show", type=int, default=5, help="questions that are printed of every class of differences; default 5")
@click.option("--record", is_flag=True, help="keep the questions and answers beside this program")
@click.option("--wide", "as_wide", is_flag=True, help="with fields from the CRDs' schemas, at the edges")
@click.option("--policies", is_flag=True, help="about who may call whom, instead of where calls are led")
def differential(runs: int, of: int, show: int, *, record: bool, as_wide: bool, policies: bool) -> int:
    if as_wide and record:
        raise UsageError("--record keeps the sample of the plain objects: leave out --wide")
    objects = POLICIES if policies else OBJECTS
    strategy = wide(objects) if as_wide else objects
    tally = Tally(show)
    kept: list[dict[str, Any]] = []
    with oracle(listeners=policies) as ask:

        @seed(of)
        @settings(
            max_examples=runs,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def compare(objects: list[Resource]) -> None:
            resources = BASE.overlaid(ResourceSet(tuple(objects)))
            answer = ask(question(resources))
            tally.add(objects, resources, answer)
            if record:
                kept.append(stored(objects, answer))

        compare()
    if record:
        (RECORDED_POLICIES if policies else RECORDED).write_bytes(
            gzip.compress(json.dumps(kept, sort_keys=True).encode(), mtime=0)
        )
    print(tally.summary())
    return 1 if tally.counted["differ"] else 0


if __name__ == "__main__":
    sys.exit(command_line.main(differential, "python -m tests.parity.differential"))
