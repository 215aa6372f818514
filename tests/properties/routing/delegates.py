"""Random VirtualServices that leave some of their routes to others."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from tests.properties.rules import PATHS, VIRTUAL_SERVICES

_TEAMS = ("squad", "team")
_PREFIXES = (None, "/r", "/reviews", "/reviews/")
_INHERITED: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {},
    optional={
        "retries": st.just({"attempts": 1, "retryOn": "503"}),
        "headers": st.just({"request": {"set": {"x-a": "root"}}}),
        "timeout": st.just("20s"),
    },
)
_OF_THE_ROOT = ("uri", "ignoreUriCase", "method")
"""What a delegate's match may say only if it is within what the root's says."""


@st.composite
def delegated(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Draw the spec for the host reviews, and by name those without hosts to which some of its routes are left."""
    spec = draw(VIRTUAL_SERVICES)
    http, delegates = [*spec["http"]], {}
    for name in _TEAMS[: draw(st.integers(1, 2))]:
        prefix, method = draw(st.sampled_from(_PREFIXES)), draw(st.sampled_from((None, None, "GET")))
        match = {**({"uri": {"prefix": prefix}} if prefix else {}), **({"method": {"exact": method}} if method else {})}
        route = {**({"match": [match]} if match else {}), **draw(_INHERITED), "delegate": {"name": name}}
        http.insert(draw(st.integers(0, len(http) - 1)), route)
        delegates[name] = {"http": [_within(draw, one, prefix or "/") for one in draw(VIRTUAL_SERVICES)["http"]]}
    return {**spec, "http": http}, delegates


def _within(draw: st.DrawFn, route: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The same route, each match of it within the root's."""
    if "match" not in route:
        return route
    below = sorted({path for path in PATHS if path.startswith(prefix)} | {prefix})
    uris = st.none() | st.sampled_from(below).flatmap(lambda path: st.sampled_from(({"exact": path}, {"prefix": path})))
    matches = []
    for one in route["match"]:
        kept = {field: value for field, value in one.items() if field not in _OF_THE_ROOT}
        uri = draw(uris)
        matches.append({**kept, **({"uri": uri} if uri else {})})
    return {**route, "match": matches}
