"""The errors of the demo, as one tree.

DemoError
├── UsageError            what was asked for makes no sense              exit 2
├── PlatformError         the platform could not do it                   exit 3
│   ├── NotReachable      no demo is up, or it does not answer
│   │   └── Silent        it may be up all the same
│   ├── NotApplied        the platform did not take the state over
│   ├── Rejected          Istio, or Envoy, refuses the resource
│   ├── NotConverged      a proxy does not serve the revision in time
│   ├── Unsupported       valid for Istio, but not on this platform
│   │   └── Untranslated  no platform is named yet
│   └── Busy              another command is changing this demo
├── TrafficError          the requests could not be sent                 exit 3
└── Interrupted           Ctrl-C or SIGTERM                              exit 130

A claim that does not hold is a result and no error: exit 1; an inconclusive one: exit 4.
"""

from __future__ import annotations

import re
from typing import ClassVar

_LONGEST = 2000
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


class DemoError(Exception):
    """A fault that the person at the terminal can read and act upon, in one line."""

    exit_code: ClassVar[int] = 3


def in_one_line(text: str) -> str:
    """A text that may quote what somebody else wrote, for a terminal: nothing but a line, and not without end."""
    line = _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}… ({len(line):,} characters)"


class UsageError(DemoError):
    """The request makes no sense; nothing has been touched."""

    exit_code = 2


class PlatformError(DemoError):
    """The platform could not do what it was asked."""


class NotReachable(PlatformError):
    """No demo is up, or it does not answer."""


class Silent(NotReachable):
    """The demo did not answer in time; what is in force is unknown."""


class NotApplied(PlatformError):
    """The platform did not take the state over; what was in force still is."""


class Rejected(PlatformError):
    """Istio's validation, or an Envoy, refuses a resource; what was in force still is."""


class NotConverged(PlatformError):
    """A proxy did not serve the revision in time; the message names the laggards."""


class Unsupported(PlatformError):
    """Valid for Istio, but not on this platform; the message gives file, object and path."""


class Untranslated(Unsupported):
    """Valid for Istio, but not translated to Envoy's configuration; the platform that needs it says where."""


class Busy(PlatformError):
    """Another command is changing this demo; the message names it."""


class TrafficError(DemoError):
    """The requests of a load could not be sent."""


class Interrupted(DemoError):
    """The run was stopped by Ctrl-C or SIGTERM, and the baseline is back."""

    exit_code = 130
