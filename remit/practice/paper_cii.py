"""Writes an invoice or credit note in the syntax UN/CEFACT Cross Industry Invoice (D16B)."""

from typing import Any, Final

from remit.practice.history.vendors import BUYER
from remit.practice.paper import SPECIFICATION, Branch, Paper, grow, money

_NAMESPACES: Final = {
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "qdt": "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}


def write_cii(paper: Paper) -> bytes:
    """Write the document."""
    guideline = ("ram:GuidelineSpecifiedDocumentContextParameter", ("ram:ID", SPECIFICATION))
    return grow(
        (
            "rsm:CrossIndustryInvoice",
            ("rsm:ExchangedDocumentContext", guideline),
            (
                "rsm:ExchangedDocument",
                ("ram:ID", paper.number),
                ("ram:TypeCode", "381" if paper.is_credit else "380"),
                ("ram:IssueDateTime", _day(paper.issued_on)),
            ),
            (
                "rsm:SupplyChainTradeTransaction",
                *_lines(paper),
                _agreement(paper),
                ("ram:ApplicableHeaderTradeDelivery",),
                _settlement(paper),
            ),
        ),
        _NAMESPACES,
    )


def _lines(paper: Paper) -> list[Branch]:
    return [
        (
            "ram:IncludedSupplyChainTradeLineItem",
            ("ram:AssociatedDocumentLineDocument", ("ram:LineID", line["line"])),
            ("ram:SpecifiedTradeProduct", ("ram:SellerAssignedID", line["item"]), ("ram:Name", line["name"])),
            (
                "ram:SpecifiedLineTradeAgreement",
                ("ram:BuyerOrderReferencedDocument", ("ram:LineID", line["line"])) if paper.order["id"] else None,
                ("ram:NetPriceProductTradePrice", ("ram:ChargeAmount", money(line["price"]))),
            ),
            (
                "ram:SpecifiedLineTradeDelivery",
                ("ram:BilledQuantity", {"unitCode": line["unit"]}, str(line["quantity"])),
            ),
            _line_settlement(paper, line["net"]),
        )
        for line in paper.order["lines"]
    ]


def _line_settlement(paper: Paper, net: int) -> Branch:
    total = ("ram:SpecifiedTradeSettlementLineMonetarySummation", ("ram:LineTotalAmount", money(net)))
    tax = (
        "ram:ApplicableTradeTax",
        ("ram:TypeCode", "VAT"),
        ("ram:CategoryCode", paper.category),
        ("ram:RateApplicablePercent", str(paper.order["vat_rate"])),
    )
    return ("ram:SpecifiedLineTradeSettlement", tax, total)


def _agreement(paper: Paper) -> Branch:
    order = ("ram:BuyerOrderReferencedDocument", ("ram:IssuerAssignedID", paper.order["id"]))
    return (
        "ram:ApplicableHeaderTradeAgreement",
        _party("ram:SellerTradeParty", paper.seller),
        _party("ram:BuyerTradeParty", BUYER),
        order if paper.order["id"] else None,
    )


def _party(name: str, party: dict[str, Any]) -> Branch:
    return (
        name,
        ("ram:Name", party["name"]),
        (
            "ram:PostalTradeAddress",
            ("ram:PostcodeCode", party["post_code"]),
            ("ram:LineOne", party["street"]),
            ("ram:CityName", party["city"]),
            ("ram:CountryID", party["country"]),
        ),
        ("ram:URIUniversalCommunication", ("ram:URIID", {"schemeID": "EM"}, party["mail"])),
        ("ram:SpecifiedTaxRegistration", ("ram:ID", {"schemeID": "VA"}, party["vat_id"])),
    )


def _settlement(paper: Paper) -> Branch:
    account = ("ram:IBANID", paper.iban), ("ram:AccountName", paper.seller["name"])
    due = ("ram:SpecifiedTradePaymentTerms", ("ram:DueDateDateTime", _day(paper.due_on)))
    return (
        "ram:ApplicableHeaderTradeSettlement",
        ("ram:PaymentReference", paper.number),
        ("ram:InvoiceCurrencyCode", paper.currency),
        (
            "ram:SpecifiedTradeSettlementPaymentMeans",
            ("ram:TypeCode", "58"),
            ("ram:PayeePartyCreditorFinancialAccount", *account),
        ),
        _tax(paper),
        None if paper.is_credit else due,
        _sums(paper),
        _corrects(paper),
    )


def _tax(paper: Paper) -> Branch:
    return (
        "ram:ApplicableTradeTax",
        ("ram:CalculatedAmount", money(paper.sums["vat"])),
        ("ram:TypeCode", "VAT"),
        None if paper.is_taxed else ("ram:ExemptionReason", "Reverse charge"),
        ("ram:BasisAmount", money(paper.sums["net"])),
        ("ram:CategoryCode", paper.category),
        ("ram:RateApplicablePercent", str(paper.order["vat_rate"])),
    )


def _sums(paper: Paper) -> Branch:
    sums = paper.sums
    return (
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        ("ram:LineTotalAmount", money(sums["net"])),
        ("ram:TaxBasisTotalAmount", money(sums["net"])),
        ("ram:TaxTotalAmount", {"currencyID": paper.currency}, money(sums["vat"])),
        ("ram:GrandTotalAmount", money(sums["gross"])),
        ("ram:DuePayableAmount", money(sums["gross"])),
    )


def _corrects(paper: Paper) -> Branch | None:
    if paper.corrects is None:
        return None
    number, issued = paper.corrects
    day = ("ram:FormattedIssueDateTime", ("qdt:DateTimeString", {"format": "102"}, issued.replace("-", "")))
    return ("ram:InvoiceReferencedDocument", ("ram:IssuerAssignedID", number), day)


def _day(day: str) -> Branch:
    return ("udt:DateTimeString", {"format": "102"}, day.replace("-", ""))
