"""Processor time as the kernel counts it."""

from __future__ import annotations

import os
import time

from bench.instruments import processor


def test_what_was_computed_is_counted() -> None:
    """A tenth of a second of this process's, to the hundredth that the kernel counts in."""
    begin, before = time.process_time(), processor.seconds(os.getpid())
    while time.process_time() < begin + 0.1:
        pass

    assert processor.seconds(os.getpid()) - before >= 0.08
