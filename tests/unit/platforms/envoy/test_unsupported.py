"""Features that are valid for Istio and not translated are refused by their path."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy import unsupported
from platforms.errors import Untranslated
from platforms.istio.resources import Resource, ResourceSet
from tests.unit.platforms.istio.gateway_api.http_routes import GATEWAY, gateway, http_route
from tests.unit.platforms.istio.rules import FILE, access, reviews, rule

UNREADABLE = r"\p{Letter}"
ROUTE = "route: [{destination: {host: reviews}}]"


def refuse(rule: Resource) -> None:
    unsupported.refuse(ResourceSet((rule,)), BOOKINFO.gateway)


@pytest.mark.parametrize(
    ("path", "http"),
    [
        *((f"match[0].{field}.regex", f"match: [{{{field}: {{regex: '%s'}}}}]") for field in ("uri", "scheme", "method", "authority")),
        *((f"match[0].{fields}.x.regex", f"match: [{{{fields}: {{x: {{regex: '%s'}}}}}}]") for fields in ("headers", "withoutHeaders", "queryParams")),
        ("corsPolicy.allowOrigins[0].regex", "corsPolicy: {allowOrigins: [{regex: '%s'}]}"),
        ("rewrite.uriRegexRewrite.match", "rewrite: {uriRegexRewrite: {match: '%s', rewrite: /}}"),
    ],
)  # fmt: skip
def test_an_expression_that_envoy_cannot_read(path: str, http: str) -> None:
    """Wherever one may stand, and nowhere one that it can read."""
    refuse(reviews(f"[{{{http % '[a-z]+'}, {ROUTE}}}]"))

    with pytest.raises(Untranslated) as refusal:
        refuse(reviews(f"[{{{http % UNREADABLE}, {ROUTE}}}]"))

    assert f"spec.http[0].{path}: {UNREADABLE}: not supported" in str(refusal.value)


def test_any_value() -> None:
    """The regex `*` of a header that must not come stands for any value, and is no expression."""
    refuse(reviews(f"[{{match: [{{withoutHeaders: {{x: {{regex: '*'}}}}}}], {ROUTE}}}]"))


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ("{action: CUSTOM, provider: {name: x}, rules: [{}]}", "action: CUSTOM"),
        ("{targetRef: {kind: Service, name: x}}", "targetRef"),
        ("{targetRefs: [{kind: Service, name: x}]}", "targetRefs"),
        ("{rules: [{}, {from: [{source: {requestPrincipals: ['*']}}]}]}", "rules[1].from[0].source.requestPrincipals"),
        ("{rules: [{from: [{source: {notRequestPrincipals: [a]}}]}]}", "rules[0].from[0].source.notRequestPrincipals"),
        ("{rules: [{when: [{key: request.auth.principal, values: [a]}]}]}", "rules[0].when[0].key: request.auth.principal"),
        ("{rules: [{when: [{key: 'experimental.envoy.filters.a[b]', values: [a]}]}]}", "rules[0].when[0].key: experimental.envoy.filters.a[b]"),
        ('{rules: [{when: [{key: "request.headers[a\\nb]", values: [a]}]}]}', "rules[0].when[0].key: request.headers[a\nb]"),
        ("{rules: [{to: [{operation: {paths: ['/a', '{*}']}}]}]}", "rules[0].to[0].operation.paths[1]: {*}"),
        ("{rules: [{to: [{operation: {notPaths: ['//{*}']}}]}]}", "rules[0].to[0].operation.notPaths[0]: //{*}"),
        ("{rules: [{to: [{operation: {notPaths: ['/{*}//']}}]}]}", "rules[0].to[0].operation.notPaths[0]: /{*}//"),
    ],
)  # fmt: skip
def test_fields_of_a_policy(spec: str, said: str) -> None:
    """What needs a token, another filter or a service to ask; and what Envoy would not take."""
    refuse(access("{rules: [{to: [{operation: {paths: ['/{*}/', '/{**}', 'a']}}]}]}"))

    with pytest.raises(Untranslated) as refusal:
        refuse(access(spec))

    assert f"{FILE}: AuthorizationPolicy x: spec.{said}: not supported" == str(refusal.value)


def test_tokens_are_not_read() -> None:
    """Whatever it says: nothing may look as if it were in force."""
    with pytest.raises(Untranslated, match="kind RequestAuthentication is not supported"):
        refuse(access({}, kind="RequestAuthentication"))


HTTPS = "number: 443, name: https, protocol: HTTPS"


@pytest.mark.parametrize(
    ("port", "tls", "said"),
    [
        *((HTTPS, f"mode: {mode}, credentialName: a", f".tls.mode: {mode}") for mode in ("MUTUAL", "OPTIONAL_MUTUAL")),
        *(
            (HTTPS, f"mode: {mode}", f".tls.mode: {mode}")
            for mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL")
        ),
        (HTTPS, "httpsRedirect: true", ""),
        (HTTPS, "mode: SIMPLE, serverCertificate: a, privateKey: b", ".tls.serverCertificate: a"),
        (HTTPS, "mode: SIMPLE, credentialName: a, cipherSuites: [b]", ".tls.cipherSuites"),
        (HTTPS, "mode: SIMPLE, credentialName: 'configmap://a'", ".tls.credentialName: configmap://a"),
        (HTTPS.replace("443", "80"), "mode: SIMPLE, credentialName: a", ".port"),
        (HTTPS.replace("443", "9443"), "mode: SIMPLE, credentialName: a", ".port.number: 9443"),
        (HTTPS.replace("name: https", "name: a/b"), "mode: SIMPLE, credentialName: a", ".port"),
        ("number: 443, name: http, protocol: HTTP", "httpsRedirect: true", ".port"),
    ],
)
def test_tls_of_a_gateway(port: str, tls: str, said: str) -> None:
    """A redirect of plain text is served, and HTTPS that ends at the gateway, with a certificate of a Secret."""
    gateway = "{selector: {}, servers: [{port: {%s}, hosts: ['*'], tls: {%s}}]}"
    refuse(rule("Gateway", "a", gateway % ("number: 80, name: http, protocol: HTTP", "httpsRedirect: true")))
    refuse(rule("Gateway", "a", gateway % (HTTPS, "mode: SIMPLE, credentialName: a, minProtocolVersion: TLSV1_3")))

    with pytest.raises(Untranslated) as refusal:
        refuse(rule("Gateway", "a", gateway % (port, tls)))

    assert f"{FILE}: Gateway a: spec.servers[0]{said}: not supported" == str(refusal.value)


TO = "backendRefs: [{name: reviews, port: 9080}]"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("spec.parentRefs[0]", http_route(f"[{{{TO}}}]", more="parentRefs: [{group: networking.istio.io, kind: ServiceEntry, name: a}]")),
        ("spec.rules[0].sessionPersistence", http_route(f"[{{sessionPersistence: {{sessionName: a}}, {TO}}}]")),
        ("spec.rules[0].filters[0].type: ExtensionRef", http_route(f"[{{filters: [{{type: ExtensionRef, extensionRef: {{group: a.io, kind: B, name: c}}}}], {TO}}}]")),
        ("spec.rules[0].backendRefs[0]", http_route("[{backendRefs: [{name: reviews.bookinfo, port: 9080}]}]")),
        ("spec.rules[0].backendRefs[0].namespace: shop", http_route("[{backendRefs: [{name: reviews, namespace: shop, port: 9080}]}]")),
        ("spec.rules[0].filters[0].requestMirror.backendRef.namespace: shop", http_route(f"[{{filters: [{{type: RequestMirror, requestMirror: {{backendRef: {{name: reviews, namespace: shop, port: 9080}}}}}}], {TO}}}]")),
        ("spec.rules[0].backendRefs[0].filters[0].type: URLRewrite", http_route("[{backendRefs: [{name: reviews, port: 9080, filters: [{type: URLRewrite, urlRewrite: {}}]}]}]")),
        ("spec.rules[0].matches[0].headers[0]", http_route(f"[{{matches: [{{headers: [{{name: a, type: RegularExpression, value: '{UNREADABLE}'}}]}}], {TO}}}]")),
    ],
)  # fmt: skip
def test_an_http_route(path: str, route: Resource) -> None:
    """For most of these istiod would drop the whole route, or its destination, and say so in its status alone."""
    refuse(http_route(f"[{{{TO}}}]"))
    refuse(http_route("[{backendRefs: [{name: reviews, namespace: bookinfo, port: 9080}]}]"))

    with pytest.raises(Untranslated) as refusal:
        refuse(route)

    assert f"HTTPRoute mine: {path}: not supported" in str(refusal.value)


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("spec.gatewayClassName: nginx", "istio", "nginx"),
        ("spec.listeners[0].port: 81", "port: 80", "port: 81"),
        ("spec.listeners[0].protocol: TCP", "HTTP", "TCP"),
        ("spec.listeners[0]", "port: 80", "port: 443"),
        ("spec.listeners[0]", "port: 80, protocol: HTTP", "port: 443, protocol: HTTPS"),
        ("spec.listeners[1].allowedRoutes.namespaces.from: Selector", "from: All", "from: Selector, selector: {}"),
        (
            "spec.listeners[1].allowedRoutes.namespaces.selector",
            "from: All",
            "from: All, selector: {matchLabels: {a: b}}",
        ),
        ("spec.infrastructure", "gatewayClassName", "infrastructure: {labels: {a: b}}\n  gatewayClassName"),
    ],
)
def test_a_gateway_of_the_gateway_api(path: str, old: str, new: str) -> None:
    """The one gateway here has a port for HTTP and one for HTTPS."""
    refuse(gateway())

    with pytest.raises(Untranslated) as refusal:
        refuse(gateway(GATEWAY.replace(old, new, 1)))

    assert f"Gateway door: {path}: not supported" in str(refusal.value)


@pytest.mark.parametrize(
    ("namespace", "address", "taken"),
    [
        ("istio-system", "type: Hostname, value: istio-ingressgateway", True),
        ("istio-system", "type: Hostname, value: istio-ingressgateway.istio-system.svc.cluster.local", True),
        ("bookinfo", "type: Hostname, value: istio-ingressgateway.istio-system.svc.cluster.local", False),
        ("bookinfo", "type: Hostname, value: istio-ingressgateway", False),
        ("istio-system", "type: NamedAddress, value: istio-ingressgateway", False),
        ("istio-system", "type: Hostname", False),
        ("istio-system", "value: 127.0.0.1", False),
    ],
)
def test_the_address_of_a_gateway(namespace: str, address: str, *, taken: bool) -> None:
    """Istiod completes a short name with the Gateway's own namespace, and looks there alone; it passes over what is no name."""
    named = GATEWAY.replace("gatewayClassName", f"addresses: [{{{address}}}]\n  gatewayClassName")
    named = named.replace("{name: door}", f"{{name: door, namespace: {namespace}}}")
    assert named.count(address) == named.count(namespace + "}") == 1

    if taken:
        refuse(gateway(named))
        return
    with pytest.raises(Untranslated, match=r"Gateway door: spec\.addresses\[0\].*: not supported"):
        refuse(gateway(named))


