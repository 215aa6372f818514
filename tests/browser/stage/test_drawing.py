"""Each part of the screen, given a picture: what it draws then, whatever the demo behind it does."""

from __future__ import annotations

import json
from typing import Any

import pytest
from selenium.webdriver.common.keys import Keys

from platforms.environment import ROOT
from tests.browser.stage.screen import Screen

FIXTURE = ROOT / "tests" / "stage" / "picture.json"
VERSIONS = ("v1", "v2", "v3")
NONE = "\N{EN DASH}"
NOTHING = {"rate": 0.0, "failed": 0.0}

# The part draws the picture and is looked at within one turn of the browser, before the stage's next picture comes.
DRAW = """
const [part, picture, done] = arguments;
import(`/static/parts/${part}.js`).then((module) => {
  module.show(picture);
  done((() => { LOOK })());
});
"""
CALL = """
const [part, name, calls, done] = arguments;
import(`/static/parts/${part}.js`).then((module) => done(calls.map((values) => module[name](...values))));
"""
TELL = """
const [former, picture, done] = arguments;
import('/static/parts/news.js').then((module) => {
  const told = document.getElementById('told');
  told.textContent = '';
  module.tell(former, picture);
  done(told.textContent);
});
"""
ARROW = """
const arrow = document.getElementById('arrow-reviews-v3>ratings');
const { strokeDasharray } = getComputedStyle(arrow.querySelector('path'));
return [arrow.dataset.state ?? '', strokeDasharray, arrow.textContent];
"""


@pytest.fixture
def picture() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return found


@pytest.mark.exhaustive
def test_an_undecided_run_is_grey(screen: Screen, picture: dict[str, Any]) -> None:
    """INCONCLUSIVE has its own sign and word, and a ground without colour; only HOLDS is green."""
    look = (
        "const it = document.getElementById('verdict'); return [it.textContent, getComputedStyle(it).backgroundColor]"
    )
    run = {"from": "stage", "scenario": "canary", "title": "canary", "command": "", "claims": [], "step": ""}
    shown = {}
    for verdict in ("HOLDS", "FAILS", "INCONCLUSIVE"):
        picture["run"] = {**run, "answers": 1, "of": 1, "verdict": verdict, "facts": [], "reasons": [], "error": ""}
        text, ground = drawn(screen, "proof", picture, look)
        shown[verdict] = text, [int(part) for part in ground.removeprefix("rgb(").removesuffix(")").split(",")]

    assert {"✓ HOLDS", "✗ FAILS", "? INCONCLUSIVE"} == {text for text, _ in shown.values()}
    assert max(shown["INCONCLUSIVE"][1]) - min(shown["INCONCLUSIVE"][1]) < 25
    assert ["HOLDS"] == [verdict for verdict, (_, (red, green, blue)) in shown.items() if green > 2 * max(red, blue)]


def test_a_run_of_any_terminal_is_shown(screen: Screen, picture: dict[str, Any]) -> None:
    """Its claims and how far it is, in place of the map."""
    run = {"from": "terminal", "scenario": "canary", "title": "canary 90,10,0", "command": "python -m scenarios.canary"}
    claims = ["<b>one</b>", "another"]
    picture["run"] = {
        **run,
        "claims": claims,
        "step": "90,10,0",
        "answers": 213,
        "of": 459,
        "verdict": "",
        "facts": [],
        "reasons": [],
    }
    picture["run"]["error"] = ""
    look = """
    const claims = [...document.querySelectorAll('#claims li')].map((claim) => claim.textContent);
    const bar = document.getElementById('answered');
    return [claims, bar.value / bar.max, document.getElementById('map').checkVisibility()];
    """

    assert [claims, pytest.approx(213 / 459), False] == drawn(screen, "proof", picture, look)


def test_failing_calls_fail_on_the_map(screen: Screen, picture: dict[str, Any]) -> None:
    """Dashed, with a sign and a word; calls that succeed are neither, and nothing is guessed without counts."""
    picture["map"] = {"at_ms": 0, "arrows": {"reviews-v3>ratings": {"rate": 5.02, "failed": 1.0}}}
    failing = drawn(screen, "map", picture, ARROW)
    picture["map"]["arrows"]["reviews-v3>ratings"]["failed"] = 0.0
    flowing = drawn(screen, "map", picture, ARROW)
    picture["map"]["arrows"] = {"productpage>reviews-v3": {"rate": 5.0, "failed": 0.0}, "reviews-v3>ratings": NOTHING}
    picture["rule"]["fault"] = "abort"
    ended = drawn(screen, "map", picture, ARROW)
    picture["map"] = None
    unknown = drawn(screen, "map", picture, ARROW)

    assert ["fails", "✗ 100 % fail"] == [failing[0], failing[2]]
    assert ["fails", failing[1], "✗ unreached"] == ended
    assert failing[1] != "none"
    assert [["flows", "none", "5.0/s"], ["", "none", ""]] == [flowing, unknown]


