"""A report as a person sees it, in Chromium, from a file."""

from __future__ import annotations

import base64

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from scenarios import canary, fault_ratings, user_routing
from tests.controls.drive import drive
from tests.fakes import Defects, FakePlatform
from tools.browser import resize

RUNS = {
    "holds": (fault_ratings.COMMAND, [], Defects()),
    "fails": (user_routing.COMMAND, ["--as-on-slide"], Defects()),
    "inconclusive": (canary.COMMAND, ["--requests", "5"], Defects()),
    "not restored": (canary.COMMAND, [], Defects(restore_fails=True)),
}

# The least contrast of any text with what is behind it, and the text.
CONTRAST = """
const light = channel => { channel /= 255; return channel <= .04045 ? channel / 12.92 : ((channel + .055) / 1.055) ** 2.4 };
const luminance = rgb => .2126 * light(rgb[0]) + .7152 * light(rgb[1]) + .0722 * light(rgb[2]);
const read = color => color.match(/[\\d.]+/g).map(Number);
const behind = element => {
  for (; element; element = element.parentElement) {
    const color = read(getComputedStyle(element).backgroundColor);
    if (color.length === 3 || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
let least = [21, ""];
for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
  const element = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !element.checkVisibility() || element.closest("svg")) continue;
  const [a, b] = [luminance(read(getComputedStyle(element).color)), luminance(behind(element))];
  const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  if (contrast < least[0]) least = [contrast, walk.currentNode.data.trim()];
}
return least;
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A report of each kind, by name, as URLs of files."""
    found = {}
    with pytest.MonkeyPatch.context() as patch:
        for name, (command, argv, defects) in RUNS.items():
            folder = tmp_path_factory.mktemp("report")
            patch.setenv("BOOKINFO_RUN", str(folder / "run"))
            with FakePlatform(defects=defects) as platform:
                drive(command, ["--quiet", "--report", str(folder), "--requests", "60", *argv], platform)
            found[name] = (folder / "report.html").as_uri()
    return found


def look(browser: Chrome, url: str, *, width: int = 1280, scheme: str = "light", medium: str = "screen") -> None:
    """Open the page on paper or a screen of this width."""
    resize(browser, width)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": medium, "features": features})
    browser.get(url)


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_missing(name: str, browser: Chrome, pages: dict[str, str]) -> None:
    """The file needs nothing beside it."""
    look(browser, pages[name])

    assert [] == browser.get_log("browser")


@pytest.mark.parametrize("name", RUNS)
def test_the_verdict_and_the_result_are_seen_at_once(name: str, browser: Chrome, pages: dict[str, str]) -> None:
    """On a slide of 1280 by 720, without scrolling."""
    look(browser, pages[name])
    table = browser.find_element(By.CSS_SELECTOR, "table.slide")

    assert table.location["y"] + table.size["height"] <= 720


@pytest.mark.parametrize("name", RUNS)
@pytest.mark.parametrize("language", ["english", "korean"])
def test_fits_a_telephone(name: str, language: str, browser: Chrome, pages: dict[str, str]) -> None:
    """At 360 pixels nothing sticks out to the side but what scrolls by itself."""
    look(browser, pages[name], width=360)
    browser.find_element(By.CSS_SELECTOR, f"label[for={language}]").click()

    wide, seen = browser.execute_script(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )

    assert wide <= seen <= 360


def test_changes_its_language_without_a_script(browser: Chrome, pages: dict[str, str]) -> None:
    """By mouse or keyboard; one language at a time."""
    look(browser, pages["holds"])
    browser.find_element(By.CSS_SELECTOR, "label[for=korean]").click()

    assert "어떻게 알 수 있나요?" == browser.find_element(By.ID, "evidence").text

    browser.find_element(By.ID, "korean").send_keys(Keys.ARROW_LEFT)

    assert "How do you know?" == browser.find_element(By.ID, "evidence").text


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", RUNS)
def test_every_text_can_be_read(name: str, scheme: str, browser: Chrome, pages: dict[str, str]) -> None:
    """Contrast of 4.5 at least, as WCAG asks."""
    look(browser, pages[name], scheme=scheme)

    contrast, text = browser.execute_script(CONTRAST)

    assert 4.5 <= contrast, text


def test_inconclusive_is_grey(browser: Chrome, pages: dict[str, str]) -> None:
    """Never green, and no other verdict is grey."""
    look(browser, pages["inconclusive"])
    color = browser.find_element(By.CSS_SELECTOR, ".verdict").value_of_css_property("background-color")
    red, green, blue = map(int, color.removeprefix("rgba(").split(",")[:3])

    assert max(red, green, blue) - min(red, green, blue) < 30


def test_prints_on_few_sheets(browser: Chrome, pages: dict[str, str]) -> None:
    """Without the switch, with the verdict's colour."""
    look(browser, pages["fails"], medium="print")

    assert not browser.find_element(By.TAG_NAME, "nav").is_displayed()

    printed = base64.b64decode(
        browser.execute_cdp_cmd("Page.printToPDF", {"paperWidth": 8.27, "paperHeight": 11.7})["data"]
    )

    assert 1 <= printed.count(b"/Type /Page\n") <= 4


@pytest.mark.parametrize("name", RUNS)
def test_nothing_is_cut_off_on_paper(name: str, browser: Chrome, pages: dict[str, str]) -> None:
    """A4 in portrait, whatever the screen's colours: dark ink on white."""
    look(browser, pages[name], width=690, scheme="dark", medium="print")
    page = browser.find_element(By.TAG_NAME, "body")
    wide, seen = browser.execute_script(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )

    assert wide <= seen
    assert "rgba(255, 255, 255, 1)" == page.value_of_css_property("background-color")
