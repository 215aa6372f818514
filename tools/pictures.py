"""`make pictures`: the stage as README and docs show it, taken of a real talk on a demo of its own.

Nothing is drawn: the demo, its traffic and its verdicts are what they are, so that two runs differ in their numbers.
"""

from __future__ import annotations

import base64
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from PIL import Image
from selenium.webdriver import Chrome

from platforms.cli import command_line
from platforms.cli.command_line import TitledCommand
from platforms.environment import ROOT
from platforms.errors import NotReachable
from platforms.loopback import free_port
from platforms.wait import wait_until
from tools.browser import chromium, resize
from tools.demo import run
from tools.staged import Picture, Staged, staged

SIZE = (1280, 720)
_PATIENCE = 180.0
_ANSWERS = 150
"""So many make the shares steady enough for a picture."""
_FILM_SECONDS = 20.0
_FILM_SCALE = 0.75
_QUALITY = 50
_BAD_RELEASE = "rollout --break v2=errors:20%|from:50%"


@click.command(cls=TitledCommand, help=__doc__)
@click.option("--into", metavar="DIR", type=Path, default=ROOT / "docs" / "pictures", help="default: docs/pictures")
def pictures(into: Path) -> int:
    into.mkdir(parents=True, exist_ok=True)
    with _on_stage() as (stage, browser):
        _film(stage, browser, into / "stage.webp")
        _fault(stage, browser, into)
        _user(stage, browser, into)
        _canary(stage, browser, into)
        _rollout(stage, browser, into)
    for path in sorted(into.iterdir()):
        print(f"{path.relative_to(ROOT) if path.is_relative_to(ROOT) else path}  {path.stat().st_size / 1000:,.0f} kB")
    return 0


