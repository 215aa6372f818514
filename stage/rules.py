"""Rules on the stage, as states: made of a wish, read from what somebody typed, and told apart from the baseline."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import yaml

from platforms.bookinfo import BOOKINFO, baseline
from platforms.boundary import State
from platforms.cli import own_rules, rule_check
from platforms.errors import DemoError, UsageError
from platforms.istio.analysis.analyze import analyze
from platforms.istio.reading import files
from platforms.istio.reading.positions import line_of
from platforms.istio.resources import Key, ResourceSet
from scenarios import canary, fault_ratings, user_routing
from scenarios.enduser import parse_name
from scenarios.messages.message import Message, Text
from stage.asked import shares, weights_of
from stage.parts import Check, Difference, Mistake
from stage.picture import Fault, RuleLine

__all__ = [
    "check",
    "differs",
    "fault",
    "fault_of",
    "preset",
    "routes_user",
    "shares",
    "title",
    "user",
    "weights",
    "weights_of",
]

PRESETS = ((100, 0, 0), (90, 10, 0), (50, 50, 0), (0, 100, 0), (34, 33, 33))
SHOWN = "v3"
"""The version of reviews whose stars go when ratings fail."""

_WHOLE = 100
_WIDTH = 100
_SOURCE = "-"
"""What messages call a typed text: the name that it has as standard input of `python -m platforms apply -f -`."""


def weights(of: Sequence[int]) -> State:
    """Return the state with these weights of v1, v2 and v3; raises UsageError unless they are whole and add up to 100."""
    made = canary.Weights.parse(",".join(map(str, of)))
    if sum(made.of) != _WHOLE:
        raise UsageError(f"weights {made}: they add up to {sum(made.of)}, not to {_WHOLE}")
    return _by_weight(made)


def preset(number: int) -> State:
    """Return one of the presets of weights, from 1; raises UsageError for another number."""
    if number not in range(1, len(PRESETS) + 1):
        raise UsageError(f"preset {number}: there are 1 to {len(PRESETS)}")
    return weights(PRESETS[number - 1])


def fault(kind: Fault) -> State:
    """Return the state in which ratings fail so, and reviews are v3; the baseline for none."""
    return fault_ratings.with_fault(fault_ratings.Fault(kind), SHOWN) if kind else State(baseline())


def user(name: str) -> State:
    """Return the state that sends this user to v3; raises UsageError for a name that cannot sign in."""
    return _by_user(parse_name(name, option="user"))


def fault_of(state: State) -> Fault:
    """Return the fault that `fault` has made the state with; empty for any other state."""
    kinds: tuple[Fault, ...] = ("abort", "delay", "outage")
    return next((kind for kind in kinds if state == fault(kind)), "")


def routes_user(state: State) -> bool:
    """Tell a state that sends one user to another version than everybody else."""
    return bool(_routed(state))


def title(state: State) -> Text:
    """Return what the rule is, in a few words."""
    if state == State(baseline()):
        return Message("run.baseline")
    if kind := fault_of(state):
        return fault_ratings.TITLES[fault_ratings.Fault(kind)]
    if (split := weights_of(state)) and state == _by_weight(made := canary.Weights(split)):
        return str(made)
    if (who := _routed(state)) and state == _by_user(who):
        return Message("step.only_user", user=who, version=user_routing.CHOSEN)
    return ", ".join(f"{kind} {name}" for kind, _, name in sorted(_differing(state.resources, baseline())))


def check(text: str, *, platform: str = "local", before: State | None = None) -> Check:
    """Check a text as `python -m platforms apply` would on that platform, and in its words; changes nothing.

    A text that is not refused has a state, how that differs from the one before, or from the baseline, and what its author
    should know of it as `mistakes`.
    """
    if wrong := _unsendable(text):
        return Check((Mistake(0, wrong),), (), None)
    try:
        own = own_rules.parsed(text, _SOURCE)
        laid = own_rules.laid_over(own.resources)
        own_rules.translate(laid.resources, platform)
    except DemoError as error:
        return Check((Mistake(rule_check.line_of_error(error, text), _shown(str(error))),), (), None)
    remarks = (*own_rules.notes(laid), *map(str, analyze(laid.resources, BOOKINFO)))
    state = State(laid.resources)
    return Check(
        tuple(Mistake(line_of(one, text), _shown(one)) for one in remarks), differs(state, before).lines, state
    )


def differs(state: State, before: State | None = None) -> Difference:
    """Return how a state differs from the baseline, its lines marked against that or against the state before."""
    base = State(baseline())
    before = before or base
    keys = sorted(_differing(state.resources, base.resources) | _differing(before.resources, base.resources))
    lines = [*_marked(_stopped(before), _stopped(state))]
    for key in keys:
        changed = [*_marked(_written(before, key), _written(state, key))]
        lines += [*([RuleLine("---")] if lines and changed else []), *changed]
    own = "".join(f"{line.text}\n" for line in lines if line.change != "-")
    whole = "".join(f"{line}\n" for line in (*_stopped(state), _dump(one.document() for one in state.resources)))
    return Difference(tuple(lines), own, whole)


def _by_weight(of: canary.Weights) -> State:
    return State(baseline().overlaid(canary.rule(of)))


def _by_user(name: str) -> State:
    return State(baseline().overlaid(user_routing.rule(name, "even")))


def _unsendable(text: str) -> str:
    """The reason why no file could hold the text, or no cluster would take it; empty if there is none."""
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        return "not valid UTF-8"
    return "larger than 3 MB, which a cluster does not accept" if size > files.MOST_BYTES else ""


def _shown(said: str) -> str:
    return said.removeprefix(f"{_SOURCE}: ").replace(f"({_SOURCE}: ", "(")


def _differing(resources: ResourceSet, base: ResourceSet) -> set[Key]:
    """The keys of the objects of either that the other has not, or has otherwise."""
    ours, theirs = ({one.key: one for one in of} for of in (resources, base))
    return {key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key)}


def _written(state: State, key: Key) -> list[str]:
    return [line for one in state.resources if one.key == key for line in _dump([one.document()]).splitlines()]


def _stopped(state: State) -> list[str]:
    return [f"# {name} has no running instance" for name in sorted(state.stopped)]


def _marked(before: Sequence[str], after: Sequence[str]) -> Iterator[RuleLine]:
    for kind, first, last, start, end in difflib.SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (RuleLine(line) for line in after[start:end])
            continue
        yield from (RuleLine(line, "-") for line in before[first:last])
        yield from (RuleLine(line, "+") for line in after[start:end])


def _dump(documents: Iterable[Mapping[str, Any]]) -> str:
    """YAML with the innermost lists and objects in one line each, so that a rule fits on a screen."""
    written = (_Dumper.written(document) for document in documents)
    return "---\n".join(written)


class _Dumper(yaml.SafeDumper):
    """Writes a value that stands in two places twice, and not as an alias."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002  # of any value
        return True

    @classmethod
    def written(cls, document: Mapping[str, Any]) -> str:
        return yaml.dump(
            document, Dumper=cls, sort_keys=False, default_flow_style=None, allow_unicode=True, width=_WIDTH
        )


def _routed(state: State) -> str:
    """The user whom a rule like `user` sends elsewhere; empty if there is none."""
    for resource in state.resources.of_kind("VirtualService"):
        match resource.spec.get("http"):
            case [{"match": [{"headers": {"end-user": {"exact": str(header)}}}]}, *_]:
                return unquote(header)
    return ""
