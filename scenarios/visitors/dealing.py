"""An order dealt out to workers: purely, and to the last request."""

from __future__ import annotations

from typing import Any


def deal(order: dict[str, Any], workers: int) -> list[dict[str, Any] | None]:
    """What each of the workers sends of the order; None for one that is not needed.

    Requests and visitors of all parts are those of the order, and so is the rate: every part has its share of it, and
    begins its turns between those of the others.
    """
    parts: list[list[dict[str, Any]]] = [[] for _ in range(workers)]
    first = 0
    for load in order["loads"]:
        some = min(workers, load["users"], load["requests"])
        for number in range(some):
            part = {
                **load,
                "requests": _share(load["requests"], number, some),
                "users": _share(load["users"], number, some),
                "numbers": (number, some),
            }
            parts[(first + number) % workers].append(part)
        first += some  # the next load begins where this one ended, so that small loads do not all fall to the first
    total = sum(load["requests"] for load in order["loads"])
    rate = order["rate"]
    return [
        {
            **order,
            "loads": loads,
            "rate": rate and rate * sum(load["requests"] for load in loads) / total,
            "phase": number / rate if rate else 0.0,
        }
        if loads
        else None
        for number, loads in enumerate(parts)
    ]


def _share(whole: int, number: int, parts: int) -> int:
    return whole // parts + (number < whole % parts)
