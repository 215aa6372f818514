"""Remarks on resources: what `istioctl analyze` calls a message."""

from __future__ import annotations

from dataclasses import dataclass

from platforms.istio.resources import Resource

_LEVELS = ("Error", "Warning", "Info")


@dataclass(frozen=True, slots=True)
class Finding:
    """One remark on one resource; it refuses nothing."""

    code: str
    """Istio's, such as IST0101."""
    level: str
    """`Error`, `Warning` or `Info`, as Istio grades it."""
    message: str
    resource: str
    """As messages name it, such as `istio/x.yaml: VirtualService reviews`."""

    @property
    def rank(self) -> tuple[int, str, str, str]:
        """The place in a list: the gravest first."""
        return (_LEVELS.index(self.level), self.code, self.resource, self.message)

    def __str__(self) -> str:
        """The line that `istioctl analyze` prints."""
        return f"{self.level} [{self.code}] ({self.resource}) {self.message}"


def schema_warning(resource: Resource, message: str) -> Finding:
    """Istio's webhook warns of `resource`, and takes it."""
    return Finding("IST0133", "Warning", f"Schema validation warning: {message}", str(resource))


def missing(resource: Resource, what: str, name: str) -> Finding:
    """`resource` refers to something that is not there."""
    return Finding("IST0101", "Error", f'Referenced {what} not found: "{name}"', str(resource))
