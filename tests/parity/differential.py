"""Random objects, ours against istiod's: `python -m tests.parity.differential --runs 20000 --seed 1`.

Five objects at most, few names and hosts, so that they meet: ages, namespaces, exportTo, wildcards, gateways. What differs is
printed with its objects; exit 1 if anything does that `KNOWN` does not name.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from platforms.errors import Rejected, Unsupported
from platforms.resources import Resource, ResourceSet, baseline
from platforms.translation.served import shown
from platforms.translation.translate import translate
from tests.parity.oracle import CRDS, Answer, oracle, ordered, question, served
from tests.parity.recordings import TOPOLOGY
from tests.parity.wide import wide
from tests.properties import rules

BASE = ResourceSet(
    tuple(replace(one, created=1) for one in baseline() if one.api_version.startswith("networking.istio.io"))
)
"""Between the random objects in age."""

RECORDED = Path(__file__).parent / "oracle-answers.json.gz"
"""A fixed sample, for where there is no Go."""

KNOWN: dict[str, str] = {}
"""What is known to differ: a part of the message by which it is recognised, and why it stays."""

_SCHEMA = re.compile(r"\w+/[^/ ]+/[^/ ]+: (.+)", re.DOTALL)
"""The oracle's frame around what the schema has against an object."""

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
    lambda hosts, selector: {
        "selector": selector,
        "servers": [{"port": {"number": 8080, "name": "http", "protocol": "HTTP"}, "hosts": hosts}],
    },
    st.lists(
        st.sampled_from((*_SITES, "./shop.example.com", "bookinfo/*.example.com", "default/*")),
        min_size=1,
        max_size=2,
        unique=True,
    ),
    st.sampled_from(({"istio": "ingressgateway"}, {"istio": "ingressgateway"}, {"istio": "other"})),
)
OBJECTS = st.lists(
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


def differences(resources: ResourceSet, answer: Answer) -> Iterator[str]:
    """What ours serves otherwise than istiod, or takes or refuses otherwise; nothing where ours says it cannot."""
    try:
        snapshot = translate(resources, TOPOLOGY)
    except Unsupported:
        return
    except Rejected as error:
        if answer["accepted"]:
            yield f"ours refuses it: {error}"
        elif not any(
            all(reason in told for reason in _reasons(answer["message"])) for told in (_said(error), *_each(resources))
        ):
            yield f"refused in other words: {error} / {answer['message']}"
        return
    if not answer["accepted"]:
        yield f"ours takes it: {answer['message']}"
        return
    for proxy, theirs in (answer["served"] if "served" in answer else served(answer)).items():
        config = snapshot.proxies[proxy]
        mine = ordered(shown(config.routes.values(), config.clusters))
        for part in ("routes", "clusters"):
            for name in sorted(mine[part].keys() | theirs[part].keys()):
                if mine[part].get(name) != theirs[part].get(name):
                    yield (
                        f"{proxy}: {part} {name}:\n    ours   {json.dumps(mine[part].get(name), sort_keys=True)}"
                        f"\n    istiod {json.dumps(theirs[part].get(name), sort_keys=True)}"
                    )


def _said(error: Exception) -> str:
    """Our words, as the oracle would say them: it reads every number as a fraction, which the API server does not."""
    return str(error).replace("\t", " ").replace('"integer"', '"number"')


def _each(resources: ResourceSet) -> Iterator[str]:
    """Ours of every object alone: of several that are wrong, the oracle names the first that it was given."""
    for one in resources:
        try:
            translate(BASE.overlaid(ResourceSet((one,))), TOPOLOGY)
        except Rejected as error:
            yield _said(error)
        except Unsupported:
            pass


def _reasons(message: str) -> list[str]:
    """The reasons of a refusal, one or more; istiod writes several below one another, and the schema side by side."""
    if schema := _SCHEMA.match(message):
        told = schema[1].replace('"integer"', '"number"')
        return (
            re.split(r", (?=<nil>: |spec[.:\[])", told.removeprefix("[").removesuffix("]"))
            if told[0] == "["
            else [told]
        )
    reasons = [line.strip().removeprefix("* ") for line in message.splitlines()]
    return [reason for reason in reasons if reason and not reason.endswith("occurred:")]


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
        translate(resources, TOPOLOGY)
    except Unsupported as error:
        return str(error)
    except Rejected:
        pass
    return None


def known(told: str) -> str | None:
    return next((why for sign, why in KNOWN.items() if sign in told), None)


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.parity.differential", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument("--runs", type=int, default=1000, help="questions; default 1000")
    parser.add_argument("--seed", type=int, default=1, help="of the random objects; default 1")
    parser.add_argument("--show", type=int, default=5, help="how many differing questions are printed; default 5")
    parser.add_argument("--record", action="store_true", help=f"keep the questions and answers in {RECORDED.name}")
    parser.add_argument("--wide", action="store_true", help="with fields from the CRDs' schemas, at the edges")
    options = parser.parse_args()
    if options.wide and options.record:
        parser.error("--record keeps the sample of the plain objects: leave out --wide")
    strategy = wide(OBJECTS, CRDS.read_text(encoding="utf-8")) if options.wide else OBJECTS
    counted: Counter[str] = Counter()
    unable: Counter[str] = Counter()
    kept: list[dict[str, Any]] = []
    with oracle() as ask:

        @seed(options.seed)
        @settings(
            max_examples=options.runs,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def compare(objects: list[Resource]) -> None:
            resources = BASE.overlaid(ResourceSet(tuple(objects)))
            answer = ask(question(resources))
            counted["questions"] += 1
            counted["accepted" if answer["accepted"] else "refused"] += 1
            if options.record:
                kept.append(stored(objects, answer))
            counted["unsupported"] += bool(reason := unsupported(resources))
            unable[(reason or "").split("; ")[0]] += bool(reason)
            told = list(differences(resources, answer))
            fresh = [one for one in told if known(one) is None]
            counted["known"] += bool(told) and not fresh
            if fresh:
                counted["differ"] += 1
                if counted["differ"] <= options.show:
                    for one in objects:
                        print(json.dumps({**one.document(), "created": one.created}))
                    print(*fresh, sep="\n", end="\n\n", flush=True)

        compare()
    if options.record:
        RECORDED.write_bytes(gzip.compress(json.dumps(kept, sort_keys=True).encode(), mtime=0))
    for reason, count in unable.most_common():
        if count:
            print(f"unsupported, {count:,} times: {reason}")
    print(", ".join(f"{count:,} {what}" for what, count in counted.items()))
    return 1 if counted["differ"] else 0


if __name__ == "__main__":
    sys.exit(main())
