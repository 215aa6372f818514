"""PeerAuthentications: whether a workload takes mutual TLS, plain text, or both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from platforms.istio.registry import ROOT_NAMESPACE
from platforms.istio.resources import Resource

_UNSET = "UNSET"


class MutualTls(StrEnum):
    """What a workload takes of its callers."""

    DISABLE = "DISABLE"
    PERMISSIVE = "PERMISSIVE"
    STRICT = "STRICT"


@dataclass(frozen=True)
class PeerAuthentications:
    """All of a mesh, the older before the younger: of two for the same the older acts."""

    policies: tuple[Resource, ...]

    @classmethod
    def of(cls, ordered: Iterable[Resource]) -> PeerAuthentications:
        """Keep the PeerAuthentications of objects that are ordered by age."""
        return cls(tuple(one for one in ordered if one.kind == "PeerAuthentication"))

    def of_workload(self, namespace: str, labels: Mapping[str, str], port: int) -> MutualTls:
        """Return what the workload with these labels takes at its own port.

        The closest says it, its port before itself, then its namespace, then the mesh; one that leaves it unset says nothing.
        """
        above = self.of_namespace(namespace) or MutualTls.PERMISSIVE
        if namespace == ROOT_NAMESPACE:  # policies there are for the whole mesh, and select nobody
            return above
        own = next((one for one in self.policies if one.namespace == namespace and _selects(one, labels)), None)
        if own is None:
            return above
        ports: Mapping[str, Any] = own.spec.get("portLevelMtls") or {}
        return _mode(ports.get(str(port))) or _mode(own.spec.get("mtls")) or above

    def of_namespace(self, namespace: str) -> MutualTls | None:
        """Return what is said for a whole namespace, there or for the mesh; None where nobody says anything."""
        for level in (namespace, ROOT_NAMESPACE):
            broad = next((one for one in self.policies if one.namespace == level and not _selector(one)), None)
            if broad and (mode := _mode(broad.spec.get("mtls"))):
                return mode
        return None


def _selector(policy: Resource) -> Mapping[str, str]:
    labels: Mapping[str, str] = (policy.spec.get("selector") or {}).get("matchLabels") or {}
    return labels


def _selects(policy: Resource, labels: Mapping[str, str]) -> bool:
    return bool(_selector(policy)) and _selector(policy).items() <= labels.items()


def _mode(mtls: Mapping[str, Any] | None) -> MutualTls | None:
    mode = (mtls or {}).get("mode", _UNSET)
    return None if mode == _UNSET else MutualTls(mode)
