"""Ours beside istiod's answer about the same objects: every difference, of the class that it is of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from platforms.bookinfo import BOOKINFO, baseline
from platforms.envoy.config_dump import shown
from platforms.envoy.translate import Snapshot, translate
from platforms.errors import Rejected, Unsupported
from platforms.istio.analysis import access, deprecated, service_entry, unreachable
from platforms.istio.analysis.message import Finding
from platforms.istio.resources import Resource, ResourceSet
from platforms.istio.validation.validate import validated
from tests.parity.mesh import Mesh
from tests.parity.oracle import Answer, ordered, served
from tests.parity.recordings import TOPOLOGY

Class = Literal[
    "taken by ours alone",
    "refused by ours alone",
    "served otherwise",
    "unsupported where istiod refuses",
    "refused in other words",
    "warned of in other words",
]
"""The gravest first: the first three change what a cluster does, the others what is said of it."""

KNOWN: dict[str, str] = {
    "refused in other words.*no such key: certificateRefs": "of two fields that a rule takes for granted, ours names the second",
    r'refused in other words.*must be of type (\w+: "(boolean|integer|array|object|string|number)".*(allOf|oneOf|Unsupported|Checked)|byte: "f)': (
        "of a value of a wrong type the API server says that it is none of the choices, or of which format it is not"
    ),
    "(unsupported where|refused in other).*(localit|zone aware|failover)": "ours has no localities, and leaves their rules to Istio",
    "warned of in other words: istiod alone: .*(mode does not|cipher|2 server cert|httpsRedirect)": "of a Gateway's TLS",
    "refused in other words: .*portLevelMtls.*not written as a number": "Go tells where in the text its JSON stopped",
    r"re\w+ (by ours alone|in other words): .*is invalid: metadata\.": "the program does not look at an object's name and labels, as the API server does of every kind",
    "refused in other words: .*(strict decoding error|no matches for kind)": "kubectl asks the API server to be strict, and says so in its words",
    r"served otherwise: .*errorMatcher": "outlierDetectionHttpErrorCodes is in the API of 1.31, and istiod heeds it only since a later day",
}
"""What is known to differ: a pattern by which it is recognised, and why it stays."""

BASE = ResourceSet(
    tuple(replace(one, created=1) for one in baseline() if one.api_version.startswith("networking.istio.io"))
)
"""Between the random objects in age."""

_SCHEMA = re.compile(r"\w+/[^/ ]+/[^/ ]+: (.+)", re.DOTALL)
"""The oracle's frame around what the schema has against an object."""
_VALUE = re.compile(
    r'(?<=Invalid value: )"(?:(?:[^"\\]|\\.)*": (?=must be a valid duration|type conversion error|only one of|wildcard|key must|portLevelMtls|port must|cross namespace|url|Cannot set|UDS|hostname cannot)'
    r'|(?:array|object|string)": (?!\S+ in body ))'
    r"|(?<=Invalid value: )[0-9.]+: (?=port must be between)"
)
_NUMBER = re.compile(r"(?:(?<=Invalid value: )|(?<=equal to ))-?[0-9][0-9.e+]*")
_GATEWAYS_PORT = "80 "
_WARNING = "Schema validation warning: "
_WARNED = frozenset({"IST0130", "IST0131", "IST0133"})
_FINDERS: Mapping[str, tuple[Callable[[Resource], Iterator[Finding]], ...]] = {
    "VirtualService": (deprecated.of_virtual_service, unreachable.findings),
    "DestinationRule": (deprecated.of_destination_rule,),
    "ServiceEntry": (service_entry.warnings,),
    "AuthorizationPolicy": (access.of_authorization_policy,),
    "PeerAuthentication": (access.of_peer_authentication,),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that ours makes otherwise of some objects than istiod."""

    of: Class
    told: str

    def __str__(self) -> str:
        return f"{self.of}: {self.told}"


def differences(resources: ResourceSet, answer: Answer) -> Iterator[Difference]:
    """What ours does or says otherwise than istiod; nothing where ours says it cannot do what istiod does."""
    mesh = Mesh.of(resources)
    try:
        snapshot = mesh.translated()
    except Unsupported as error:
        if not answer["accepted"]:
            yield Difference("unsupported where istiod refuses", f"{error} / {answer['message']}")
        return
    except Rejected as error:
        if answer["accepted"]:
            yield Difference("refused by ours alone", str(error))
        elif not any(
            all(reason in told for reason in _reasons(answer["message"])) for told in (_said(error), *_each(mesh.rules))
        ):
            yield Difference("refused in other words", f"{error} / {answer['message']}")
        return
    if not answer["accepted"]:
        yield Difference("taken by ours alone", answer["message"])
        return
    told = answer["served"] if "served" in answer else served(answer)
    yield from _served(snapshot, told)
    yield from _guarded(snapshot, told)
    yield from _doors(snapshot, told)
    yield from _behind(mesh.balanced(snapshot), told)
    yield from _of_entries(snapshot, told)
    if "proxies" in answer:  # a recorded answer has no warnings
        yield from _warned(mesh.rules, answer.get("warnings", []))


def known(difference: Difference) -> str | None:
    """Why a difference stays, if it does."""
    return next((why for sign, why in KNOWN.items() if re.match(sign, str(difference), re.DOTALL)), None)


def _served(snapshot: Snapshot, answer: dict[str, Any]) -> Iterator[Difference]:
    for proxy, theirs in answer.items():
        config = snapshot.proxies[proxy]
        mine = ordered(shown(config.routes.values(), config.clusters, BOOKINFO))
        for part in ("routes", "clusters"):
            for name in sorted(mine[part].keys() | _but_for_the_gateway(theirs[part], mine[part])):
                if mine[part].get(name) != theirs[part].get(name):
                    yield Difference(
                        "served otherwise",
                        f"{proxy}: {part} {name}:\n    ours   {json.dumps(mine[part].get(name), sort_keys=True)}"
                        f"\n    istiod {json.dumps(theirs[part].get(name), sort_keys=True)}",
                    )


def _but_for_the_gateway(theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> set[str]:
    """The names of theirs, without the route configuration that is there for the gateway's own Service alone."""
    is_ours = any(name.startswith(_GATEWAYS_PORT) for name in mine)
    return {name for name in theirs if is_ours or not name.startswith(_GATEWAYS_PORT)}


def _guarded(snapshot: Snapshot, answer: dict[str, Any]) -> Iterator[Difference]:
    """The connections that a proxy takes, and the filters that take or refuse a request, the same on all of them."""
    for proxy, theirs in answer.items():
        ours = snapshot.proxies[proxy].access.shown()
        if theirs.get("guards", ours) != ours:
            yield Difference(
                "served otherwise",
                f"{proxy}: guards:\n    ours   {json.dumps(ours, sort_keys=True)}"
                f"\n    istiod {json.dumps(theirs['guards'], sort_keys=True)}",
            )


def _doors(snapshot: Snapshot, answer: dict[str, Any]) -> Iterator[Difference]:
    """The servers of the gateway that end TLS: the names that each is asked for, its certificate, its versions."""
    ours = {
        one.route_configuration: {
            "names": ["*"] if "*" in one.hosts else list(one.hosts),
            "certificate": one.credential if "://" in one.credential else f"kubernetes://{one.credential}",
            "minimum": one.minimum,
            "maximum": one.maximum,
        }
        for one in snapshot.terminations
    }
    theirs = answer.get(BOOKINFO.gateway.name, {}).get("doors", ours)
    if theirs != ours:
        yield Difference(
            "served otherwise",
            f"TLS at the gateway:\n    ours   {json.dumps(ours, sort_keys=True)}\n    istiod {json.dumps(theirs, sort_keys=True)}",
        )


def _behind(ours: Mapping[str, Mapping[str, list[str]]], answer: dict[str, Any]) -> Iterator[Difference]:
    """The instances that a cluster balances over, each as much as any other."""
    for proxy, theirs in answer.items():
        for name, weights in theirs.get("behind", {}).items():
            found = ours[proxy].get(name)
            if found is not None and (found != sorted(weights) or len({*weights.values()}) > 1):
                yield Difference(
                    "served otherwise", f"{proxy}: behind {name}:\n    ours   {found}\n    istiod {weights}"
                )


def _of_entries(snapshot: Snapshot, answer: dict[str, Any]) -> Iterator[Difference]:
    """The endpoints of ServiceEntries, each with its weight."""
    for proxy, theirs in answer.items():
        for cluster in snapshot.proxies[proxy].clusters:
            found = theirs.get("behind", {}).get(cluster["name"])
            if found is None or "loadAssignment" not in cluster:
                continue
            ours = {
                one["endpoint"]["address"]["socketAddress"]["address"]: one.get("loadBalancingWeight", 1)
                for locality in cluster["loadAssignment"]["endpoints"]
                for one in locality["lbEndpoints"]
            }
            if ours != found:
                yield Difference("served otherwise", f"{proxy}: behind {cluster['name']}: ours {ours} istiod {found}")


def _warned(resources: ResourceSet, theirs: list[str]) -> Iterator[Difference]:
    """The webhook's warnings of an object are findings of `istioctl analyze` too, and ours of ours."""
    mine = {
        finding.message.removeprefix(_WARNING).replace("VirtualService", "virtualService").removesuffix(".")
        for one in validated(resources)
        for finder in _FINDERS.get(one.kind, ())
        for finding in finder(one)
        if finding.code in _WARNED
    }
    for one in sorted(mine ^ {reason for message in theirs for reason in _reasons(message)}):
        yield Difference("warned of in other words", f"{'ours' if one in mine else 'istiod'} alone: {one}")


def _said(error: Exception) -> str:
    """Our words, as the oracle would say them: it reads every number as a fraction, which the API server does not."""
    return _plain(str(error).replace("\t", " "))


def _plain(told: str) -> str:
    told = _VALUE.sub("", told.replace('"integer"', '"number"'))
    return _NUMBER.sub(lambda number: repr(float(number[0])), told)


def _each(resources: ResourceSet) -> Iterator[str]:
    """Ours of every object alone: of several that are wrong, the oracle names the first that it was given."""
    for one in resources:
        try:
            translate(BASE.overlaid(ResourceSet((one,))), BOOKINFO, TOPOLOGY)
        except Rejected as error:
            yield _said(error)
        except Unsupported:
            pass


def _reasons(message: str) -> list[str]:
    """The reasons of a refusal, one or more; istiod writes several below one another, and the schema side by side."""
    if schema := _SCHEMA.match(message):
        told = _plain(schema[1])
        return (
            re.split(r", (?=<nil>: |spec[.:\[])", told.removeprefix("[").removesuffix("]"))
            if told[0] == "["
            else [told]
        )
    # Go's text of a port, which that message ends with, is not the same twice.
    reasons = [
        re.sub("(?<=port name must be set).*", "", line.strip().removeprefix("* ")) for line in message.splitlines()
    ]
    return [reason for reason in reasons if reason and not reason.endswith("occurred:")]
