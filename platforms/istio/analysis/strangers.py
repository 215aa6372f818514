"""The callers that an AuthorizationPolicy names and that nobody in the mesh can be, most often those of a tutorial's namespace."""

from __future__ import annotations

from collections.abc import Iterator

from platforms.istio.registry import Registry
from platforms.istio.resources import Resource

_SCHEME = "spiffe://"
_FIELDS = ("principals", "notPrincipals")


def hints(policy: Resource, registry: Registry) -> Iterator[str]:
    """Yield a sentence for each principal that is nobody's, if it is clear who is meant."""
    known = sorted({proxy.identity.removeprefix(_SCHEME) for proxy in registry.proxies})
    for path, principal in _principals(policy):
        if principal.startswith(_SCHEME):
            yield f"{path}: {principal} is nobody: a principal is written without {_SCHEME}"
        elif "*" not in principal and principal not in known:
            account = principal.rpartition("/")[2]
            if meant := [one for one in known if one.rpartition("/")[2] == account]:
                yield f"{path}: {principal} is nobody here: {account} is {meant[0]}"


def _principals(policy: Resource) -> Iterator[tuple[str, str]]:
    for number, rule in enumerate(policy.spec.get("rules", ())):
        for place, one in enumerate(rule.get("from", ())):
            for field in _FIELDS:
                for principal in one["source"].get(field, ()):
                    yield f"spec.rules[{number}].from[{place}].source.{field}", principal
        for place, condition in enumerate(rule.get("when", ())):
            if condition["key"] == "source.principal":
                for principal in (*condition.get("values", ()), *condition.get("notValues", ())):
                    yield f"spec.rules[{number}].when[{place}]", principal
