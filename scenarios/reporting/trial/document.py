"""A trial as the one JSON document: what --json prints, and what its report is drawn again from."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platforms.bookinfo import baseline
from scenarios.evidence.pair import Pair
from scenarios.reporting.texts import in_english
from scenarios.reporting.trial import words
from scenarios.reporting.trial.model import Trial

KIND = "trial"
SCHEMA_VERSION = 1
SCHEMA = Path(__file__).with_name("trial.schema.json")


def document(trial: Trial) -> dict[str, Any]:
    """The trial as the one JSON document."""
    opened, served, restored = trial.opened, trial.in_force.convergence, trial.restored
    return in_english(
        {
            "kind": KIND,
            "schema_version": SCHEMA_VERSION,
            "scenario": opened.scenario.name,
            "title": opened.scenario.title,
            "platform": opened.platform,
            "command": opened.command,
            "started": opened.started.isoformat(timespec="milliseconds"),
            "revision": served.revision,
            "verdict": trial.verdict.name,
            "exit_code": trial.exit_code,
            "held": trial.held,
            "reasons": trial.reasons,
            "found": trial.found,
            "ending": trial.ending,
            "error": trial.error.why if trial.error else None,
            "in_force_ms": round(served.milliseconds, 1),
            "proxies_asked": served.proxies,
            "restored": restored is not None,
            "restored_ms": round(restored.convergence.milliseconds, 1) if restored else None,
            "requests": trial.calls,
            "seconds": round(trial.seconds, 3),
            "total_seconds": round(trial.total_seconds, 3),
            "baseline": baseline().dump(),
            "yaml": trial.step.state.resources.dump(),
            "pairs": [_pair(pair) for pair in trial.pairs],
        }
    )


def is_trial(found: Any) -> bool:
    """Tell whether this is the document of a trial, and not that of a run about shares."""
    return isinstance(found, dict) and found.get("kind") == KIND


def _pair(pair: Pair) -> dict[str, Any]:
    caller, heard = pair.caller, pair.heard
    return {
        "kind": caller.kind.value,
        "caller": words.name(caller),
        "from": pair.ends[0],
        "app": pair.app,
        "expected": words.outcome(pair.expected),
        "got": list(words.outcomes(pair)),
        "answers": list(pair.answers),
        "heard": {"taken": heard.taken, "denied": heard.denied, "cut": heard.cut},
        "opened": pair.opened,
        "drawn": pair.drawn,
        "verdict": pair.verdict.name,
        "reason": words.reason(pair),
    }
