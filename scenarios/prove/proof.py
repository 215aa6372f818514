"""Rules of one's own and what is expected of them, as a scenario."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from platforms.bookinfo import with_workloads
from platforms.boundary import State
from platforms.cli import own_rules
from platforms.demo.journal import DemoPlatform
from platforms.errors import UsageError, in_one_line
from platforms.istio.reading import files
from platforms.istio.registry import Registry
from scenarios.messages.catalogue import english
from scenarios.messages.message import Text
from scenarios.prove.asked import expectations
from scenarios.prove.reading import separate
from scenarios.scenario import Scenario, Step
from scenarios.statistics.claim import Aspect, Expectation

NAME = "prove"
_USERS = 8
_USERS_EACH = 2


@dataclass(frozen=True, slots=True)
class FileScenario(Scenario):
    """A scenario that knows the lines of its file."""

    version_lines: Mapping[str, int] = field(default_factory=dict)


def scenario(given: Sequence[str], margin: Fraction) -> Scenario:
    """Read files of rules and expectations; raises UsageError or Rejected for what makes no sense.

    It is `fitted` to a demo before it is run.
    """
    file, rules = separate(files.texts(given), given)
    expected = expectations(file, margin)
    own = own_rules.of_texts(rules, given)
    state = State(own.resources)  # until it is known what they are laid over
    return FileScenario(
        name=NAME,
        title=file.name,
        steps=tuple(
            Step(title, state, together, users=max(_USERS, _USERS_EACH * len(together)))
            for title, together in _steps(expected)
        ),
        point=0,
        outcomes={},
        notes=tuple(map(in_one_line, own.notes)),
        version_lines=file.version_lines,
    )


def fitted(scenario: Scenario, platform: DemoPlatform) -> Scenario:
    """Lay the rules over the baseline as that demo takes them over.

    Raises UsageError for a version that it has not, Rejected or Unsupported for a rule that it does not take.
    """
    registry = with_workloads(platform.workloads())
    _require_versions(scenario, registry)
    own = own_rules.on(own_rules.OwnRules(scenario.steps[0].state.resources, ()), platform.name)
    laid = own_rules.laid_over(own.resources)
    own_rules.translate(laid.resources, platform.name)
    remarks = own_rules.remarks(laid, registry)
    said = (*own.notes, *remarks.notes, *map(str, remarks.warnings))
    return replace(
        scenario,
        steps=tuple(replace(step, state=State(laid.resources)) for step in scenario.steps),
        notes=(*scenario.notes, *map(in_one_line, said)),
    )


def _require_versions(scenario: Scenario, registry: Registry) -> None:
    known = sorted(one.version for one in registry.workloads if one.app == "reviews")
    named = (name for one in scenario.expectations if one.aspect.tells_version for name in one.shares)
    if unknown := next((name for name in named if name not in known), None):
        line = scenario.version_lines.get(english(unknown)) if isinstance(scenario, FileScenario) else None
        where = f"{scenario.title}:{line}" if line else scenario.title
        raise UsageError(f"{where}: {unknown}: no version of reviews; there are {', '.join(known)}")


def _steps(expected: Sequence[Expectation]) -> list[tuple[Text, tuple[Expectation, ...]]]:
    """Ask at the same time what only differs by its end user, and everything else one after the other.

    Answers are told apart by their end user alone, and of one step all look at the same.
    """
    groups: list[list[Expectation]] = []
    for one in expected:
        fitting = (
            group
            for group in groups
            if _asks(group[0]) == _asks(one) and all(one.end_user != other.end_user for other in group)
        )
        found = next(fitting, None)
        if found is None:
            groups.append([one])
        else:
            found.append(one)
    titles: Counter[str] = Counter()
    steps: list[tuple[Text, tuple[Expectation, ...]]] = []
    for group in groups:
        title = _title(group[0])
        titles[title] += 1
        steps.append((title if titles[title] == 1 else f"{title} · {titles[title]}", tuple(group)))
    return steps


def _asks(one: Expectation) -> tuple[Aspect, str, tuple[tuple[str, str], ...]]:
    return one.aspect, one.path, tuple(sorted(one.headers.items()))


def _title(one: Expectation) -> str:
    headers = ", ".join(f"{name}: {value}" for name, value in sorted(one.headers.items()))
    return f"{one.path} with {headers}" if headers else one.path
