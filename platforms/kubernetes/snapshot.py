"""The translation as platform kubernetes uses it: of Bookinfo, to tell what the proxies should serve."""

from __future__ import annotations

from collections.abc import Iterable

from platforms.bookinfo import BOOKINFO
from platforms.envoy.translate import Snapshot, routing
from platforms.errors import Unsupported, Untranslated
from platforms.istio.gateway_api.attachment import is_service
from platforms.istio.resources import Resource, ResourceSet

_OF_ITS_OWN = "istiod gives a Gateway of the Gateway API proxies of its own, which nobody here asks: `kubectl apply` it"


def verifiable_routing(resources: ResourceSet, services: Iterable[Resource] = ()) -> Snapshot:
    """The routing that the proxies should serve, with these Services of the cluster beside Bookinfo's.

    Refuse, before applying, a rule whose convergence cannot be verified.
    """
    for resource in resources:
        _refuse_gateway_api_at_the_door(resource)
    try:
        return routing(ResourceSet((*resources, *services)), BOOKINFO)
    except Untranslated as error:
        raise Unsupported(f"{error} here: nobody could tell whether the proxies serve it") from error


def _refuse_gateway_api_at_the_door(resource: Resource) -> None:
    if resource.collection == "KubernetesGateway":
        raise Unsupported(f"{resource}: not supported on platform kubernetes: {_OF_ITS_OWN}")
    if resource.kind == "HTTPRoute":
        for number, parent in enumerate(resource.spec.get("parentRefs", ())):
            if not is_service(parent):
                raise Unsupported(
                    f"{resource}: spec.parentRefs[{number}]: not supported on platform kubernetes: {_OF_ITS_OWN}"
                )
