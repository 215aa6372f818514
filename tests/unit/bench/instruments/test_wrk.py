"""Parsing of wrk's report."""

from __future__ import annotations

import pytest

from bench.instruments.wrk import LoadFailed, LoadResult, parse

REPORT = """\
Running 3s test @ http://127.0.0.1:9080/productpage
  1 threads and 16 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency    22.33ms    5.15ms  94.34ms   87.95%
    Req/Sec   718.40     88.87   828.00     80.00%
  Latency Distribution
     50%   21.45ms
     75%   24.02ms
     90%   27.29ms
     99%   {p99}
  2148 requests in 3.00s, 16.23MB read
{problems}Requests/sec:    715.61
Transfer/sec:      5.41MB
"""


@pytest.mark.parametrize(("told", "milliseconds"), [("890.00us", 0.89), ("44.10ms", 44.1), ("1.25s ", 1250.0)])
def test_latencies_are_milliseconds_whatever_unit_wrk_chose(told: str, milliseconds: float) -> None:
    """A latency in us, ms or s is read as milliseconds, with the space that wrk pads seconds with."""
    assert LoadResult(2148, 715.61, 21.45, milliseconds, failed=0) == parse(REPORT.format(p99=told, problems=""))


def test_failed_requests_are_those_refused_and_those_broken() -> None:
    """Error answers and broken connections both count as failed."""
    problems = "  Socket errors: connect 1, read 2, write 3, timeout 4\n  Non-2xx or 3xx responses: 70\n"

    assert 80 == parse(REPORT.format(p99="44.10ms", problems=problems)).failed


def test_what_is_no_report_is_told() -> None:
    """The error quotes wrk, such as when it cannot connect."""
    with pytest.raises(LoadFailed, match="Connection refused"):
        parse("unable to connect to 127.0.0.1:1 Connection refused\n")
