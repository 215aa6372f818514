"""The page of a trial."""

from __future__ import annotations

import re

from scenarios.messages.language import Language
from scenarios.reporting.trial.document import document
from scenarios.reporting.trial.page import trial_page
from tests.unit.scenarios.reporting.trial.trials import DOUBTED, OPENED, RIGHT, trial


def test_everything_is_said_in_both_languages() -> None:
    """The verdict, the picture and the table; what opened is marked in all of them."""
    page = trial_page(document(trial(*RIGHT, OPENED)), Language.KOREAN)

    assert 'id="korean" checked' in page
    assert "1 arrow opened: reviews-v1 → details" in page
    assert "화살표 1개가 열렸습니다: reviews-v1 → details" in page
    assert '<path class="arrow opened"' in page
    assert '<path class="arrow closed"' not in page
    assert 1 == len(re.findall(r'<td class="FAILS">✗ ', page))
    assert 3 == len(re.findall(r'<td class="HOLDS">✓ ', page))


def test_who_is_not_believed_is_told_below_the_table() -> None:
    page = trial_page(document(trial(*RIGHT, DOUBTED)))

    assert '<p class="note"><span lang="en">reviews-v3 → ratings (2 calls: 3 let through' in page
    assert '<path class="arrow doubted"' in page
