"""mTLS and authorization: they decide whether a request is taken, never where it is led."""

from __future__ import annotations

from platforms.istio.resources import ResourceSet

POLICIES = "AuthorizationPolicy"
KINDS = frozenset({"AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"})


def without_any(resources: ResourceSet) -> ResourceSet:
    """The resources that decide where a request is led, and by what connection."""
    return ResourceSet(tuple(one for one in resources if one.kind not in KINDS or one.kind == "PeerAuthentication"))


def without_the_baselines(resources: ResourceSet) -> ResourceSet:
    """For a mesh that enforces none: it does without the baseline's, and has to refuse whoever asks for more."""
    return ResourceSet(tuple(one for one in resources if one.kind != POLICIES or not one.is_baselines))
