"""A platform that is not the same any more: an instance went, or was started again, while requests were sent."""

from __future__ import annotations

from collections.abc import Mapping


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Which instances are not what they were, in words; empty if all are. More of them, as load brings, are no change."""
    said = [
        f"{name} is gone" if name not in after else f"{name} was replaced ({was}; now {after[name]})"
        for name, was in sorted(before.items())
        if after.get(name) != was
    ]
    return ", ".join(said)


def updated(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Which proxies were given another rule in between, in words; empty if none was. One that went or came is none."""
    names = [name for name, was in sorted(before.items()) if after.get(name, was) != was]
    if not names:
        return ""
    return f"another one was in force in between, on {len(names)} {'proxy' if len(names) == 1 else 'proxies'}"