def test_nobody_says_what_no_proxy_has_said(screen: Screen, picture: dict[str, Any]) -> None:
    """Before they have answered, or once the demo has gone, the baseline is not said to be in force."""
    picture["demo"]["proxies"] = picture["rule"]["proxies"] = 0
    picture["rule"]["status"] = "baseline"
    look = "return document.getElementById(`ID`).textContent"

    assert "… asking the proxies" == drawn(screen, "rule", picture, look.replace("ID", "status"))
    assert "local" == drawn(screen, "show", picture, look.replace("ID", "demo"))


def test_nothing_counted_is_no_number(screen: Screen, picture: dict[str, Any]) -> None:
    """A version without an answer has no share, no rate, no whisker, and N/A for its success."""
    nothing = {"asked": None, "answers": 0, "share": None, "low": None, "high": None, "rps": None, "success": None}
    picture["traffic"]["versions"]["v3"] = {**nothing, "without_stars": 0}
    look = """
    const cells = [...document.querySelectorAll('tr[data-version=v3] td')].map((cell) => cell.textContent);
    const seen = [...document.querySelectorAll('#v3-bar > *')].map((part) => getComputedStyle(part).display !== 'none');
    return [cells.filter(Boolean), seen.slice(1)];
    """

    assert [[NONE, NONE, NONE, "N/A"], [False, False]] == drawn(screen, "table", picture, look)


def test_shares_are_rounded_as_in_the_terminal(screen: Screen) -> None:
    """A tie to the even digit; a success is cut off."""
    look = "return ['seen', 'success'].map((cell) => document.getElementById(`v1-${cell}`).textContent)"
    written = {}
    for share in (0.8125, 0.99996, 1.0):
        picture = screen.stage.picture()
        picture["traffic"]["versions"]["v1"] |= {"share": share, "success": share}
        written[share] = drawn(screen, "table", picture, look)

    assert {
        0.8125: ["81.2 %", "81.2 %"],
        0.99996: ["100.0 %", "99.9 %"],
        1.0: ["100 %", "100 %"],
    } == written


@pytest.mark.parametrize("language", ["en", pytest.param("ko", marks=pytest.mark.exhaustive)])
def test_the_bar_holds_everything_at_once(language: str, screen: Screen, picture: dict[str, Any]) -> None:
    """A recording, paused, in a browser that is slow: nothing leaves its place, and the clocks are seen."""
    screen.stage.ask("language", language=language)
    screen.until(lambda: screen.attribute("html", "lang") == language, language)
    picture |= {"language": language, "mode": "replay", "skipped": 1234}
    picture["replay"] = {"speed": 0.25, "paused": True, "at_s": 1234.5, "of_s": 2345.6}
    picture["show"] |= {"talk_started_ms": 1, "step_started_ms": 1}
    look = """
    const bar = document.querySelector('header.bar');
    const clock = document.getElementById('talk-clock').getBoundingClientRect();
    return [bar.scrollWidth <= bar.clientWidth, clock.width > 0 && clock.right < innerWidth,
            document.getElementById('mode').textContent];
    """
    fits, clock, told = drawn(screen, "show", picture, look)

    assert (True, True) == (fits, clock)
    assert "1234" in told


def test_versions_have_shape_word_and_colour(screen: Screen) -> None:
    """In the table, on the sliders and on the map, each version has its own of all three."""
    look = """
    const places = ['tr[data-version] > th', '#weights label > span', '.box[data-version] > text'];
    return places.map((place) => [...document.querySelectorAll(place)].map((one) => {
      const style = getComputedStyle(one);
      return [one.textContent[0], one.textContent.match(/v[123]/)[0], one.namespaceURI.includes('svg') ? style.fill : style.color];
    }));
    """
    for place in screen.browser.execute_script(look):
        shapes, names, colours = zip(*place, strict=True)

        assert ("●", "■", "▲") == shapes
        assert names == VERSIONS
        assert 3 == len(set(colours))


