"""Changes of the platform while requests were sent: an instance that went or restarted, a rule that was replaced."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.messages.message import Message, Text


def instance_changes(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Message, ...]:
    """Name the instances that are gone or were replaced. Additional ones, as load brings, are no change."""
    return tuple(
        Message("change.replaced", name=name, was=was, now=after[name])
        if name in after
        else Message("change.gone", name=name)
        for name, was in sorted(before.items())
        if after.get(name) != was
    )


def rule_updates(before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]) -> Text:
    """Count the proxies that were given something anew in between; empty if none. What went or came does not count."""
    proxies = sum(
        any(after.get(proxy, {}).get(name, was) != was for name, was in given.items())
        for proxy, given in before.items()
    )
    return Message("doubt.in_between", n=proxies) if proxies else ""
