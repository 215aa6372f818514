"""Who may call whom on the local platform: real certificates, real policies, and the counts of real Envoys."""

from __future__ import annotations

from platforms.bookinfo import baseline
from platforms.boundary import State
from tests.e2e.demo import Demo


def test_the_baseline_holds(demo: Demo) -> None:
    """Every answer of every pair, and what the callees' proxies counted."""
    ended = demo.typed("scenarios.zero_trust", "--lang", "en")

    assert (0, "") == (ended.returncode, ended.stderr), ended.stdout
    assert "HOLDS · 7 arrows were answered, 21 other pairs got 403, 8 trials" in ended.stdout


def test_without_policies_21_arrows_open(demo: Demo) -> None:
    """Mutual TLS alone lets every workload call every app; afterwards none may again."""
    ended = demo.typed("scenarios.zero_trust", "--open", "--quiet", "--lang", "en")

    assert (1, "") == (ended.returncode, ended.stderr), ended.stdout
    assert "FAILS · 21 arrows opened: gateway → details," in ended.stdout
    assert "plain text" not in ended.stdout
    with demo.platform() as platform:
        platform.wait_until_converged(State(baseline()), timeout=30.0)