def test_weights_are_always_a_hundred(screen: Screen) -> None:
    """However a slider is moved, the others make room and keep their proportion."""
    starts = ([34, 33, 33], [100, 0, 0], [0, 0, 100], [90, 10, 0], [1, 98, 1])
    calls = [[start, number, value] for start in starts for number in range(3) for value in (0, 1, 33, 50, 99, 100)]
    results = called(screen, "weights", "moved", calls)

    assert all(100 == sum(weights) and min(weights) >= 0 for weights in results)
    assert [value for _, _, value in calls] == [
        weights[number] for (_, number, _), weights in zip(calls, results, strict=True)
    ]
    assert [[40, 54, 6]] == called(screen, "weights", "moved", [[[0, 90, 10], 0, 40]])


def test_changed_lines_come_first(screen: Screen) -> None:
    """However little room there is, it is not exceeded, and changed lines are what is shown in it."""
    lines = [{"text": f"line {number}", "change": "+" if number in (9, 10, 20) else ""} for number in range(30)]
    for room, shown in ((30, 30), (12, 12), (5, 5)):
        (found,) = called(screen, "yaml", "around", [[lines, room]])

        assert len(found) <= room
        assert ["line 9", "line 10", "line 20"] == [line["text"] for line in found if line["change"]]
        assert shown == len(found)


@pytest.mark.parametrize(
    "text", ["    - destination: {host: reviews, subset: v1} # </script>", "a: 'b: c'", "\ttab: 한글"]
)
def test_a_line_is_shown_as_it_is(text: str, screen: Screen) -> None:
    """Colours change nothing of what is read."""
    script = """
    const [text, done] = arguments;
    import('/static/parts/yaml.js').then((module) => done(module.rows([{ text, change: '' }])[0].textContent));
    """

    assert text == screen.browser.execute_async_script(script, text)


def test_keys_are_where_they_are(screen: Screen) -> None:
    """With a Korean layout L gives another letter, and is the same key."""
    for kind in ("keyDown", "keyUp"):
        event = {"type": kind, "key": "ㅣ", "code": "KeyL", "windowsVirtualKeyCode": 229}
        screen.browser.execute_cdp_cmd("Input.dispatchKeyEvent", event)

    screen.until(lambda: screen.attribute("html", "lang") == "ko", "Korean")


def test_a_screen_reader_hears_rules_and_verdicts(screen: Screen, picture: dict[str, Any]) -> None:
    """Each once, when it comes; more answers alone are not told."""
    said = []
    running = {
        "from": "stage",
        "scenario": "canary",
        "title": "canary 90,10,0",
        "command": "",
        "claims": [],
        "step": "",
    }
    running |= {"answers": 1, "of": 2, "verdict": "", "facts": [], "reasons": [], "error": ""}
    changed = {**picture, "rule": {**picture["rule"], "revision": "0000000", "title": "90,10,0"}}
    counted = {**changed, "traffic": {**changed["traffic"], "answers": 1_000_000}, "run": running}
    judged = {**counted, "run": {**running, "verdict": "INCONCLUSIVE", "reasons": ["too few"]}}
    for former, latter in ((picture, changed), (changed, counted), (counted, judged), (judged, judged)):
        said.append(screen.browser.execute_async_script(TELL, former, latter))

    assert "status" == screen.attribute("#told", "role")
    assert [
        "90,10,0: ✓ accepted · in force on 7 proxies after 12 ms",
        "",
        "? INCONCLUSIVE: canary 90,10,0: too few",
        "",
    ] == said


def test_arrows_move_a_slider_that_has_the_focus(screen: Screen) -> None:
    """And not the talk."""
    before = screen.step()
    screen.browser.execute_script("document.getElementById('weight-v1').focus()")
    screen.press(Keys.ARROW_RIGHT)
    screen.until_in_force(lambda one: one["rule"]["weights"] is not None, "weights by a key")

    assert before == screen.step()


def drawn(screen: Screen, part: str, picture: dict[str, Any], look: str) -> Any:
    """Let a part draw this picture, and look at it."""
    return screen.browser.execute_async_script(DRAW.replace("LOOK", look), part, picture)


def called(screen: Screen, part: str, name: str, calls: list[Any]) -> Any:
    """Call a function of a part with each of these arguments."""
    return screen.browser.execute_async_script(CALL, part, name, calls)
