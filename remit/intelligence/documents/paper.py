"""An invoice on paper, a PDF or a picture, as a model copied it: every field is text until it is checked here."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import BaseModel, Field

from remit.errors import JudgementFailed
from remit.intelligence.documents.checks import check
from remit.intelligence.documents.einvoice import Address, Invoice, Line, Party, Payment, Totals
from remit.intelligence.documents.invoices import describe

_MEDIA_TYPES = ((b"%PDF-", "application/pdf"), (b"\x89PNG", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_NOT_ON_PAPER = frozenset(
    {
        *("BR-01", "BR-04", "BR-08", "BR-09", "BR-10", "BR-11", "BR-21", "BR-23", "BR-26", "BR-49"),
        *("BR-CO-04", "BR-CO-14", "BR-CO-18", "BR-CO-25"),
    }
)
"""Rules on values only an e-invoice states."""


def media_type_of(document: bytes) -> str:
    """Give the media type of a document a model can look at, empty for others."""
    beginning = document[:1024].lstrip()
    return next((media_type for magic, media_type in _MEDIA_TYPES if beginning.startswith(magic)), "")


class PaperParty(BaseModel):
    """A seller or buyer on paper."""

    name: str | None = None
    vat_id: str | None = None
    tax_id: str | None = None
    country: str | None = Field(default=None, description="ISO 3166-1, two letters")


class PaperLine(BaseModel):
    """A line on paper."""

    id: str | None = None
    name: str | None = None
    quantity: str | None = None
    unit: str | None = None
    price: str | None = None
    net: str | None = None
    vat_rate: str | None = None


class PaperInvoice(BaseModel):
    """An invoice on paper. Null is what the paper does not say."""

    number: str | None = None
    issue_date: str | None = None
    due_date: str | None = None
    currency: str | None = Field(default=None, description="ISO 4217, three letters")
    is_credit: bool = False
    order_reference: str | None = None
    seller: PaperParty = Field(default_factory=PaperParty)
    buyer: PaperParty = Field(default_factory=PaperParty)
    iban: str | None = None
    payment_reference: str | None = None
    lines: list[PaperLine] = Field(default_factory=list[PaperLine])
    net: str | None = None
    tax: str | None = None
    gross: str | None = None
    due: str | None = None
    confidence: int = Field(ge=0, le=1000)

    def report(self) -> tuple[dict[str, Any], int]:
        """Check the copy as an e-invoice is checked, without the rules paper does not know.

        Raises:
            JudgementFailed: A figure or a date is not one.
        """
        invoice = self._as_invoice()
        return describe(invoice, tuple(one for one in check(invoice) if one.rule not in _NOT_ON_PAPER))

    def _as_invoice(self) -> Invoice:
        net = _number("net", self.net)
        totals = {"tax": self.tax, "gross": self.gross, "due": self.due}
        return Invoice(
            syntax="paper",
            number=self.number,
            is_credit=self.is_credit,
            issue_date=_day("issue_date", self.issue_date),
            due_date=_day("due_date", self.due_date),
            currency=self.currency,
            order_reference=self.order_reference,
            seller=_party(self.seller),
            buyer=_party(self.buyer),
            lines=tuple(_line(line) for line in self.lines),
            totals=Totals(lines=net, net=net, **{name: _number(name, text) for name, text in totals.items()}),
            payments=(Payment(account=self.iban, reference=self.payment_reference),) if self.iban else (),
        )


def _party(copied: PaperParty) -> Party:
    address = Address(country=copied.country) if copied.country else None
    return Party(name=copied.name, vat_id=copied.vat_id, tax_id=copied.tax_id, address=address)


def _line(copied: PaperLine) -> Line:
    return Line(
        id=copied.id,
        name=copied.name,
        quantity=_number("quantity", copied.quantity),
        unit=copied.unit,
        price=_number("price", copied.price),
        net=_number("net", copied.net),
        vat_rate=_number("vat_rate", copied.vat_rate),
    )


def _number(name: str, text: str | None) -> Decimal | None:
    if not text:
        return None
    if not re.fullmatch(r"-?[0-9]{1,16}(\.[0-9]{1,12})?", text):
        raise JudgementFailed(f"it copied `{text[:40]}` as `{name}`, which is no number")
    return Decimal(text)


def _day(name: str, text: str | None) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise JudgementFailed(f"it copied `{text[:40]}` as `{name}`, which is no date") from None
