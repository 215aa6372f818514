"""Rules changed on stage: by key, by slider and by hand."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from tests.browser.stage.screen import Screen

VERSIONS = ("v1", "v2", "v3")
WEIGHTS = {"1": [100, 0, 0], "2": [90, 10, 0], "3": [50, 50, 0], "4": [0, 100, 0], "5": [34, 33, 33]}
TO_V3 = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine, namespace: bookinfo}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews, subset: v3}}]}] # </script><img src=x onerror=alert(1)>
"""


@pytest.mark.parametrize("key", ["2", *(pytest.param(one, marks=pytest.mark.exhaustive) for one in "1345")])
def test_presets(key: str, screen: Screen) -> None:
    """1 to 5 put weights in force; table and sliders show what is asked."""
    screen.press(key)
    screen.until_in_force(lambda one: one["rule"]["weights"] == WEIGHTS[key], str(WEIGHTS[key]))
    screen.until(
        lambda: [screen.text(f"#change-{one}") for one in VERSIONS] == [str(w) for w in WEIGHTS[key]],
        "the sliders",
    )
    screen.until(lambda: asked(screen) == [f"{weight} %" for weight in WEIGHTS[key]], "what is asked")


def test_faults_and_reset(screen: Screen) -> None:
    """F goes from abort to delay to outage, and R puts the baseline back."""
    for kind in ("abort", "delay", "outage"):
        screen.press("f")
        screen.until_in_force(lambda one, kind=kind: one["rule"]["fault"] == kind, kind)
        screen.until(lambda kind=kind: screen.attribute("#box-ratings", "data-fault") == kind, f"{kind} in the map")
    screen.press("r")
    screen.until_picture(lambda one: one["rule"]["status"] == "baseline", "the baseline")
    screen.until(lambda: screen.attribute("#box-ratings", "data-fault") is None, "no fault in the map")


def test_user_routing(screen: Screen) -> None:
    """U routes the user to v3, whose page shows it beside the anonymous one, and U again takes that back."""
    screen.press("u")
    screen.until_in_force(lambda one: one["rule"]["user"], "the user's rule")
    screen.until(lambda: "v3" in screen.text("#end_user .version"), "v3 for the user")
    screen.until(lambda: screen.text("#anonymous .version").endswith(("v1", "v2")), "another version for the others")
    screen.press("u")
    screen.until_picture(lambda one: one["rule"]["status"] == "baseline", "the baseline")


@pytest.mark.exhaustive
def test_sliders(screen: Screen) -> None:
    """A slider shows a difference while it is moved, and asks for it when it is let go."""
    screen.press("2")
    screen.until_in_force(lambda one: one["rule"]["weights"] == [90, 10, 0], "90, 10, 0")
    screen.browser.execute_script(
        "const range = document.getElementById('weight-v2'); range.value = 40; range.dispatchEvent(new Event('input'));"
    )

    assert "40" in screen.text("#change-v2")
    assert screen.attribute("#change-v2", "data-changed") is not None
    assert [90, 10, 0] == screen.stage.picture()["rule"]["weights"]

    screen.browser.execute_script("document.getElementById('weight-v2').dispatchEvent(new Event('change'))")
    screen.until_in_force(lambda one: one["rule"]["weights"] == [60, 40, 0], "60, 40, 0")
    screen.until(lambda: asked(screen) == ["60 %", "40 %", "0 %"], "what is asked")


def test_edit_refuse_undo(screen: Screen) -> None:
    """What is typed is checked at once, refused with its reason and nothing changed, applied by a button, and undone by Z."""
    screen.press("2")
    before = screen.until_in_force(lambda one: one["rule"]["weights"] == [90, 10, 0], "90, 10, 0")
    screen.press("e")
    screen.until(lambda: screen.text("#difference") != "", "a difference")
    write(
        screen, "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: mine}\nspec: {hosts: 5}\n"
    )
    screen.until(lambda: screen.texts("#problems li") != [], "a problem")

    assert "hosts" in screen.text("#problems")
    assert screen.attribute("#apply", "disabled") is not None
    assert before["rule"]["revision"] == screen.stage.picture()["rule"]["revision"]

    write(screen, TO_V3)
    screen.until(lambda: screen.attribute("#apply", "disabled") is None, "nothing to refuse")

    assert "VirtualService reviews of the baseline steps aside" in screen.text("#problems")
    assert any("subset: v3" in line for line in screen.texts("#difference > *"))
    assert "</script><img src=x onerror=alert(1)>" in editor(screen).text
    assert [] == editor(screen).find_elements(By.TAG_NAME, "img")

    screen.find("#apply").click()
    screen.until_in_force(lambda one: one["rule"]["revision"] != before["rule"]["revision"], "what was typed")
    screen.press("z")
    screen.until_in_force(lambda one: one["rule"]["weights"] == [90, 10, 0], "90, 10, 0 again")


def asked(screen: Screen) -> list[str]:
    """The shares that the table says are asked."""
    return [screen.text(f"#{version}-asked") for version in VERSIONS]


def editor(screen: Screen) -> WebElement:
    """What is typed into, once it is there."""
    screen.until(lambda: bool(screen.browser.find_elements(By.CSS_SELECTOR, "#editor > div")), "the editor")
    return screen.find("#editor > div").shadow_root.find_element(By.CSS_SELECTOR, ".cm-content")


def write(screen: Screen, text: str) -> None:
    """Replace everything in the editor by a text, as somebody who pastes it."""
    content = editor(screen)
    content.send_keys(Keys.CONTROL, "a")
    screen.browser.execute_cdp_cmd("Input.insertText", {"text": text})


@pytest.mark.exhaustive
def test_of_two_keys_the_later_counts(screen: Screen) -> None:
    """However long the answer to the first takes: the second is asked for once that is there."""
    screen.browser.execute_script("""
        const real = window.fetch;
        window.asked = [];
        window.fetch = async (url, request) => {
          window.asked.push(String(url));
          if (window.asked.length === 1) await new Promise((done) => { window.go = done; });
          return real(url, request);
        };
    """)
    screen.press("f", "r")
    screen.until(lambda: requested(screen) != [], "the first key")
    first = requested(screen)
    screen.browser.execute_script("window.go()")
    screen.until(lambda: len(requested(screen)) > 1, "the second key")

    assert ["do/fault"] == first
    assert ["do/fault", "do/reset"] == requested(screen)


def requested(screen: Screen) -> list[str]:
    """What the page has asked the server for."""
    return list(screen.browser.execute_script("return window.asked"))
