"""Ours agrees with what a real istiod made of the same rules."""

from __future__ import annotations

import pytest

from platforms.bookinfo import BOOKINFO
from platforms.envoy.config_dump import shown
from platforms.envoy.translate import translate
from platforms.errors import Rejected, Unsupported
from platforms.istio.analysis.analyze import analyze
from tests.parity.recordings import EXCEPTIONS, FOLDER, TOPOLOGY, as_recorded, names, recording

NAMES = names()
ACCEPTED = [name for name in NAMES if name not in EXCEPTIONS and not recording(name).message]
REFUSED = [name for name in NAMES if recording(name).message]


def test_there_are_recordings() -> None:
    """The folder of recordings is not empty."""
    assert NAMES, f"{FOLDER} holds no recordings"


@pytest.mark.parametrize("name", ACCEPTED)
def test_serves_what_istiod_serves(name: str) -> None:
    """For an accepted rule every proxy gets istiod's routes and clusters."""
    recorded = recording(name)

    snapshot = translate(recorded.resources, BOOKINFO, TOPOLOGY)

    for proxy, expected in recorded.served.items():
        config = snapshot.proxies[proxy]
        # The recordings are of plain text, and say nothing of HTTPS.
        routes = [routes for name, routes in config.routes.items() if not name.startswith("https.")]

        assert expected == as_recorded(shown(routes, config.clusters, BOOKINFO))


@pytest.mark.parametrize("name", REFUSED)
def test_refuses_what_istio_refuses(name: str) -> None:
    """A refused rule is refused with Istio's message, behind the file and the object."""
    recorded = recording(name)
    message = recorded.message.removeprefix('Error from server (BadRequest): error when creating "STDIN": ')

    with pytest.raises(Rejected) as refusal:
        translate(recorded.resources, BOOKINFO, TOPOLOGY)

    assert str(refusal.value).startswith("istio/x.yaml: ")
    assert str(refusal.value).endswith(f": {message}")


@pytest.mark.parametrize("name", sorted(EXCEPTIONS.keys() & set(NAMES)))
def test_names_what_it_does_not_support(name: str) -> None:
    """What istiod takes and we do not translate is refused by its path."""
    with pytest.raises(Unsupported, match=EXCEPTIONS[name]):
        translate(recording(name).resources, BOOKINFO, TOPOLOGY)


@pytest.mark.parametrize("name", [name for name in ACCEPTED if recording(name).findings is not None])
def test_finds_what_istioctl_analyze_finds(name: str) -> None:
    """The findings are those of istioctl."""
    recorded = recording(name)

    findings = analyze(recorded.resources, BOOKINFO)

    assert recorded.findings == tuple((one.code, one.level, one.message) for one in findings)
