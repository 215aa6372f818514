"""The marked calls, read from what proxies write."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from platforms import Call, Hop
from platforms.local.request_log import LocalRequestLog
from tests.golden.validation import topology


def test_calls(tmp_path: Path) -> None:
    """Each whole line is a call; what is being written, or led nowhere of ours, is none."""
    here = replace(topology(), folder=tmp_path)
    file = here.request_log("productpage-v1")
    file.parent.mkdir(parents=True)
    v2, ratings = here.ports["reviews-v2"].inbound, here.ports["ratings-v1"].inbound
    lines = [
        f"bookinfo=5e1.7.kim 127.0.0.1:{v2} 200",
        f"bookinfo=5e1.8. 127.0.0.1:{ratings} 0",
        "bookinfo=5e1.9. - 503",
        "nonsense",
        "bookinfo=5e1.10. 127.0.0.1:",
    ]
    file.write_text("\n".join(lines))
    log = LocalRequestLog(here)

    assert [
        Call("5e1.7.kim", Hop("productpage-v1", "reviews", "v2"), 200),
        Call("5e1.8.", Hop("productpage-v1", "ratings", "v1"), 0),
    ] == list(log.calls())

    log.clear()

    assert [] == list(log.calls())
