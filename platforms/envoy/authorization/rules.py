"""A rule of an AuthorizationPolicy as a policy of Envoy's: one of its permissions and one of its principals must match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from platforms.envoy.authorization import attributes
from platforms.envoy.authorization.attributes import Match
from platforms.istio.access.authorization_policy import AuthorizationPolicy, Rule
from platforms.istio.validation.security.authorization_policy import negated

Matcher = Mapping[str, Any]
"""A permission or a principal."""


class _Meaningless(Exception):
    """A value that istiod has nothing to compare with."""


@dataclass(frozen=True, slots=True)
class _Words:
    """The words for what is put together, which are others for permissions than for principals."""

    every: str
    any: str
    none: str
    inner: str

    def all_of(self, parts: Sequence[Matcher]) -> dict[str, Any]:
        return {self.every: {self.inner: list(parts) or [{"any": True}]}}

    def any_of(self, parts: Sequence[Matcher]) -> dict[str, Any]:
        return {self.any: {self.inner: list(parts)}}

    def none_of(self, parts: Sequence[Matcher]) -> dict[str, Any]:
        return {self.none: self.any_of(parts)}


_PERMISSION = _Words("andRules", "orRules", "notRule", "rules")
_PRINCIPAL = _Words("andIds", "orIds", "notId", "ids")

NEVER: Matcher = {
    "permissions": [{"notRule": {"any": True}}],
    "principals": [{"notId": {"any": True}}],
}
"""The policy that no request matches."""


def translated(rule: Rule, policy: AuthorizationPolicy) -> dict[str, Any] | None:
    """Envoy's policy for a rule; None where istiod leaves the rule out.

    A value that istiod has nothing to compare with makes an ALLOW narrower, and everything else wider: the rule is
    left out, or the value is.
    """
    reading = _Reading(policy.namespace, is_strict=policy.action == "ALLOW")
    try:
        return {
            "permissions": list(reading.permissions(rule)),
            "principals": list(reading.principals(rule)),
        }
    except _Meaningless:
        return None


@dataclass(frozen=True, slots=True)
class _Reading:
    """The reading of the rules of one policy."""

    namespace: str
    is_strict: bool

    def permissions(self, rule: Rule) -> Iterator[dict[str, Any]]:
        """One for each `to`, and one for all where there is none."""
        when = [
            part
            for one in rule.get("when", ())
            if (match := attributes.OF_DESTINATION.get(one["key"]))
            for part in self._compared(one, "values", match, _PERMISSION)
        ]
        for operation in [one["operation"] for one in rule.get("to", ())] or [{}]:
            own = self._fields(operation, attributes.OPERATION, _PERMISSION)
            yield _PERMISSION.all_of([*own, *when])

    def principals(self, rule: Rule) -> Iterator[dict[str, Any]]:
        """One for each `from`, and one for all where there is none."""
        when = [
            part
            for one in rule.get("when", ())
            if one["key"] not in attributes.OF_DESTINATION
            for part in self._compared(one, "values", attributes.of_source(one["key"]), _PRINCIPAL)
        ]
        for source in [one["source"] for one in rule.get("from", ())] or [{}]:
            own = self._fields(source, attributes.SOURCE, _PRINCIPAL)
            yield _PRINCIPAL.all_of([*own, *when])

    def _fields(self, fields: Mapping[str, Any], known: Mapping[str, Match], words: _Words) -> Iterator[dict[str, Any]]:
        for field, match in known.items():
            yield from self._compared(fields, field, match, words)

    def _compared(self, said: Mapping[str, Any], field: str, match: Match, words: _Words) -> Iterator[dict[str, Any]]:
        """Any of the values, and none of the others."""
        if wanted := self._matches(said.get(field, ()), match):
            yield words.any_of(wanted)
        if unwanted := self._matches(said.get(negated(field), ()), match):
            yield words.none_of(unwanted)

    def _matches(self, values: Iterable[str], match: Match) -> list[dict[str, Any]]:
        found = []
        for value in values:
            one = match(value, self.namespace)
            if one is not None:
                found.append(one)
            elif self.is_strict:
                raise _Meaningless
        return found
