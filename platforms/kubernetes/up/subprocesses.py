"""Command lines of others, each bounded in time and none left behind: docker, kind, kubectl, istioctl."""

from __future__ import annotations

import contextlib
import fcntl
import logging
import os
import signal
import subprocess  # noqa: TID251  # these are the tools of bring-up
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from platforms.demo import run_folder
from platforms.errors import Busy, NotApplied
from platforms.wait import wait_while

log = logging.getLogger(__name__)

Say = Callable[[str], None]
"""Told each step as it is reached."""

ASK_SECONDS = 60.0
ORPHAN_SECONDS = 120.0
_QUOTED_LINES = 5
_END_SECONDS = 5.0

T = TypeVar("T")


class CommandFailed(NotApplied):
    """A command ended with an error, or not in time."""


class _Ended(CommandFailed):
    """A command was ended, or not started, because of something else, which is what has to be told."""


def ask(*command: str, seconds: float = ASK_SECONDS) -> str:
    """The output of a command that changes nothing; raises CommandFailed, quoting its last words."""
    try:
        done = subprocess.run(
            command, check=False, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds
        )
    except subprocess.TimeoutExpired as error:
        raise CommandFailed(f"`{_short(command)}` does not answer within {seconds:g} s") from error
    except OSError as error:
        raise CommandFailed(f"`{_short(command)}` cannot be started: {error.strerror}") from error
    if done.returncode:
        raise CommandFailed(f"`{_short(command)}` failed: {_last_words(done.stderr or done.stdout)}")
    return done.stdout


class Commands:
    """The commands of one bring-up: what they print stands in the log folder, and when it ends, so do they.

    A bring-up that is killed cannot end them. They hold an open file that is locked, so that the next one sees them.
    """

    def __init__(self, folder: Path, programs: Mapping[str, str], say: Say) -> None:
        """`programs` has the path of each by name."""
        self.folder = folder
        self.say = say
        self._programs = programs
        self._running: set[subprocess.Popen[bytes]] = set()
        self._guard = threading.Lock()
        self._over = False

    def __enter__(self) -> Self:
        """Wait for what a killed bring-up left running; raises Busy if that does not end."""
        (self.folder / "logs").mkdir(parents=True, exist_ok=True)
        self._lock = run_folder.open_text(self.folder / "running", "a+")
        if orphan := wait_while(self._orphan, ORPHAN_SECONDS):
            self._lock.close()
            raise Busy(f"{orphan}, left by a bring-up that was killed, is still running: end it, then try again")
        self._lock.truncate(0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()
        self._lock.close()

    def run(self, *command: str, seconds: float, stdin: str = "", log: str) -> None:
        """Run a command to its end; raises CommandFailed, quoting the end of its log."""
        command = (self._programs.get(command[0], command[0]), *command[1:])
        path = self.folder / "logs" / f"{log}.log"
        with run_folder.open_text(path, "w") as output:
            child = self._start(command, output.fileno(), stdin)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise CommandFailed(f"`{_short(command)}` did not end within {seconds:g} s; see {path}") from error
        finally:
            _end_group(child)
            with self._guard:
                self._running.discard(child)
        if code and self._over:
            raise _Ended(f"`{_short(command)}` was ended: another step failed")
        if code:
            said = _last_words(path.read_text(encoding="utf-8", errors="replace"))
            raise CommandFailed(f"`{_short(command)}` failed (exit {code}, log {path}): {said}")

    def ask(self, *command: str) -> str:
        """The output of a command that changes nothing; raises CommandFailed, quoting its last words."""
        return ask(self._programs.get(command[0], command[0]), *command[1:])

    def together(self, *jobs: Callable[[], object]) -> None:
        """Do the jobs at the same time; the first error ends the others and is raised."""
        with ThreadPoolExecutor(max(1, len(jobs))) as pool:
            futures = [pool.submit(job) for job in jobs]
            try:
                done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            except BaseException:
                self._end()
                raise
            if any(future.exception() for future in done):
                self._end()
        errors = [error for future in futures if (error := future.exception())]
        if errors:
            raise next((error for error in errors if not isinstance(error, _Ended)), errors[0])

    def _start(self, command: tuple[str, ...], output: int, stdin: str) -> subprocess.Popen[bytes]:
        with self._guard:
            if self._over:
                raise _Ended(f"`{_short(command)}` was not started: another step failed")
            log.info("running %s", " ".join(command))
            self._note(f"`{_short(command)}`")  # before it runs: whoever kills us in between leaves nothing nameless
            try:
                child = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE if stdin else subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # so that what it starts can be ended with it
                    pass_fds=(self._lock.fileno(),),
                )
            except OSError as error:
                raise CommandFailed(f"`{_short(command)}` cannot be started: {error.strerror}") from error
            self._running.add(child)
            self._note(f"`{_short(command)}` (process group {child.pid})")
        if child.stdin:
            with contextlib.suppress(BrokenPipeError), child.stdin as pipe:  # its end says why it would not read
                pipe.write(stdin.encode())
        return child

    def _note(self, command: str) -> None:
        """Leave a line for the next bring-up, should this one be killed."""
        self._lock.write(f"{command}\n")
        self._lock.flush()

    def _orphan(self) -> str:
        """Take the lock; where what a killed bring-up started still has it, that command's name."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            self._lock.seek(0)
            noted = self._lock.read().strip().splitlines()
            orphan = noted[-1] if noted else "a command"
            self.say(f"waiting for {orphan}, left by a bring-up that was killed")
            return orphan
        return ""

    def _end(self) -> None:
        with self._guard:
            self._over = True
            left = tuple(self._running)
        for child in left:
            _signal(child, signal.SIGTERM)
        for child in left:
            try:
                child.wait(_END_SECONDS)
            except subprocess.TimeoutExpired:
                _end_group(child)


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except (ProcessLookupError, PermissionError):  # all of it has ended
        return


def _end_group(child: subprocess.Popen[bytes]) -> None:
    """End a child that has not ended; one that has was waited for, and its number may be another's by now."""
    if child.poll() is None:
        _signal(child, signal.SIGKILL)
        child.wait()


def _short(command: tuple[str, ...]) -> str:
    """The command as one would type it, without its folder and its later arguments."""
    return " ".join((Path(command[0]).name, *command[1:4]))


def _last_words(output: str) -> str:
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return " / ".join(lines[-_QUOTED_LINES:]) or "it gave no reason"