@contextmanager
def _on_stage() -> Iterator[tuple[Staged, Chrome]]:
    """A demo, a stage and a browser, which nobody else sees and which are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bookinfo-pictures-") as folder:
        os.environ["BOOKINFO_RUN"] = folder
        where = ("--platform", "local")
        try:
            if run("platforms", "up", *where, "--port", str(free_port()), quiet=True):
                raise NotReachable("the demo does not come up: python -m platforms up --platform local says why")
            with (
                staged(*where, "--lang", "en", "--with", _BAD_RELEASE) as stage,
                chromium(Path(folder) / "chromium") as browser,
            ):
                resize(browser, *SIZE)
                browser.get(stage.url)
                yield stage, browser
        finally:
            run("platforms", "down", *where, quiet=True)


def _fault(stage: Staged, browser: Chrome, into: Path) -> None:
    """Episode 1, dark: ratings fail, the stars go."""
    stage.ask("dark", on=True)
    stage.ask("goto", episode=1, phase="do")
    _until(stage, lambda one: one["rule"]["fault"] == "abort" and _steady(one), "answers of the fault")
    stage.ask("goto", episode=1, phase="show")
    _take(browser, into / "fault-dark-en.png")


def _user(stage: Staged, browser: Chrome, into: Path) -> None:
    """Episode 2, dark and in Korean: one user sees another version."""
    stage.ask("language", language="ko")
    stage.ask("goto", episode=2, phase="do")
    _until(stage, lambda one: one["rule"]["user"] and _steady(one), "answers of the user's rule")
    stage.ask("goto", episode=2, phase="show")
    _take(browser, into / "user-dark-ko.png")


def _canary(stage: Staged, browser: Chrome, into: Path) -> None:
    """Episode 3, light: the shares in English, the verdict in Korean."""
    stage.ask("dark", on=False)
    stage.ask("language", language="en")
    stage.ask("goto", episode=3, phase="do")
    _until(stage, lambda one: one["rule"]["weights"] == [90, 10, 0] and _steady(one), "answers of the canary")
    stage.ask("goto", episode=3, phase="show")
    _take(browser, into / "canary-light-en.png")
    stage.ask("language", language="ko")
    stage.ask("goto", episode=3, phase="prove")
    _until(stage, lambda one: bool(one["run"] and one["run"]["verdict"]), "a verdict")
    _until(stage, _goes_on, "answers after the proof")
    _take(browser, into / "proof-light-ko.png")
    stage.ask("language", language="en")


def _rollout(stage: Staged, browser: Chrome, into: Path) -> None:
    """A release that is bad from its second step on: the first one holds, that one is taken back."""
    stage.ask("goto", episode=4, phase="prove")
    _until(stage, _release_judged, "a verdict on the release")
    _until(stage, _goes_on, "answers after the rollout")
    _take(browser, into / "rollout-light-en.png")


def _film(stage: Staged, browser: Chrome, path: Path) -> None:
    """Twenty seconds: all is well, ratings fail, all is well, and a canary, each when its time has come."""
    stage.ask("goto", episode=1, phase="say")
    _until(stage, lambda one: one["traffic"]["answers"] >= _ANSWERS, "answers at the baseline")
    acts: list[tuple[float, Callable[[], object]]] = [
        (3.0, lambda: stage.ask("goto", episode=1, phase="do")),
        (6.0, lambda: stage.ask("goto", episode=1, phase="show")),
        (10.0, lambda: stage.ask("goto", episode=3, phase="say")),
        (12.0, lambda: stage.ask("goto", episode=3, phase="do")),
        (15.0, lambda: stage.ask("goto", episode=3, phase="show")),
    ]
    frames: list[tuple[float, bytes]] = []
    began = time.monotonic()
    while (at := time.monotonic() - began) < _FILM_SECONDS:
        if acts and at >= acts[0][0]:
            acts.pop(0)[1]()
        frames.append((at, _shot(browser, _FILM_SCALE)))
    _write_film(frames, path)


def _write_film(frames: Sequence[tuple[float, bytes]], path: Path) -> None:
    """Write the frames as they were taken, each shown as long as it took to the next."""
    ends = [at for at, _ in frames[1:]] + [_FILM_SECONDS]
    images = [Image.open(io.BytesIO(frame)).convert("RGB") for _, frame in frames]
    images[0].save(
        path,
        save_all=True,
        append_images=images[1:],
        duration=[round(1000 * (end - at)) for (at, _), end in zip(frames, ends, strict=True)],
        loop=0,
        quality=_QUALITY,
        method=4,
        kmax=1000,
    )


def _take(browser: Chrome, path: Path) -> None:
    """Save what is seen, in as many colours as that takes."""
    time.sleep(1)  # the browser is a picture behind the server, and its pages load
    image = Image.open(io.BytesIO(_shot(browser))).convert("RGB")
    image.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


def _shot(browser: Chrome, scale: float = 1.0) -> bytes:
    clip = {"x": 0, "y": 0, "width": SIZE[0], "height": SIZE[1], "scale": scale}
    taken = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png", "clip": clip})
    return base64.b64decode(taken["data"])


def _steady(picture: Picture) -> bool:
    return bool(picture["rule"]["status"] == "in_force" and picture["traffic"]["answers"] >= _ANSWERS)


def _release_judged(picture: Picture) -> bool:
    """Tell that there is a verdict, and not that of the run before."""
    run = picture["run"]
    return bool(run and run["scenario"] == "rollout" and run["verdict"])


def _goes_on(picture: Picture) -> bool:
    """Tell that the proof has let go of the traffic, and the traffic has been counted for a while."""
    return bool(picture["traffic"]["status"] == "running" and picture["traffic"]["answers"] >= _ANSWERS)


def _until(stage: Staged, fact: Callable[[Picture], bool], what: str) -> None:
    if not wait_until(lambda: fact(stage.picture()), _PATIENCE, every=0.5):
        raise NotReachable(f"not after {_PATIENCE:g} s: {what}")


if __name__ == "__main__":
    sys.exit(command_line.main(pictures, "python -m tools.pictures"))
