"""The HTTP routes of a VirtualService as Envoy's routes, for one proxy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.envoy.cluster import load_balancing
from platforms.envoy.route import faults, headers, matches, retries
from platforms.istio import durations, hosts
from platforms.istio.gateway_api.filters import quoted
from platforms.istio.push_context import PushContext, VirtualService
from platforms.istio.registry import Proxy

_NO_LIMIT = "0s"
REDIRECTS: Mapping[int, str] = {
    0: "",
    301: "",
    302: "FOUND",
    303: "SEE_OTHER",
    307: "TEMPORARY_REDIRECT",
    308: "PERMANENT_REDIRECT",
}
"""The redirect codes that Envoy has a name for; 301 is what it does unasked."""


@dataclass(frozen=True, slots=True)
class Context:
    """The proxy, gateway and port that routes are made for."""

    proxy: Proxy
    gateway: str
    """`mesh` for a sidecar, `namespace/name` of the Gateway for the ingress gateway."""
    port: int
    push: PushContext
    has_tls: bool = False
    """Whether the server there says anything of TLS, as whose scheme a redirect's port then goes without saying."""


def of(service: VirtualService, context: Context) -> list[dict[str, Any]]:
    """The routes of a VirtualService that concern `context`, in order, up to the first that takes everything."""
    routes = []
    for http in service.http:
        for match in http.get("match") or (None,):  # several matches are several routes to the same place
            if match is not None and not matches.concerns(
                match, context.proxy, gateway=context.gateway, port=context.port, namespace=service.namespace
            ):
                continue
            routes.append(_route(http, match, service, context))
            if takes_everything(routes[-1]):
                return routes
    return routes


def default(host: str, context: Context) -> dict[str, Any]:
    """The route to a host that no VirtualService speaks of."""
    action: dict[str, Any] = {
        "cluster": hosts.cluster(host, port=context.port),
        "timeout": _NO_LIMIT,
        "maxGrpcTimeout": _NO_LIMIT,
        "retryPolicy": retries.policy(None),
    }
    rule = context.push.destination_rule(host, context.proxy.namespace)
    if hash_policy := load_balancing.hash_policy(load_balancing.hash_of_service(rule, context.port)):
        action["hashPolicy"] = [hash_policy]
    return {"name": "default", "match": dict(matches.CATCH_ALL), "route": action}


def _route(
    http: Mapping[str, Any], match: Mapping[str, Any] | None, service: VirtualService, context: Context
) -> dict[str, Any]:
    translated: dict[str, Any] = {"match": matches.envoy(match, whole_segments=service.is_converted)}
    match = match or {}
    name = http.get("name", "")
    if name := f"{name}.{match['name']}" if match.get("name") else name:
        translated["name"] = name
    if match.get("statPrefix"):
        translated["statPrefix"] = match["statPrefix"]
    changes = headers.changes(http.get("headers"))
    if "redirect" in http:
        translated["redirect"] = _redirect(http["redirect"], context)
    elif "directResponse" in http:
        translated["directResponse"] = _direct_response(http["directResponse"])
    else:
        translated["route"] = _forward(http, service, context, translated["match"])
        if len(http["route"]) == 1:
            changes = headers.joined(changes, headers.changes(http["route"][0].get("headers")))
    translated |= changes
    if filters := faults.per_route(http):
        translated["typedPerFilterConfig"] = filters
    return translated


def _forward(
    http: Mapping[str, Any], service: VirtualService, context: Context, match: Mapping[str, Any]
) -> dict[str, Any]:
    """The route action towards one or several destinations."""
    destinations = http["route"]
    timeout = durations.envoy(http.get("timeout", _NO_LIMIT))
    action: dict[str, Any] = {"timeout": timeout, "maxGrpcTimeout": timeout, **_rewrite(http, destinations)}
    if service.is_converted:
        action["clusterNotFoundResponseCode"] = "INTERNAL_SERVER_ERROR"  # what the Gateway API wants of a missing one
        if action.get("prefixRewrite") == "/":
            del action["prefixRewrite"]
            action["regexRewrite"] = _without_prefix(match.get("pathSeparatedPrefix", ""))
    if mirrors := list(_mirrors(http, service, context)):
        action["requestMirrorPolicies"] = mirrors
    hashes = [_hash(one["destination"], service, context) for one in destinations]
    if len(destinations) == 1:
        action["cluster"] = _cluster(destinations[0]["destination"], service, context)
        sticky = hashes[0] is not None
    else:
        # Weight 0 is left out, as is a destination that has none beside others that have one.
        weighted = [one for one in destinations if one.get("weight", 0)]
        hashes = [found for one, found in zip(destinations, hashes, strict=True) if one.get("weight", 0)]
        action["weightedClusters"] = {"clusters": [_weighted(one, service, context) for one in weighted]}
        sticky = False
    if hash_policies := [policy for policy in map(load_balancing.hash_policy, hashes) if policy]:
        action["hashPolicy"] = hash_policies
    if retry_policy := retries.policy(http.get("retries"), sticky=sticky):
        action["retryPolicy"] = retry_policy
    return action


