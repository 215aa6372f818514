"""How the tests are dealt out to the processes that run them."""

from __future__ import annotations

from xdist.scheduler import LoadFileScheduling

TOGETHER = {
    "the session's services": ("tests/contract/http/",),
    "demos of their own": (
        "tests/e2e/platform/test_ends.py",
        "tests/e2e/platform/test_environment.py",
        "tests/e2e/platform/test_lifecycle.py",
        "tests/e2e/platform/test_setup.py",
        "tests/e2e/plugin/",
    ),
    "proxies of their own": (
        "tests/parity/test_envoy.py",
        "tests/properties/",
        "tests/unit/platforms/local/xds/test_rollout.py",
    ),
    "the session's demo": (
        "tests/browser/test_page.py",
        "tests/contract/platform/test_local",
        "tests/e2e/platform/",
        "tests/e2e/scenarios/",
        "tests/e2e/test_contract_behind_the_mesh.py",
        "tests/e2e/test_slow_connections.py",
    ),
    "a stage on the session's demo": (
        "tests/browser/stage/test_changes.py",
        "tests/browser/stage/test_connections.py",
        "tests/browser/stage/test_drawing.py",
        "tests/browser/stage/test_looks.py",
        "tests/browser/stage/test_talk.py",
        "tests/e2e/stage/",
    ),
}
"""Which files one process gets, all of them, for a session's fixture is each process's own.

A demo takes 28 of the 128 inotify instances that Linux gives a user, so that a few are the most that there can be. Those with
several instances of each workload take more, and are skipped where there are not so many.
"""


class FewDemos(LoadFileScheduling):
    """File after file to whichever process is free, but for what belongs together."""

    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        return next((name for name, files in TOGETHER.items() if file.startswith(files)), file)
