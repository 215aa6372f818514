"""Regular expressions, as Istio's webhook takes them, which has Go read them, and Envoy, which has RE2."""

from __future__ import annotations

import re
from functools import cache

import re2

PROGRAM_SIZE = 32768
"""Of a compiled expression: what Istio allows its proxies, instead of Envoy's own 100."""

_MAX_LENGTH = 1024
_MAX_REPEAT = 1000
_IN_GO = {
    "bad repetition operator": "invalid nested repetition operator",
    "invalid named capture group": "invalid named capture",
    "invalid perl operator": "invalid or unsupported Perl syntax",
    "invalid repetition size": "invalid repeat count",
    "invalid UTF-8": "invalid escape sequence",
    "missing )": "missing closing )",
    "missing ]": "missing closing ]",
    "no argument for repetition operator": "missing argument to repetition operator",
    "trailing \\": "trailing backslash at end of expression",
}
"""What RE2 says otherwise than Go."""
_TOO_LARGE = "pattern too large - compile failed"
"""Not to Go."""
_CLASS_BY_NAME = re.compile(r"invalid character class range: \\[pP](?:[A-Za-z]|\{\^?[A-Za-z_ -]+\})")
"""Go takes more names from version to version, such as `\\p{Letter}`: what RE2 does not know is left to Envoy to refuse."""
_TOKEN = re.compile(
    r"\\Q.*?(?:\\E|\Z)"
    r"|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"
    r"|(?P<byte>\\C)"
    r"|\\."
    r"|\(\?P?<(?P<name>[^>]+)>"
    r"|\{(?P<least>\d+)(?:,(?P<most>\d*))?\}",
    re.DOTALL,
)


def complaint(expression: str, where: str) -> str:
    """The complaint of Istio's webhook about `expression`, in its words, or nothing."""
    if len(expression.encode()) > _MAX_LENGTH:
        return f'"{where}": regex is too large, max length allowed is 1024'
    if not (reason := _refused_by_go(expression)):
        return ""
    return (
        f'"{where}": error parsing regexp: {reason}; '
        "Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)"
    )


def unreadable(expression: str) -> bool:
    """Tell whether Envoy cannot read an expression that Istio's webhook takes: it matches bytes, not characters."""
    try:
        size = re2.compile(expression.encode(), _options(re2.Options.Encoding.LATIN1)).programsize
    except re2.error:
        return True
    return bool(size > PROGRAM_SIZE)


def _refused_by_go(expression: str) -> str:
    try:
        re2.compile(expression, _options(re2.Options.Encoding.UTF8))
    except re2.error as error:
        return _in_go(error.args[0].decode(errors="replace"), expression)
    return _refused_by_go_alone(expression)


def _in_go(refusal: str, expression: str) -> str:
    """The words of Go where RE2 says `refusal`."""
    if refusal == _TOO_LARGE or _CLASS_BY_NAME.match(refusal):
        return _refused_by_go_alone(expression)
    reason, _, part = refusal.partition(": ")
    if part in ("(?<=", "(?<!"):  # to Go a name begins there
        reason, part = "invalid named capture group", re.split("(?<=>)", expression[expression.index(part) :])[0]
    elif reason == "invalid UTF-8":  # where the text ends in the middle of it
        part = expression[expression.rfind("\\x") :]
    elif reason == "invalid repetition size":
        part = part.removesuffix("?")
    return f"{_IN_GO.get(reason, reason)}: `{part}`"


def _refused_by_go_alone(expression: str) -> str:
    """A byte, a name in another script than Latin, and a count that is so long that RE2 takes it for text."""
    for token in _TOKEN.finditer(expression):
        if token["byte"]:
            return f"invalid escape sequence: `{token[0]}`"
        if token["name"] and not token["name"].isascii():
            return f"invalid named capture: `{token[0]}`"
        if max(int(token["least"] or 0), int(token["most"] or 0)) > _MAX_REPEAT:
            return f"invalid repeat count: `{token[0]}`"
    return ""


@cache
def _options(encoding: re2.Options.Encoding) -> re2.Options:
    options = re2.Options()
    options.encoding = encoding
    options.log_errors = False
    return options