def _weighted(destination: Mapping[str, Any], service: VirtualService, context: Context) -> dict[str, Any]:
    translated = {
        "name": _cluster(destination["destination"], service, context),
        "weight": destination["weight"],
        **headers.changes(destination.get("headers")),
    }
    if authority := headers.authority(destination.get("headers")):
        translated["hostRewriteLiteral"] = authority
    return translated


def _rewrite(http: Mapping[str, Any], destinations: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    rewrite = http.get("rewrite", {})
    translated: dict[str, Any] = {}
    if regex := rewrite.get("uriRegexRewrite"):
        translated["regexRewrite"] = {"pattern": {"regex": regex["match"]}, "substitution": regex["rewrite"]}
    elif rewrite.get("uri"):
        translated["prefixRewrite"] = rewrite["uri"]
    only = destinations[0].get("headers") if len(destinations) == 1 else None
    if authority := rewrite.get("authority") or headers.authority(http.get("headers")) or headers.authority(only):
        translated["hostRewriteLiteral"] = authority
    return translated


def _without_prefix(prefix: str) -> dict[str, Any]:
    """A rewrite that takes a prefix away and leaves one slash in any case."""
    return {"pattern": {"regex": f"^{quoted(prefix)}(/?)(.*)"}, "substitution": r"/\2"}


def _mirrors(http: Mapping[str, Any], service: VirtualService, context: Context) -> Iterator[dict[str, Any]]:
    asked = [(one["destination"], one.get("percentage"), None) for one in http.get("mirrors", ())]
    if "mirror" in http:
        asked.insert(0, (http["mirror"], http.get("mirrorPercentage"), http.get("mirrorPercent")))
    for destination, percentage, whole_percent in asked:
        if percentage is not None:
            share, fraction = percentage.get("value", 0), faults.percent(percentage)
        else:
            share = 100 if whole_percent is None else whole_percent
            fraction = {"numerator": share}
        if share > 0:
            yield {
                "cluster": _cluster(destination, service, context),
                "runtimeFraction": {"defaultValue": fraction},
                "traceSampled": False,
                "disableShadowHostSuffixAppend": True,
            }


def _cluster(destination: Mapping[str, Any], service: VirtualService, context: Context) -> str:
    host = hosts.fqdn(destination["host"], service.namespace)
    port = destination.get("port", {}).get("number", _port_unsaid(host, context))
    return hosts.cluster(host, port=port, subset=destination.get("subset", ""))


def _port_unsaid(host: str, context: Context) -> int:
    """The port of a destination that names none: at the gateway its only one, else that on which the caller calls."""
    callee = context.push.callee(host, context.proxy.namespace) if context.proxy.is_gateway else None
    return callee.ports[0].number if callee and len(callee.ports) == 1 else context.port


def _hash(destination: Mapping[str, Any], service: VirtualService, context: Context) -> Mapping[str, Any] | None:
    host = hosts.fqdn(destination["host"], service.namespace)
    return load_balancing.hash_of_destination(context.push.destination_rule(host, context.proxy.namespace), destination)


def _redirect(redirect: Mapping[str, Any], context: Context) -> dict[str, Any]:
    translated: dict[str, Any] = (
        {"prefixRewrite": redirect["prefixRewrite"]}
        if redirect.get("prefixRewrite")
        else {"pathRedirect": redirect.get("uri", "")}
    )
    if redirect.get("authority"):
        translated["hostRedirect"] = redirect["authority"]
    if redirect.get("scheme"):
        translated["schemeRedirect"] = redirect["scheme"]
    derived = context.port if redirect.get("derivePort") == "FROM_REQUEST_PORT" else 0
    shown = redirect.get("port", derived)
    # A port that goes without saying is not said.
    scheme = redirect.get("scheme") or ("https" if context.has_tls else "http")
    if shown and (shown, scheme) not in {(80, "http"), (443, "https")}:
        translated["portRedirect"] = shown
    if code := REDIRECTS[redirect.get("redirectCode", 0)]:
        translated["responseCode"] = code
    return translated


def _direct_response(response: Mapping[str, Any]) -> dict[str, Any]:
    body = response.get("body", {})
    translated: dict[str, Any] = {"status": response["status"]}
    if "string" in body:
        translated["body"] = {"inlineString": body["string"]}
    elif "bytes" in body:
        translated["body"] = {"inlineBytes": body["bytes"]}
    return translated


def takes_everything(route: Mapping[str, Any]) -> bool:
    """Tell whether no request gets past this route."""
    return matches.is_catch_all(route["match"])
