"""Putting confidences together, and learning what scores are worth."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.intelligence.confidence import Calibration, Together, combine


@pytest.mark.parametrize(
    ("together", "expected"),
    [(Together.SAME_FACTS, 800), (Together.INDEPENDENT, 720), (Together.UNKNOWN, 700)],
)
def test_two_confidences_are_combined(together: Together, expected: int) -> None:
    """The weakest, the product, or what is left when errors never meet."""
    assert combine([900, 800], together) == expected


@given(st.lists(st.integers(0, 1000), max_size=8))
def test_together_is_never_surer_than_the_weakest(confidences: list[int]) -> None:
    """However judgements hang together, all are right at most as often as the weakest, and in a fixed order."""
    weakest, product, least = (combine(confidences, together) for together in Together)

    assert weakest == min([1000, *confidences])
    assert 0 <= least <= product <= weakest or abs(least - product) <= 1


def test_a_calibration_says_what_scores_were_worth() -> None:
    """Scores that were right as often as they said are left as they are, nearly."""
    chance = random.Random(1)
    scores = [chance.randrange(1001) for _ in range(5000)]
    calibration = Calibration.learn((score, chance.random() < score / 1000) for score in scores)

    assert all(abs(calibration.apply(score) - score) < 90 for score in range(50, 1000, 50))


def test_overconfident_scores_are_taken_down() -> None:
    """Scores that said 900 and were right half of the time are worth half."""
    calibration = Calibration.learn([(900, n % 2 == 0) for n in range(200)])

    assert 480 <= calibration.apply(900) <= 520
    assert calibration.apply(100) == 100


@given(st.lists(st.tuples(st.integers(0, 1000), st.booleans()), max_size=60))
def test_a_higher_score_is_never_worth_less(outcomes: list[tuple[int, bool]]) -> None:
    """Whatever was seen, worth rises with the score, stays in bounds, and few outcomes make nobody sure."""
    calibration = Calibration.learn(outcomes)
    worth = [calibration.apply(score) for score in range(0, 1001, 20)]

    assert worth == sorted(worth)
    assert all(0 <= one <= 1000 for one in worth)
    if 0 < len(outcomes) <= 8:
        assert calibration.apply(1000) <= 900
