"""Numbers, dates and money as the reader's locale and time zone write them; the words are English."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta, get_timezone_location
from babel.numbers import format_currency, format_decimal, format_percent

from remit.money import DIGITS

FALLBACK: Final = "en_GB"
"""for whoever asks for no locale that is known"""

_MOMENT: Final = timedelta(seconds=45)


@dataclass(frozen=True, slots=True, kw_only=True)
class Formats:
    """How one reader is shown values, at one moment."""

    locale: Locale
    zone: ZoneInfo
    now: datetime

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number, with at most so many digits after the point; three at most."""
        return format_decimal(round(value, digits) if digits else round(value), locale=self.locale)

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share of one as a percentage."""
        return format_percent(round(share, digits + 2), locale=self.locale, decimal_quantization=False)

    def money(self, minor: float | Decimal, currency: str) -> str:
        """Write an amount of minor units."""
        if currency not in DIGITS:  # a guessed point would show a hundred times too much
            return f"{self.number(int(minor))} minor units of {currency or 'no currency'}"
        return format_currency(Decimal(str(minor)).scaleb(-DIGITS[currency]), currency, locale=self.locale)

    def moment(self, moment: datetime) -> str:
        """Write a moment whole, with its time zone."""
        return format_datetime(moment, "d MMM y HH:mm:ss zzz", tzinfo=self.zone, locale=self._english)

    def time(self, moment: datetime) -> str:
        """Write a moment to the minute; of today without its date."""
        local, today = moment.astimezone(self.zone), self.now.astimezone(self.zone).date()
        pattern = "HH:mm" if local.date() == today else "d MMM HH:mm" if local.year == today.year else "d MMM y HH:mm"
        return format_datetime(moment, pattern, tzinfo=self.zone, locale=self._english)

    def day(self, day: date) -> str:
        """Write a day."""
        return format_date(day, "d MMM y", locale=self._english)

    def ago(self, moment: datetime) -> str:
        """Say how long ago a moment was, or how soon it will be."""
        passed = self.now - moment
        if abs(passed) < _MOMENT:
            return "just now" if passed >= timedelta() else "in a moment"
        return format_timedelta(-passed, add_direction=True, threshold=1.2, locale=self._english)

    def lasted(self, span: timedelta | float) -> str:
        """Say how long something lasts; a number is seconds."""
        span = span if isinstance(span, timedelta) else timedelta(seconds=float(span))
        if span < timedelta(seconds=1):
            return f"{self.number(span.total_seconds() * 1000)} ms"
        return format_timedelta(span, threshold=1.2, locale=self._english)

    @property
    def _english(self) -> Locale:
        """The reader's order of dates with English words: a page speaks one language."""
        return self.locale if self.locale.language == "en" else Locale.parse(FALLBACK)


def choose_locale(wanted: str, asked: str) -> Locale:
    """Choose a locale: the one a person set, else the first known of an `Accept-Language` header."""
    for each in (wanted, *_listed(asked)):
        try:
            if each:
                return Locale.parse(each.replace("-", "_"))
        except (ValueError, UnknownLocaleError):
            continue
    return Locale.parse(FALLBACK)


def choose_zone(wanted: str, browser: str) -> ZoneInfo:
    """Choose a time zone: the one a person set, else the browser's, else UTC."""
    for each in (wanted, browser):
        try:
            if each and get_timezone_location(each, locale=FALLBACK):
                return ZoneInfo(each)
        except (LookupError, ValueError, OSError, ZoneInfoNotFoundError):
            continue
    return ZoneInfo("UTC")


def _listed(header: str) -> Sequence[str]:
    """Give the languages of an `Accept-Language` header, the most wanted first."""
    weighed: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        name, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((float(weight or 1), name))
        except ValueError:
            continue
    return [name for _, name in sorted(weighed, key=lambda each: -each[0])]
