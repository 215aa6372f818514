"""A new version beside the old one: caught or cleared within the promised errors, whatever the level and the moment."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import pytest

from scenarios.statistics.comparison import Comparison, ComparisonTest, Standing

TENTH = Comparison(Fraction(1, 10), Fraction(1, 100), alpha=1 / 12_000)
HALF = Comparison(Fraction(1, 2), Fraction(1, 100), alpha=1 / 12_000)


def standing(one: Comparison, new: list[float], old: list[float], seed: int) -> tuple[Standing, int]:
    """Where a release ends, and after how many answers; the shares of bad answers are spread evenly over the run."""
    dice, answers = Random(seed), one.most_answers  # noqa: S311  # dice, not secrets
    test = ComparisonTest(one, answers)
    for number in range(answers):
        is_new = dice.random() < one.share
        shares = new if is_new else old
        test.observe(new=is_new, bad=dice.random() < shares[number * len(shares) // answers])
        if test.standing is not Standing.OPEN:
            return test.standing, number + 1
    return Standing.OPEN, answers


@pytest.mark.parametrize("one", [TENTH, HALF])
def test_without_a_bad_answer_the_least_number_clears(one: Comparison) -> None:
    """And no smaller one does."""
    assert (Standing.AS_GOOD, one.least_answers) == standing(one, [0.0], [0.0], seed=1)


@pytest.mark.parametrize(("new", "old"), [([0.0], [0.0]), ([0.002], [0.002]), ([0.0], [0.05]), ([0.001], [0.0, 0.01])])
def test_a_release_that_is_as_good_is_cleared(new: list[float], old: list[float]) -> None:
    """Whatever the level, and however that changes."""
    found = [standing(HALF, new, old, seed)[0] for seed in range(100)]

    assert 97 <= found.count(Standing.AS_GOOD)
    assert Standing.WORSE not in found


@pytest.mark.exhaustive
@pytest.mark.parametrize(("new", "old"), [([0.01], [0.0]), ([0.03], [0.02]), ([0.01, 0.11], [0.0, 0.1])])
def test_a_release_that_is_worse_by_the_margin_is_hardly_ever_cleared(new: list[float], old: list[float]) -> None:
    """Not more than once in 100: more than 7 of 200 come less than once in 1,000 times."""
    found = [standing(HALF, new, old, seed)[0] for seed in range(200)]

    assert found.count(Standing.AS_GOOD) <= 7


def test_a_bad_release_is_caught_after_few_of_its_answers() -> None:
    """One in five is bad: long before so many answers as would clear it."""
    found = [standing(TENTH, [0.2], [0.0], seed) for seed in range(50)]

    assert {Standing.WORSE} == {where for where, _ in found}
    assert sum(answers for _, answers in found) / 50 < 600


def test_a_version_that_breaks_late_meets_a_fresh_capital() -> None:
    """The old one did no better before, so that what was bet by then is lost. A few are cleared while both are alike."""
    found = [standing(HALF, [0.3, 0.9], [0.3, 0.3], seed) for seed in range(20)]

    met = [where for where, answers in found if answers > HALF.most_answers // 2]
    assert {Standing.WORSE} == set(met)
    assert len(met) > len(found) / 2


def test_a_capital_that_is_lost_clears_no_longer() -> None:
    """A version that breaks before the other claims of its step are sure is not promoted."""
    test = ComparisonTest(HALF, HALF.most_answers)
    for number in range(HALF.least_answers):
        test.observe(new=number % 2 == 0, bad=False)
    assert Standing.AS_GOOD is test.standing

    test.observe(new=True, bad=True)

    assert Standing.OPEN is test.standing


def test_what_nobody_can_place_clears_nobody_and_accuses_nobody() -> None:
    """An answer without a version counts against the new one, and is no proof."""
    test = ComparisonTest(HALF, HALF.most_answers)
    for _ in range(HALF.most_answers):
        test.observe(new=True, bad=True, known=False)

    assert Standing.OPEN is test.standing


def test_the_bets_are_fair() -> None:
    """Each capital keeps its mean where the new version is just as good, or just worse by the margin: else it could not promise."""
    share, level, margin = 0.1, 0.02, 0.01
    chances = {(True, True): share * level, (False, True): (1 - share) * level, (True, False): 1 - level}
    accused = ComparisonTest(TENTH, 10)
    accused.observe(new=False, bad=False)
    before = math.fsum(accused._against)
    after = []
    for (new, bad), chance in chances.items():
        accused = ComparisonTest(TENTH, 10)
        accused.observe(new=False, bad=False)
        accused.observe(new=new, bad=bad)
        unused = accused._against
        after.append(chance * math.fsum(unused))

    assert math.fsum(after) == pytest.approx(before + 0.1)  # the second stretch's part

    worse = {
        (True, True): share * (level + margin),
        (False, True): (1 - share) * level,
        (True, False): 1 - level - share * margin,
    }
    cleared = []
    for (new, bad), chance in worse.items():
        test = ComparisonTest(TENTH, 10)
        test.observe(new=new, bad=bad)
        cleared.append(chance * math.fsum(test._for))

    assert math.fsum(cleared) == pytest.approx(1.0)
