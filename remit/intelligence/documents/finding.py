"""A finding: one thing wrong with an invoice, in words and figures a person can follow."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is."""

    ERROR = "error"
    """the invoice breaks a rule or its figures do not add up"""
    WARNING = "warning"
    """it may be right; somebody should look when it matters"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong."""

    rule: str
    """the id of the rule in EN 16931, as in `BR-CO-15`, or of the house, as in `IBAN`"""
    severity: Severity
    sentence: str
    missing: str = ""
    """the name of the value that is missing, when that is what is wrong"""


def error(rule: str, sentence: str) -> Finding:
    """Make a finding that is an error."""
    return Finding(rule=rule, severity=Severity.ERROR, sentence=sentence)


def warning(rule: str, sentence: str) -> Finding:
    """Make a finding that is a warning."""
    return Finding(rule=rule, severity=Severity.WARNING, sentence=sentence)


def absent(rule: str, name: str) -> Finding:
    """Make a finding for a required value that is not there."""
    return Finding(rule=rule, severity=Severity.ERROR, sentence=f"the {name} is missing", missing=name)


def money(amount: Decimal) -> str:
    """Write an amount as a person would: two digits after the point, or more when it has more."""
    digits = max(2, -int(amount.normalize().as_tuple().exponent))
    return f"{amount:.{digits}f}"


def plain(figure: Decimal) -> str:
    """Write a quantity or a rate without needless noughts."""
    return format(figure.normalize(), "f")
