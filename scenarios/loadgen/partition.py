"""The partition of a step among workers, down to the last request."""

from __future__ import annotations

from typing import Any


def partition(order: dict[str, Any], workers: int) -> list[dict[str, Any] | None]:
    """Split an order into one part per worker; None for a worker that is not needed.

    The parts add up to the order's requests, users and rate: every part has its share of the rate, and begins its
    requests between those of the others.
    """
    parts: list[list[dict[str, Any]]] = [[] for _ in range(workers)]
    first = 0
    for load in order["loads"]:
        count = min(workers, load["users"], load["requests"])
        for number in range(count):
            part = {
                **load,
                "requests": _share(load["requests"], number, count),
                "users": _share(load["users"], number, count),
                "numbers": (number, count),
            }
            parts[(first + number) % workers].append(part)
        first += count  # the next load begins where this one ended, so that small loads do not all go to the first
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
