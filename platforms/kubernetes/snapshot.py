"""The translation as platform kubernetes uses it: of Bookinfo, to tell what the proxies should serve."""

from __future__ import annotations

from platforms.bookinfo import BOOKINFO
from platforms.envoy.translate import Snapshot, routing
from platforms.errors import Unsupported, Untranslated
from platforms.istio.resources import ResourceSet


def verifiable_routing(resources: ResourceSet) -> Snapshot:
    """The routing that the proxies should serve.

    Refuse, before applying, a rule whose convergence cannot be verified.
    """
    try:
        return routing(resources, BOOKINFO)
    except Untranslated as error:
        raise Unsupported(f"{error} here: nobody could tell whether the proxies serve it") from error
