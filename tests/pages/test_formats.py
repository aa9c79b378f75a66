from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from remit.web.pages.formats import Formats, choose_locale, choose_zone

NOW = datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


def formats(locale: str, zone: str = "UTC") -> Formats:
    """Give how a reader is shown values."""
    return Formats(locale=choose_locale(locale, ""), zone=choose_zone(zone, ""), now=NOW)


@pytest.mark.parametrize(
    ("locale", "number", "money"),
    [
        ("en_GB", "1,234,567.5", "€12,345.60"),
        ("de_DE", "1.234.567,5", "12.345,60\xa0€"),
        ("de_CH", "1\u2019234\u2019567.5", "EUR\xa012\u2019345.60"),
        ("en_IN", "12,34,567.5", "€12,345.60"),
    ],
)
def test_numbers_and_money_are_written_as_the_reader_does(locale: str, number: str, money: str) -> None:
    """Points, commas and the place of the sign are those of the locale; the value never changes."""
    shown = formats(locale)

    assert shown.number(1234567.5, 2) == number
    assert shown.money(1234560, "EUR") == money


def test_money_has_the_digits_of_its_currency() -> None:
    """Yen have no cents, dinars three digits, and what is no currency is never given a point."""
    shown = formats("en_GB")

    assert [shown.money(1234, code) for code in ("JPY", "KWD")] == ["JP¥1,234", "KWD1.234"]
    assert shown.money(1234, "XXX") == "1,234 minor units of XXX"


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [("de-AT,de;q=0.9,en;q=0.5", "de_AT"), ("xx-yy, ;q=z, fr;q=0.2, nl;q=0.8", "nl"), ("", "en_GB"), ("*", "en_GB")],
)
def test_the_browser_is_asked_for_the_locale(asked: str, chosen: str) -> None:
    """The first known language counts, by its weight; nonsense is passed over."""
    assert str(choose_locale("", asked)) == chosen


@pytest.mark.parametrize("zone", ["", "Nowhere/Here", "../../etc/passwd", "a" * 500])
def test_an_unknown_time_zone_is_utc(zone: str) -> None:
    """What a browser sends as its time zone opens no file and breaks no page."""
    assert choose_zone("", zone) == ZoneInfo("UTC")


def test_moments_are_told_in_words_and_whole() -> None:
    """Near ones in words, each also with its day and zone, over a change of the clocks too."""
    shown = formats("en_GB", "Europe/Berlin")

    assert shown.ago(NOW - timedelta(seconds=5)) == "just now"
    assert shown.ago(NOW - timedelta(hours=3)) == "3 hours ago"
    assert shown.ago(NOW + timedelta(days=2)) == "in 2 days"
    assert shown.moment(NOW) == "29 Mar 2026 01:30:00 CET"
    assert shown.moment(NOW + timedelta(hours=1)) == "29 Mar 2026 03:30:00 CEST"
