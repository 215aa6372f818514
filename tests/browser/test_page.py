"""The page as a person sees it, in Chromium."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.e2e.demo import Demo
from tools.browser import resize

PATIENCE = 60
"""Seconds for a page that a key has asked for: the driver does not wait for what the keyboard begins."""
TO_V3 = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: mine}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews, subset: v3}}]}]
"""


@pytest.fixture(scope="module")
def url(demo: Demo) -> str:
    """A page whose reviews have red stars."""
    assert 0 == demo.run("apply", "-f", "-", stdin=TO_V3).returncode

    return f"http://127.0.0.1:{demo.port}/productpage"


def test_nothing_is_blocked_or_missing(browser: Chrome, url: str) -> None:
    """The strict Content-Security-Policy blocks nothing that the page needs, and every asset is there."""
    browser.get(url)

    assert [] == browser.get_log("browser")


def test_fits_a_slide(browser: Chrome, url: str) -> None:
    """At 1280 by 720 everything is seen without scrolling."""
    resize(browser, 1280, 720)
    browser.get(url)

    assert browser.execute_script("return document.documentElement.scrollHeight") <= 720


@pytest.mark.parametrize("language", ["en", "ko"])
def test_fits_a_telephone(language: str, browser: Chrome, url: str) -> None:
    """At 360 pixels nothing sticks out to the side."""
    resize(browser, 360, 800)
    browser.get(f"{url}?lang={language}")

    wide, seen = browser.execute_script(
        "const page = document.documentElement; return [page.scrollWidth, page.clientWidth]"
    )

    assert wide <= seen <= 360


def test_stars_are_red_and_said(browser: Chrome, url: str) -> None:
    """v3 shows red stars, and says how many to those who see no colour."""
    browser.get(url)
    rows = browser.find_elements(By.CSS_SELECTOR, ".text-red-500")
    red, green, blue = browser.execute_script(
        "return getComputedStyle(arguments[0]).color.match(/\\d+/g).map(Number)", rows[0]
    )[:3]

    assert ["5 of 5", "4 of 5"] == [row.text.strip() for row in rows]
    assert red > 2 * max(green, blue)


def test_signs_in_by_keyboard(browser: Chrome, url: str) -> None:
    """Without a mouse, a name can be typed, sent and seen, in Hangul too."""
    browser.get(url)
    for _ in range(10):
        if "username" == browser.switch_to.active_element.get_attribute("name"):
            break
        browser.switch_to.active_element.send_keys(Keys.TAB)
    browser.switch_to.active_element.send_keys("홍길동", Keys.ENTER)

    WebDriverWait(browser, PATIENCE).until(
        presence_of_element_located((By.CSS_SELECTOR, "#bookinfo[data-end-user=홍길동]"))
    )
    assert "Sign out" in browser.find_element(By.TAG_NAME, "header").text


def test_is_korean_on_request(browser: Chrome, url: str) -> None:
    """`?lang=ko` gives the page in Korean, and says so to screen readers."""
    browser.get(f"{url}?lang=ko")

    assert "ko" == browser.find_element(By.TAG_NAME, "html").get_attribute("lang")
    assert "도서리뷰" in browser.find_element(By.TAG_NAME, "main").text
