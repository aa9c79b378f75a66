"""Writes an invoice or credit note in the syntax UBL 2.1."""

from typing import Any, Final

from remit.practice.history.vendors import BUYER
from remit.practice.paper import SPECIFICATION, Branch, Paper, grow, money

_SCHEMA: Final = "urn:oasis:names:specification:ubl:schema:xsd:"


def write_ubl(paper: Paper) -> bytes:
    """Write the document."""
    kind = "CreditNote" if paper.is_credit else "Invoice"
    namespaces = {
        "": f"{_SCHEMA}{kind}-2",
        "cac": f"{_SCHEMA}CommonAggregateComponents-2",
        "cbc": f"{_SCHEMA}CommonBasicComponents-2",
    }
    return grow((kind, *_head(paper, kind), *_parties(paper), *_sums(paper), *_lines(paper, kind)), namespaces)


def _head(paper: Paper, kind: str) -> list[Branch | None]:
    due = None if paper.is_credit else ("cbc:DueDate", paper.due_on)
    return [
        ("cbc:CustomizationID", SPECIFICATION),
        ("cbc:ID", paper.number),
        ("cbc:IssueDate", paper.issued_on),
        due,
        (f"cbc:{kind}TypeCode", "381" if paper.is_credit else "380"),
        ("cbc:DocumentCurrencyCode", paper.currency),
        ("cac:OrderReference", ("cbc:ID", paper.order["id"])) if paper.order["id"] else None,
        _corrects(paper),
    ]


def _corrects(paper: Paper) -> Branch | None:
    if paper.corrects is None:
        return None
    number, issued = paper.corrects
    reference = ("cac:InvoiceDocumentReference", ("cbc:ID", number), ("cbc:IssueDate", issued))
    return ("cac:BillingReference", reference)


def _parties(paper: Paper) -> list[Branch]:
    return [
        ("cac:AccountingSupplierParty", _party(paper.seller)),
        ("cac:AccountingCustomerParty", _party(BUYER)),
        (
            "cac:PaymentMeans",
            ("cbc:PaymentMeansCode", "58"),
            ("cbc:PaymentID", paper.number),
            ("cac:PayeeFinancialAccount", ("cbc:ID", paper.iban), ("cbc:Name", paper.seller["name"])),
        ),
    ]


def _party(party: dict[str, Any]) -> Branch:
    return (
        "cac:Party",
        ("cbc:EndpointID", {"schemeID": "EM"}, party["mail"]),
        ("cac:PartyName", ("cbc:Name", party["name"])),
        (
            "cac:PostalAddress",
            ("cbc:StreetName", party["street"]),
            ("cbc:CityName", party["city"]),
            ("cbc:PostalZone", party["post_code"]),
            ("cac:Country", ("cbc:IdentificationCode", party["country"])),
        ),
        ("cac:PartyTaxScheme", ("cbc:CompanyID", party["vat_id"]), ("cac:TaxScheme", ("cbc:ID", "VAT"))),
        ("cac:PartyLegalEntity", ("cbc:RegistrationName", party["name"])),
    )


def _sums(paper: Paper) -> list[Branch]:
    sums = paper.sums
    exemption = None if paper.is_taxed else ("cbc:TaxExemptionReason", "Reverse charge")
    category = _category("cac:TaxCategory", paper, exemption)
    return [
        (
            "cac:TaxTotal",
            _amount("cbc:TaxAmount", paper, sums["vat"]),
            (
                "cac:TaxSubtotal",
                _amount("cbc:TaxableAmount", paper, sums["net"]),
                _amount("cbc:TaxAmount", paper, sums["vat"]),
                category,
            ),
        ),
        (
            "cac:LegalMonetaryTotal",
            _amount("cbc:LineExtensionAmount", paper, sums["net"]),
            _amount("cbc:TaxExclusiveAmount", paper, sums["net"]),
            _amount("cbc:TaxInclusiveAmount", paper, sums["gross"]),
            _amount("cbc:PayableAmount", paper, sums["gross"]),
        ),
    ]


def _lines(paper: Paper, kind: str) -> list[Branch]:
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    return [
        (
            f"cac:{kind}Line",
            ("cbc:ID", line["line"]),
            (quantity, {"unitCode": line["unit"]}, str(line["quantity"])),
            _amount("cbc:LineExtensionAmount", paper, line["net"]),
            ("cac:OrderLineReference", ("cbc:LineID", line["line"])) if paper.order["id"] else None,
            (
                "cac:Item",
                ("cbc:Name", line["name"]),
                ("cac:SellersItemIdentification", ("cbc:ID", line["item"])),
                _category("cac:ClassifiedTaxCategory", paper),
            ),
            ("cac:Price", _amount("cbc:PriceAmount", paper, line["price"])),
        )
        for line in paper.order["lines"]
    ]


def _category(name: str, paper: Paper, exemption: Branch | None = None) -> Branch:
    rate = ("cbc:Percent", str(paper.order["vat_rate"]))
    return (name, ("cbc:ID", paper.category), rate, exemption, ("cac:TaxScheme", ("cbc:ID", "VAT")))


def _amount(name: str, paper: Paper, minor: int) -> Branch:
    return (name, {"currencyID": paper.currency}, money(minor))