SHOP = "tls: {certificateRefs: [{name: shop}]}"
AT_HTTPS = GATEWAY.replace("port: 80, protocol: HTTP}", f"port: 443, protocol: HTTPS, {SHOP}}}", 1)


@pytest.mark.parametrize(
    ("path", "tls"),
    [
        (".tls.certificateRefs[0].namespace: other", "tls: {certificateRefs: [{name: shop, namespace: other}]}"),
        (".tls.certificateRefs[0].name: /a", "tls: {certificateRefs: [{name: /a}]}"),
        (".tls.options", "tls: {certificateRefs: [{name: shop}], options: {gateway.istio.io/tls-terminate-mode: MUTUAL}}"),
        (".tls", "tls: {certificateRefs: [{name: shop}, {name: other}]}"),
        (".tls", "tls: {certificateRefs: [{name: shop, kind: ConfigMap}]}"),
    ],
)  # fmt: skip
def test_a_listener_for_https(path: str, tls: str) -> None:
    """Its certificate is a Secret's beside the Gateway, and callers need none."""
    refuse(gateway(AT_HTTPS))
    refuse(gateway(AT_HTTPS.replace("name: shop}", "name: shop, namespace: bookinfo}")))

    with pytest.raises(Untranslated) as refusal:
        refuse(gateway(AT_HTTPS.replace(SHOP, tls)))

    assert f"Gateway door: spec.listeners[0]{path}: not supported" in str(refusal.value)


def test_tls_that_passes_through() -> None:
    passing = AT_HTTPS.replace("HTTPS", "TLS").replace(SHOP, "tls: {mode: Passthrough}")

    with pytest.raises(Untranslated, match="mode: Passthrough: not supported"):
        refuse(gateway(passing))
