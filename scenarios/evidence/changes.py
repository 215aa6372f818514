"""Changes of the platform while requests were sent: an instance that went or restarted, a rule that was replaced."""

from __future__ import annotations

from collections.abc import Mapping


def instance_changes(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Name the instances that are gone or were replaced; empty if none. Additional ones, as load brings, are no change."""
    replaced = [
        f"{name} is gone" if name not in after else f"{name} was replaced ({was}; now {after[name]})"
        for name, was in sorted(before.items())
        if after.get(name) != was
    ]
    return ", ".join(replaced)


def rule_updates(before: Mapping[str, str], after: Mapping[str, str]) -> str:
    """Count the proxies that received another rule in between; empty if none. One that went or came does not count."""
    names = [name for name, was in sorted(before.items()) if after.get(name, was) != was]
    if not names:
        return ""
    return f"another one was in force in between, on {len(names)} {'proxy' if len(names) == 1 else 'proxies'}"
