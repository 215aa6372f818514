"""The editor of rules by itself, on a page that allows no more than the stage does."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from platforms.environment import ROOT

STATIC = ROOT / "stage" / "static"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'"
PAGE = """\
<!doctype html><html lang="en"><title>Editor</title><link rel="icon" href="/icon">
<div id="editor"></div><button id="after">after</button><script type="module" src="/page.js"></script></html>
"""
SCRIPT = """\
import { createEditor } from '/static/parts/editor.js';
window.typed = [];
window.editor = createEditor(document.getElementById('editor'), {
  text: 'spec:\\n  weight: 90 # </script><img src=x onerror=alert(1)>\\n  host: reviews\\n',
  onChange: (text) => window.typed.push(text),
  label: 'The rule',
});
"""


class Handler(http.server.SimpleHTTPRequestHandler):
    """The page, its script, and what stands below `stage/static`."""

    def do_GET(self) -> None:
        own = {"/": ("text/html", PAGE), "/page.js": ("text/javascript", SCRIPT), "/icon": ("image/svg+xml", "<svg/>")}
        if self.path not in own:
            self.path = self.path.removeprefix("/static")
            super().do_GET()
            return
        kind, text = own[self.path]
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(text.encode())

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # its name in the class above
        """Say nothing: what is asked for is the test's matter."""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    if not Path(STATIC, "vendor", "codemirror.js").exists():
        pytest.skip("the editor is not built: `make setup-dev` does it")
    handler = functools.partial(Handler, directory=str(STATIC))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def page(browser: Chrome, url: str) -> Chrome:
    browser.get(url)
    return browser


def inside(page: Chrome, selector: str) -> list[WebElement]:
    """What of the editor this selects."""
    return page.find_element(By.CSS_SELECTOR, "#editor > div").shadow_root.find_elements(By.CSS_SELECTOR, selector)


def test_the_policy_blocks_nothing(page: Chrome) -> None:
    """Its styles are in force under a Content-Security-Policy without 'unsafe-inline', and nothing comes from elsewhere."""
    page.execute_script(
        "editor.setChangedLines([2]); editor.setProblems([{line: 2, text: 'wrong'}]); editor.setDark(true)"
    )
    (changed,) = inside(page, ".cm-changedLine")

    assert [] == page.get_log("browser")
    assert "rgba(20, 58, 36, 1)" == changed.value_of_css_property("background-color")
    assert "weight: 90 # </script><img src=x onerror=alert(1)>" == changed.text.strip()
    assert [] == inside(page, "img")


def test_typing_is_told(page: Chrome) -> None:
    """What somebody types is told as it is, what `setText` puts there is not, and Tab leaves the editor."""
    page.execute_script("editor.setText('a: 1'); editor.focus()")
    page.switch_to.active_element.send_keys(Keys.CONTROL, Keys.END)
    (content,) = inside(page, ".cm-content")
    content.send_keys("2")

    assert ["a: 12"] == page.execute_script("return typed")
    assert "a: 12" == page.execute_script("return editor.getText()")

    content.send_keys(Keys.TAB)

    assert "after" == page.switch_to.active_element.get_attribute("id")


def test_problems_are_said_at_their_lines(page: Chrome) -> None:
    """A problem about no line stands at the first; the next check takes away what is mended."""
    page.execute_script(
        "editor.setProblems([{line: 0, text: 'none'}, {line: 3, text: '<b>no such host</b>'}, {line: 99, text: 'end'}])"
    )

    assert 3 == len(inside(page, ".cm-lint-marker-error"))

    page.execute_script("editor.setProblems([{line: 1, text: 'mind this'}], false)")

    assert [] == inside(page, ".cm-lint-marker-error")
    assert 1 == len(inside(page, ".cm-lint-marker-warning"))
    assert [] == page.get_log("browser")


def test_has_a_name(page: Chrome) -> None:
    """A screen reader hears what it is, in the language of the moment."""
    (content,) = inside(page, ".cm-content")
    before = content.get_attribute("aria-label")
    page.execute_script("editor.setLabel('규칙')")

    assert ("The rule", "규칙") == (before, content.get_attribute("aria-label"))
    assert "textbox" == content.get_attribute("role")


def test_is_gone_when_told(page: Chrome) -> None:
    """Nothing of it is left."""
    page.execute_script("editor.destroy()")

    assert "" == page.find_element(By.ID, "editor").get_attribute("innerHTML")
