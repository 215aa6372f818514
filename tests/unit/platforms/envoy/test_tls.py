"""What a cluster asks for of mutual TLS is read alike from ours and from istiod's."""

from __future__ import annotations

from typing import Any

from platforms.envoy import tls

REVIEWS = "spiffe://cluster.local/ns/bookinfo/sa/bookinfo-reviews"


def istiods(names: list[dict[str, str]]) -> dict[str, Any]:
    """The socket as istiod writes it: the authority comes by SDS, and the names stand beside it."""
    common = {
        "alpnProtocols": ["istio-peer-exchange", "istio"],
        "combinedValidationContext": {
            "defaultValidationContext": {"matchSubjectAltNames": names},
            "validationContextSdsSecretConfig": {"name": "ROOTCA"},
        },
    }
    return {"name": "envoy.transport_sockets.tls", "typedConfig": {"commonTlsContext": common, "sni": "it"}}


def test_ours_means_what_istiods_means() -> None:
    ours = tls.upstream(sni="it", identities=[REVIEWS], is_http2=False)

    asked = tls.asked_by({"transportSocket": ours})

    assert asked == tls.asked_by({"transportSocket": istiods([{"exact": REVIEWS}])})
    assert [REVIEWS] == asked["identities"]


def test_only_endpoints_that_take_it() -> None:
    """An endpoint with the mark is called by mutual TLS, any other in plain text."""
    matches = tls.where_endpoints_have_it(tls.upstream(sni="it", identities=[], is_http2=True))

    assert "where the endpoint takes it" == tls.asked_by({"transportSocketMatches": matches})["mode"]
    assert ["istio-peer-exchange", "istio", "h2"] == tls.asked_by({"transportSocketMatches": matches})["protocols"]
    marked = tls.takes_mutual({"endpoint": {}})["metadata"]["filterMetadata"]["envoy.transport_socket_match"]
    assert [marked, {}] == [one["match"] for one in matches]


def test_plain_text_asks_for_nothing() -> None:
    assert {} == tls.asked_by({"name": "outbound|9080||reviews.bookinfo.svc.cluster.local"})
