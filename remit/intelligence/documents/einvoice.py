"""An invoice as EN 16931 means it, whichever syntax it came in. A value that was not there is None or empty."""

from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, cast

CREDIT_CODES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
"""The type codes (UNTDID 1001) of documents that take money back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where a party is."""

    lines: tuple[str, ...] = ()
    city: str | None = None
    post_code: str | None = None
    region: str | None = None
    country: str | None = None
    """ISO 3166-1, two letters"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller, buyer or payee."""

    name: str | None = None
    """the legal name"""
    trading_name: str | None = None
    ids: tuple[str, ...] = ()
    legal_id: str | None = None
    """in the register of companies"""
    vat_id: str | None = None
    tax_id: str | None = None
    """at the local tax office"""
    address: Address | None = None
    contact: str | None = None
    email: str | None = None
    endpoint: str | None = None
    """the electronic address invoices are sent to"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """An allowance, or a charge."""

    is_charge: bool
    amount: Decimal | None = None
    base: Decimal | None = None
    percent: Decimal | None = None
    reason: str | None = None
    reason_code: str | None = None
    vat_category: str | None = None
    vat_rate: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """The days something is billed for."""

    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line. `net` is quantity x price / base quantity, less allowances, plus charges."""

    id: str | None = None
    name: str | None = None
    description: str | None = None
    note: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    price: Decimal | None = None
    base_quantity: Decimal | None = None
    """how many units the price is for; one when it is not said"""
    net: Decimal | None = None
    seller_item_id: str | None = None
    buyer_item_id: str | None = None
    standard_item_id: str | None = None
    order_line: str | None = None
    vat_category: str | None = None
    vat_rate: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxGroup:
    """The tax of all that shares one VAT category and rate."""

    category: str | None = None
    rate: Decimal | None = None
    taxable: Decimal | None = None
    tax: Decimal | None = None
    exemption: str | None = None
    """why nothing is charged"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """The sums as the invoice states them."""

    lines: Decimal | None = None
    allowances: Decimal | None = None
    charges: Decimal | None = None
    net: Decimal | None = None
    tax: Decimal | None = None
    tax_accounted: Decimal | None = None
    """the tax once more, in the seller's accounting currency"""
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    due: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """One way to pay. `account` is an IBAN or a national account number."""

    code: str | None = None
    """UNTDID 4461, as in 58 for a SEPA credit transfer"""
    account: str | None = None
    account_name: str | None = None
    bic: str | None = None
    reference: str | None = None
    """what the payer writes on the transfer"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preceding:
    """An earlier invoice this one corrects or continues."""

    number: str | None = None
    issue_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where and when it was delivered."""

    date: "date | None" = None
    party: str | None = None
    location: str | None = None
    address: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the invoice. Its content is not kept."""

    name: str | None = None
    media_type: str | None = None
    size: int = 0
    """in bytes"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """One invoice or credit note."""

    syntax: str
    """`ubl` or `cii`"""
    specification: str | None = None
    number: str | None = None
    type_code: str | None = None
    is_credit: bool = False
    """whether it takes money back; its amounts are then written positive"""
    issue_date: date | None = None
    due_date: date | None = None
    currency: str | None = None
    tax_currency: str | None = None
    other_currencies: tuple[str, ...] = ()
    """currencies of amounts that should be in the currency of the invoice"""
    buyer_reference: str | None = None
    order_reference: str | None = None
    contract_reference: str | None = None
    despatch_reference: str | None = None
    terms: str | None = None
    notes: tuple[str, ...] = ()
    period: Period | None = None
    seller: Party
    buyer: Party
    payee: Party | None = None
    """who is paid, when not the seller"""
    delivery: Delivery | None = None
    lines: tuple[Line, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()
    taxes: tuple[TaxGroup, ...] = ()
    totals: Totals
    payments: tuple[Payment, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    attachments: tuple[Attachment, ...] = ()


def as_json(value: object) -> Any:
    """Write any of these values as JSON: amounts as the digits that were read, dates as ISO 8601, missing as null."""
    match value:
        case StrEnum():
            return value.value
        case Decimal():
            return format(value, "f")
        case date():
            return value.isoformat()
        case tuple():
            return [as_json(item) for item in cast("tuple[object, ...]", value)]
        case _ if is_dataclass(value):
            return {field.name: as_json(getattr(value, field.name)) for field in fields(value)}
        case _:
            return value
