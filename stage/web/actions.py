"""What may be asked for, by name: a small JSON object in, a change of the stage or a refusal in one line out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any, get_args

from platforms.errors import Unsupported, UsageError
from scenarios.messages.language import Language
from stage import talk
from stage.parts import Check
from stage.picture import Fault, Who
from stage.presentation import Presentation
from stage.recordings.player import SPEEDS
from stage.scenery.performance import Performance
from stage.scenery.rehearsal import Rehearsal
from stage.scenery.replay import Replay

Body = Mapping[str, Any]
Action = Callable[[Presentation, Body], Mapping[str, Any] | None]
RATES = (0.1, 500.0)
"""The fewest and the most requests a second that can be asked for."""
_MOST_YAML = 200_000


def _goto(stage: Presentation, body: Body) -> None:
    stage.go(stage.show.named(body.get("episode"), body.get("phase")))


def _rate(stage: Presentation, body: Body) -> None:
    _demo(stage).set_rate(_number(body, "rate", RATES))


def _weights(stage: Presentation, body: Body) -> None:
    weights = body.get("weights")
    if not isinstance(weights, list) or not all(type(one) is int for one in weights):
        raise UsageError(f"weights {weights!a}: give a list of whole numbers, such as [90, 10, 0]")
    _demo(stage).weights(stage.show, weights)


def _preset(stage: Presentation, body: Body) -> None:
    number = body.get("number")
    if type(number) is not int:
        raise UsageError(f"preset {number!a}: give a whole number")
    _demo(stage).preset(stage.show, number)


def _fault(stage: Presentation, body: Body) -> None:
    _demo(stage).fault(stage.show, _one_of(body, "kind", get_args(Fault)))


def _reload(stage: Presentation, body: Body) -> None:
    _demo(stage).reload(stage.show, every=_flag(body, "every") if "every" in body else None)


def _prove(stage: Presentation, _: Body) -> None:
    if not isinstance(stage.scenery, Rehearsal):
        _demo(stage)
    stage.go(replace(stage.show.place, phase="prove"))


def _replay(stage: Presentation, body: Body) -> None:
    if not isinstance(stage.scenery, Replay):
        raise Unsupported(talk.notice(stage.show.language, "no_recording"))
    paused, step = (_flag(body, name) if name in body else None for name in ("paused", "step"))
    speed = _number(body, "speed", SPEEDS) if "speed" in body else None
    stage.scenery.steer(paused=paused, speed=speed, step=bool(step))


def _language(stage: Presentation, body: Body) -> None:
    stage.look(language=Language(_one_of(body, "language", [one.value for one in Language])))


def _check(stage: Presentation, body: Body) -> Mapping[str, Any]:
    return _checked(_demo(stage).check(_yaml(body)))


def _apply(stage: Presentation, body: Body) -> Mapping[str, Any]:
    found = _demo(stage).apply(stage.show, _yaml(body))
    if found.state is None:
        raise UsageError(found.mistakes[0].text)
    return {"ok": True, **_checked(found)}


ACTIONS: Mapping[str, Action] = {
    "next": lambda stage, _: stage.move(1),
    "back": lambda stage, _: stage.move(-1),
    "goto": _goto,
    "pause": lambda stage, _: _demo(stage).pause(),
    "rate": _rate,
    "reset": lambda stage, _: _demo(stage).reset(stage.show),
    "weights": _weights,
    "preset": _preset,
    "fault": _fault,
    "user": lambda stage, body: stage.name_user(_text(body, "name")),
    "route_user": lambda stage, body: _demo(stage).route_user(stage.show, on=_flag(body, "on")),
    "prove": _prove,
    "stop_proof": lambda stage, _: _demo(stage).stop_proof(),
    "language": _language,
    "dark": lambda stage, body: stage.look(dark=_flag(body, "on")),
    "large": lambda stage, body: stage.look(large=_one_of(body, "who", get_args(Who))),
    "reload": _reload,
    "replay": _replay,
    "check": _check,
    "apply": _apply,
    "undo": lambda stage, _: _demo(stage).undo(stage.show),
}


def _demo(stage: Presentation) -> Performance:
    """The demo on the stage; raises Unsupported where a recording is shown."""
    if not isinstance(stage.scenery, Performance):
        raise Unsupported(talk.notice(stage.show.language, "replay_only"))
    return stage.scenery


def _checked(found: Check) -> Mapping[str, Any]:
    return {
        "refused": found.state is None,
        "problems": [asdict(one) for one in found.mistakes],
        "lines": [asdict(one) for one in found.lines],
    }


def _yaml(body: Body) -> str:
    text = _text(body, "yaml")
    if len(text) > _MOST_YAML:
        raise UsageError(f"yaml: {len(text):,} characters are more than anybody can read on a stage")
    return text


def _text(body: Body, name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str):
        raise UsageError(f"{name} {text!a}: give a text")
    return text


def _number(body: Body, name: str, limits: tuple[float, float]) -> float:
    number, (least, most) = body.get(name), limits
    if isinstance(number, bool) or not isinstance(number, int | float) or not least <= number <= most:
        raise UsageError(f"{name} {number!a}: give a number from {least:g} to {most:g}")
    return float(number)


def _flag(body: Body, name: str) -> bool:
    flag = body.get(name)
    if not isinstance(flag, bool):
        raise UsageError(f"{name} {flag!a}: give true or false")
    return flag


def _one_of(body: Body, name: str, choices: Any) -> Any:
    given = body.get(name)
    if not isinstance(given, str) or given not in choices:
        raise UsageError(f"{name} {given!a}: give one of {', '.join(repr(choice) for choice in choices)}")
    return given
