"""The runs of any terminal, seen while they happen: their recordings are followed as they are written."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path

from platforms.errors import UsageError
from scenarios.events.reading import follow, is_being_written, recordings
from scenarios.messages.language import Language
from stage.parts import RuleStatus
from stage.picture import Origin, RunView
from stage.recordings.run_so_far import RunSoFar

log = logging.getLogger(__name__)

_LOOKS_SECONDS = 0.1


class RunWatch:
    """A thread that waits for a new recording of one demo, and follows it to its end."""

    def __init__(self, key: str, is_own: Callable[[], bool]) -> None:
        """`is_own` tells, when a run begins, whether it is the stage's: nobody else can have the demo then."""
        self._key, self._is_own = key, is_own
        self._run: RunSoFar | None = None
        self._origin: Origin = "terminal"
        self._over = threading.Event()
        self._before = _newest(key)
        """What was there when the watch began, however late its thread does."""
        self._thread = threading.Thread(target=self._work, name="runs", daemon=True)
        self._thread.start()

    def view(self, language: Language) -> RunView | None:
        """Return the run that is under way, or the one that ended last while the stage was there to see it."""
        run = self._run
        return run.view(language, self._origin) if run else None

    def rule(self) -> RuleStatus | None:
        """Return the rule of a run that holds the demo; None where none does."""
        run = self._run
        return run.rule if run and run.is_locked and not run.is_over else None

    def elsewhere(self) -> str | None:
        """Return the command of a run under way that is not the stage's own."""
        run = self._run
        return run.opened.command if run and not run.is_over and self._origin == "terminal" else None

    def forget(self) -> None:
        """Show the last run no more; one that is under way stays."""
        if self._run and self._run.is_over:
            self._run = None

    def close(self) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        seen = self._before
        if seen and is_being_written(seen):
            self._follow(seen)
        while not self._over.wait(_LOOKS_SECONDS):
            newest = _newest(self._key)
            if newest and newest != seen:
                self._follow(newest)
            seen = newest

    def _follow(self, path: Path) -> None:
        self._origin = "stage" if self._is_own() else "terminal"
        run = None
        try:
            for event in follow(path, given_up=self._over):
                run = run.after(event) if run else RunSoFar.begun(event)
                self._run = run
        except UsageError as error:  # it is another version's, or was damaged
            log.warning("%s", error)
        if run and not run.is_over:
            self._run = run.cut_off()


def _newest(key: str) -> Path | None:
    return next(iter(recordings(key)), None)
