"""Reviews, which Maven builds while the packages are being installed."""

from __future__ import annotations

import runpy
import shutil
from types import TracebackType
from typing import Any, Self

from tools.setup.places import ROOT
from tools.setup.steps import SetupFailed, step

_BUILDING = ROOT / "platforms" / "local" / "programs" / "building.py"


class Reviews:
    """The service as it is built; as a context manager, a build that is under way ends with the block."""

    def __init__(self) -> None:
        # By its path: the package that it is in needs others, which are not there yet.
        self._building: dict[str, Any] = runpy.run_path(str(_BUILDING))
        self._build: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._build:
            self._build.end()

    def begin(self) -> None:
        """Start building, if there is something to build and something to build it with."""
        if not self._building["is_built"]() and all(map(shutil.which, ("mvn", "javac"))):
            self._build = self._building["Build"]()

    def have(self, *, anew: bool) -> None:
        """Wait for what began; `anew` because what it may have lacked is there now. Raises SetupFailed with Maven's words."""
        if self._build is None or (anew and self._build.complaint()):
            self.begin()
        if self._build is None:
            return
        with step("building reviews", seconds=lambda: float(self._build.seconds)):
            complaint = self._build.complaint()
        if complaint:
            raise SetupFailed(f"Maven could not build reviews:\n{complaint}")
