"""The way to visitors, wherever they run: lines of text, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import Protocol, Self


class Pipe(Protocol):
    """A program of visitors that runs as long as the block, and not longer than we do."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def write(self, line: str) -> None:
        """Raises OSError if nobody is there any more."""

    def lines(self) -> Iterator[str]:
        """What the visitors say, until they end."""

    def last_words(self) -> str:
        """Why they ended."""

    @property
    def gateway_url(self) -> str | None:
        """The gateway as these visitors call it; None where it is that of everybody else."""

    @property
    def log(self) -> str:
        """Where to read more."""
