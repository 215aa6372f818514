"""The verdict on every object in files: what `apply` would say of it, with no demo up and nothing changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from platforms.bookinfo import BOOKINFO, parse
from platforms.cli import own_rules
from platforms.errors import DemoError, UsageError
from platforms.istio.analysis.analyze import analyze
from platforms.istio.analysis.message import Finding
from platforms.istio.reading import files
from platforms.istio.reading.documents import Unreadable
from platforms.istio.reading.positions import line_of, marked_line
from platforms.istio.resources import Key, Resource, ResourceSet
from platforms.istio.validation.validate import validated

Outcome = Literal["accepted", "refused", "set aside"]


@dataclass(frozen=True, slots=True)
class ObjectVerdict:
    """What becomes of one object, or of a file that has none because it cannot be read."""

    file: str
    line: int
    """From 1; 0 where it is not known."""
    name: str
    """Such as `VirtualService reviews`; empty for a file."""
    outcome: Outcome
    reason: str = ""
    findings: tuple[Finding, ...] = ()
    """What its author should know although it is accepted."""


@dataclass(frozen=True, slots=True)
class RuleCheck:
    """The verdicts in the order of the files, and what should be known of all rules together."""

    platform: str
    verdicts: tuple[ObjectVerdict, ...]
    notes: tuple[str, ...]

    @property
    def is_accepted(self) -> bool:
        return all(one.outcome != "refused" for one in self.verdicts)

    def count(self, outcome: Outcome) -> int:
        return sum(one.outcome == outcome for one in self.verdicts)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule that has passed by itself, the text it stands in, and the place of its verdict."""

    resource: Resource
    text: str
    place: int


def check(given: Sequence[str], platform: str) -> RuleCheck:
    """Judge each object by itself, and those that pass together; raises UsageError for a file that is not there."""
    verdicts: list[ObjectVerdict] = []
    rules: dict[Key, _Rule] = {}
    for file, text in files.texts(given):
        try:
            found = list(parse(text, source=file))
        except UsageError as error:
            verdicts.append(
                ObjectVerdict(file, line_of_error(error, text), "", "refused", str(error).removeprefix(f"{file}: "))
            )
            continue
        for resource in found:
            verdict, rule = _judge(resource, text, rules, platform)
            if rule:
                rules[rule.key] = _Rule(rule, text, len(verdicts))
            verdicts.append(verdict)
    notes = _judge_together(rules, verdicts, platform)
    return RuleCheck(platform, tuple(verdicts), notes)


def line_of_error(error: DemoError, text: str) -> int:
    """Return the line of the text, from 1, that an error of it speaks of; 0 if it does not tell."""
    return marked_line(str(error)) if isinstance(error.__cause__, Unreadable) else line_of(str(error), text)


def _judge(
    resource: Resource, text: str, rules: Mapping[Key, _Rule], platform: str
) -> tuple[ObjectVerdict, Resource | None]:
    """Judge an object by itself; returns it as it travels on, if it does."""
    name = f"{resource.kind} {resource.name}"
    verdict = ObjectVerdict(resource.source, line_of(name, text), name, "accepted")
    if why := own_rules.aside(resource, platform):
        return replace(verdict, outcome="set aside", reason=why), None
    if twin := rules.get(resource.key):
        return replace(verdict, outcome="refused", reason=f"given twice, also in {twin.resource.source}"), None
    try:
        return verdict, validated(ResourceSet((resource,))).resources[0]
    except DemoError as error:
        return _refused(verdict, error, text, resource), None


def _judge_together(rules: dict[Key, _Rule], verdicts: list[ObjectVerdict], platform: str) -> tuple[str, ...]:
    """Refuse the rules that cannot be translated over the baseline, and give the others what is found of them."""
    while True:
        own = ResourceSet(tuple(rules[key].resource for key in sorted(rules)))
        laid = own_rules.laid_over(own)
        try:
            own_rules.translate(laid.resources, platform)
            break
        except DemoError as error:
            culprit = next((key for key, one in rules.items() if str(error).startswith(f"{one.resource}:")), None)
            if culprit is None:
                raise
            wrong = rules.pop(culprit)
            verdicts[wrong.place] = _refused(verdicts[wrong.place], error, wrong.text, wrong.resource)
    found = analyze(laid.resources, BOOKINFO)
    for rule in rules.values():
        findings = tuple(one for one in found if one.resource == str(rule.resource))
        verdicts[rule.place] = replace(verdicts[rule.place], findings=findings)
    return own_rules.notes(laid)


def _refused(verdict: ObjectVerdict, error: DemoError, text: str, resource: Resource) -> ObjectVerdict:
    reason = str(error).removeprefix(f"{resource}: ")
    return replace(verdict, line=line_of_error(error, text) or verdict.line, outcome="refused", reason=reason)
