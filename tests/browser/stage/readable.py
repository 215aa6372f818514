"""Who can read the screen: axe's findings, contrast included, and the size of the smallest text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from platforms.environment import ROOT
from tests.browser.stage.screen import Screen

AXE = ROOT / "tools" / "web" / "node_modules" / "axe-core" / "axe.min.js"
# The smallest text that is seen, outside the pages in the frames.
SMALLEST = """
let least = [99, ''];
for (const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walk.nextNode();) {
  const element = walk.currentNode.parentElement;
  if (!walk.currentNode.data.trim() || !element.checkVisibility({ visibilityProperty: true })) continue;
  if (element.closest('script, .unseen, dialog:not([open])')) continue;
  let size = parseFloat(getComputedStyle(element).fontSize);
  const drawing = element.closest('svg[viewBox]');
  if (drawing) size *= Math.min(drawing.clientWidth / drawing.viewBox.baseVal.width, drawing.clientHeight / drawing.viewBox.baseVal.height);
  if (size < least[0]) least = [size, walk.currentNode.data.trim()];
}
return least;
"""


def too_small(screen: Screen) -> list[str]:
    """The text outside the pages that is under 16 pixels, if any is."""
    size, text = screen.browser.execute_script(SMALLEST)
    return [] if size >= 15.9 else [f"{text}: {size:.1f} pixels"]


def findings(screen: Screen) -> list[str]:
    """What axe says is serious or critical, and of which element."""
    screen.browser.execute_script(Path(AXE).read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = screen.browser.execute_async_script(
        "const done = arguments[0]; axe.run(document, { iframes: false }).then((found) => done(found.violations))"
    )
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary']}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
    ]
