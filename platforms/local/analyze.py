"""What `istioctl analyze` would say of the resources: findings, never refusals."""

from __future__ import annotations

from dataclasses import dataclass

from platforms.resources import ResourceSet


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on one resource."""

    code: str
    """Istio's, such as IST0101."""
    message: str
    resource: str
    """Kind and name, as in `VirtualService reviews.bookinfo`."""


def analyze(resources: ResourceSet) -> tuple[Finding, ...]:
    """The remarks on `resources`, in their order."""
    del resources
    return ()
