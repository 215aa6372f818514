"""The refusals of a cluster: by the API server for its schema, by Istio for its webhook, each in its words."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from platforms.errors import Rejected, Unsupported
from platforms.istio import hosts, secrets
from platforms.istio.gateway_names import MESH
from platforms.istio.resources import GATEWAY_API, SECRET, Resource, ResourceSet
from platforms.istio.schema import check, crds, object_meta
from platforms.istio.validation import destination_rule, fields, gateway, http_match, http_route, layer4
from platforms.istio.validation.security import authorization_policy, peer_authentication
from platforms.istio.validation.service_entries import service_entry

_WEBHOOK = 'admission webhook "validation.istio.io" denied the request: '


def validated(resources: ResourceSet) -> ResourceSet:
    """The same resources, without nulls, once no cluster would refuse them.

    Raises Rejected with the message of kubectl, the API server or Istio's webhook, and Unsupported for what is none of
    Istio's objects. What is one, and of a kind that is not translated, has its spec checked by nobody here.
    """
    return ResourceSet(tuple(_validated(resource) for resource in resources))


def _validated(resource: Resource) -> Resource:
    if (resource.api_version, resource.kind) == ("v1", "Service"):  # what is needed of one is asked where it is read
        return replace(resource, spec=check.cleaned(resource.spec), metadata={}, more={})
    if (resource.api_version, resource.kind) == ("v1", SECRET):
        return secrets.read(resource)
    kind, version = resource.kind, _version(resource)
    metadata = {**resource.metadata, "name": resource.name, "namespace": resource.namespace}
    for message in object_meta.malformed(metadata):
        raise Rejected(f"{resource}: {message}")
    document = {**resource.more, "spec": resource.spec}
    undeclared = (*object_meta.unknown(metadata), *sorted(check.unknown(document, resource.collection)))
    if unknown := [f'unknown field "{path}"' for path in undeclared]:
        raise Rejected(
            f'{resource}: {kind} in version "{version}" cannot be handled as a {kind}: '
            f"strict decoding error: {', '.join(unknown)}"
        )
    if problems := [*object_meta.problems(metadata), *check.problems(document, resource.collection)]:
        stage = min(problem.stage for problem in problems)
        shown = [problem for problem in problems if problem.stage == stage]
        if stage == check.Stage.WEBHOOK:
            raise Rejected(f"{resource}: {_WEBHOOK}{shown[0].message}")
        raise Rejected(f'{resource}: The {kind} "{resource.name}" is invalid: {"; ".join(map(str, shown))}')
    resource = replace(resource, spec=check.completed(resource.spec, resource.collection), metadata={}, more={})
    complaints = (
        list(_UNREADABLE.get(resource.collection, _none)(resource))
        or list(authorization_policy.on_trial(resource))  # which Istio looks at before the spec
        or list(dict.fromkeys(_COMPLAINTS.get(resource.collection, _none)(resource)))
    )
    if complaints:
        raise Rejected(f"{resource}: {_WEBHOOK}configuration is invalid: {'; '.join(complaints)}")
    return resource


def _version(resource: Resource) -> str:
    """The version of an object, once its group has the kind in that version."""
    group, _, version = resource.api_version.rpartition("/")
    versions = crds.versions(group, resource.kind)
    if not versions and "istio.io" not in group and group != GATEWAY_API:
        named = f"kind {resource.kind} ({resource.api_version})"
        raise Unsupported(
            f"{resource}: {named} is not supported: Istio's own objects and the Gateway API's are, and no others"
        )
    if version not in versions:
        raise Rejected(f'{resource}: no matches for kind "{resource.kind}" in version "{resource.api_version}"')
    return version


def _none(_: Resource) -> Iterator[str]:
    return iter(())


def _virtual_service(resource: Resource) -> Iterator[str]:
    spec = resource.spec
    names, gateways = spec.get("hosts", []), spec.get("gateways", [])
    if not names:  # it is for others to delegate to
        for field, named in (("gateways", "gateways"), ("tls", "tls route"), ("tcp", "tcp route")):
            if spec.get(field):
                yield f"delegate virtual service must have no {named} specified"
    yield from fields.gateway_references(gateways)
    for_mesh = not gateways or MESH in gateways
    if for_mesh:
        yield from _claims(spec, gateways)
    yield from _hosts(names, for_mesh=for_mesh)
    if not any(spec.get(protocol) for protocol in ("http", "tcp", "tls")):
        yield "http, tcp or tls must be provided in virtual service"
    for http in spec.get("http", ()):
        yield from http_route.complaints(http, delegate=not names)
    yield from layer4.complaints(spec)
    yield from fields.exported_to(spec, resource.namespace)


def _claims(spec: Mapping[str, Any], gateways: list[str]) -> Iterator[str]:
    for http in spec.get("http", ()):
        for match in http.get("match", ()):
            for name in (*match.get("headers", {}), *match.get("withoutHeaders", {})):
                if http_match.is_claim(name):
                    yield (
                        f"JWT claim based routing (key: {name}) is only supported for gateway, "
                        f"found no gateways: [{' '.join(gateways)}]"
                    )


def _hosts(names: list[str], *, for_mesh: bool) -> Iterator[str]:
    wrong = False
    for name in names:
        complaints = [] if hosts.is_address(name) else list(fields.domain(name))
        if not complaints and for_mesh and name == "*":
            complaints = ["wildcard host * is not allowed for virtual services bound to the mesh gateway"]
        wrong = wrong or bool(complaints)
        yield from complaints
    for one, other in () if wrong else _overlapping(names):
        yield f"duplicate hosts in virtual service: {one} & {other}"


def _overlapping(names: list[str]) -> Iterator[tuple[str, str]]:
    """Every two names that overlap; thousands of them are not compared one by one unless they are wildcards."""
    places: dict[str, list[int]] = {}
    for place, name in enumerate(names):
        places.setdefault(name, []).append(place)
    wildcards = [place for place, name in enumerate(names) if hosts.is_wildcard(name)]
    for place, name in enumerate(names):
        same, following = places[name], bisect(places[name], place)
        later = {*same[following : following + 1], *wildcards[bisect(wildcards, place) :]}
        for other in range(place + 1, len(names)) if hosts.is_wildcard(name) else sorted(later):
            if hosts.overlap(name, names[other]):
                yield name, names[other]


def _destination_rule(resource: Resource) -> Iterator[str]:
    return destination_rule.complaints(resource.spec, resource.namespace)


def _gateway(resource: Resource) -> Iterator[str]:
    return gateway.complaints(resource.name, resource.spec)


def _service_entry(resource: Resource) -> Iterator[str]:
    return service_entry.complaints(resource.spec, resource.namespace)


def _peer_authentication(resource: Resource) -> Iterator[str]:
    return peer_authentication.complaints(resource.spec)


_COMPLAINTS: Mapping[str, Callable[[Resource], Iterator[str]]] = {
    "AuthorizationPolicy": authorization_policy.complaints,
    "DestinationRule": _destination_rule,
    "Gateway": _gateway,
    "ServiceEntry": _service_entry,
    "VirtualService": _virtual_service,
}
_UNREADABLE: Mapping[str, Callable[[Resource], Iterator[str]]] = {"PeerAuthentication": _peer_authentication}
"""The complaints of Istio's JSON, which come before all others."""
