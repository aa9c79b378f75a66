"""Reads an EN 16931 invoice in the syntax UN/CEFACT Cross Industry Invoice (D16B), as in XRechnung and Factur-X."""

from remit.intelligence.documents.einvoice import (
    CREDIT_CODES,
    Address,
    Adjustment,
    Attachment,
    Delivery,
    Invoice,
    Line,
    Party,
    Payment,
    Period,
    Preceding,
    TaxGroup,
    Totals,
)
from remit.intelligence.documents.node import Node, currencies_of, only, size_of_base64

INVOICE = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
NAMESPACES = frozenset(
    {
        "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
        "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
        "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
        "urn:un:unece:uncefact:data:standard:QualifiedDataType:100",
    }
)


def read(root: Node) -> Invoice:
    """Read a whole document, from its root."""
    head = root.part("ExchangedDocument")
    trade = root.part("SupplyChainTradeTransaction")
    agreement = trade.part("ApplicableHeaderTradeAgreement")
    delivery = trade.part("ApplicableHeaderTradeDelivery")
    settlement = trade.part("ApplicableHeaderTradeSettlement")
    currency = settlement.text("InvoiceCurrencyCode")
    return Invoice(
        syntax="cii",
        specification=root.text("ExchangedDocumentContext/GuidelineSpecifiedDocumentContextParameter/ID"),
        number=head.text("ID"),
        type_code=head.text("TypeCode"),
        is_credit=head.text("TypeCode") in CREDIT_CODES,
        issue_date=head.day("IssueDateTime/DateTimeString"),
        due_date=settlement.day("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"),
        currency=currency,
        tax_currency=settlement.text("TaxCurrencyCode"),
        other_currencies=tuple(sorted(currencies_of(root, without="TaxTotalAmount") - {currency})),
        buyer_reference=agreement.text("BuyerReference"),
        order_reference=agreement.text("BuyerOrderReferencedDocument/IssuerAssignedID"),
        contract_reference=agreement.text("ContractReferencedDocument/IssuerAssignedID"),
        despatch_reference=delivery.text("DespatchAdviceReferencedDocument/IssuerAssignedID"),
        terms="\n".join(settlement.texts("SpecifiedTradePaymentTerms/Description")) or None,
        notes=head.texts("IncludedNote/Content"),
        period=_period(settlement.one("BillingSpecifiedPeriod")),
        seller=_party(agreement.one("SellerTradeParty")) or Party(),
        buyer=_party(agreement.one("BuyerTradeParty")) or Party(),
        payee=_party(settlement.one("PayeeTradeParty")),
        delivery=_delivery(delivery),
        lines=tuple(_line(node) for node in trade.every("IncludedSupplyChainTradeLineItem")),
        adjustments=tuple(_adjustment(node) for node in settlement.every("SpecifiedTradeAllowanceCharge")),
        taxes=tuple(_tax_group(node) for node in settlement.every("ApplicableTradeTax")),
        totals=_totals(settlement.part("SpecifiedTradeSettlementHeaderMonetarySummation"), currency),
        payments=_payments(settlement),
        preceding=tuple(_preceding(node) for node in settlement.every("InvoiceReferencedDocument")),
        attachments=tuple(_attachments(agreement)),
    )


def _party(node: Node | None) -> Party | None:
    if node is None:
        return None
    numbers = [(one.attribute("ID", "schemeID"), one.text("ID")) for one in node.every("SpecifiedTaxRegistration")]
    return Party(
        name=node.text("Name"),
        trading_name=node.text("SpecifiedLegalOrganization/TradingBusinessName"),
        ids=(*node.texts("ID"), *node.texts("GlobalID")),
        legal_id=node.text("SpecifiedLegalOrganization/ID"),
        vat_id=next((number for scheme, number in numbers if scheme == "VA"), None),
        tax_id=next((number for scheme, number in numbers if scheme == "FC"), None),
        address=_address(node.one("PostalTradeAddress")),
        contact=node.text("DefinedTradeContact/PersonName"),
        email=node.text("DefinedTradeContact/EmailURIUniversalCommunication/URIID"),
        endpoint=node.text("URIUniversalCommunication/URIID"),
    )


def _address(node: Node | None) -> Address | None:
    if node is None:
        return None
    return Address(
        lines=tuple(line for path in ("LineOne", "LineTwo", "LineThree") for line in node.texts(path)),
        city=node.text("CityName"),
        post_code=node.text("PostcodeCode"),
        region=node.text("CountrySubDivisionName"),
        country=node.text("CountryID"),
    )


def _period(node: Node | None) -> Period | None:
    if node is None:
        return None
    return Period(start=node.day("StartDateTime/DateTimeString"), end=node.day("EndDateTime/DateTimeString"))


def _delivery(node: Node) -> Delivery | None:
    day = node.day("ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString")
    receiver = node.one("ShipToTradeParty")
    if receiver is None:
        return Delivery(date=day) if day else None
    ids = (*receiver.texts("ID"), *receiver.texts("GlobalID"))
    return Delivery(
        date=day,
        party=receiver.text("Name"),
        location=ids[0] if ids else None,
        address=_address(receiver.one("PostalTradeAddress")),
    )


def _adjustment(node: Node) -> Adjustment:
    return Adjustment(
        is_charge=node.truth("ChargeIndicator/Indicator"),
        amount=node.number("ActualAmount"),
        base=node.number("BasisAmount"),
        percent=node.number("CalculationPercent"),
        reason=node.text("Reason"),
        reason_code=node.text("ReasonCode"),
        vat_category=node.text("CategoryTradeTax/CategoryCode"),
        vat_rate=node.number("CategoryTradeTax/RateApplicablePercent"),
    )


def _line(node: Node) -> Line:
    quantity = "SpecifiedLineTradeDelivery/BilledQuantity"
    price = "SpecifiedLineTradeAgreement/NetPriceProductTradePrice"
    settlement = "SpecifiedLineTradeSettlement"
    return Line(
        id=node.text("AssociatedDocumentLineDocument/LineID"),
        name=node.text("SpecifiedTradeProduct/Name"),
        description=node.text("SpecifiedTradeProduct/Description"),
        note="\n".join(node.texts("AssociatedDocumentLineDocument/IncludedNote/Content")) or None,
        quantity=node.number(quantity),
        unit=node.attribute(quantity, "unitCode"),
        price=node.number(f"{price}/ChargeAmount"),
        # The net price may leave its base to the gross price beside it: they share one base quantity.
        base_quantity=node.number(f"{price}/BasisQuantity")
        or node.number("SpecifiedLineTradeAgreement/GrossPriceProductTradePrice/BasisQuantity"),
        net=node.number(f"{settlement}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"),
        seller_item_id=node.text("SpecifiedTradeProduct/SellerAssignedID"),
        buyer_item_id=node.text("SpecifiedTradeProduct/BuyerAssignedID"),
        standard_item_id=node.text("SpecifiedTradeProduct/GlobalID"),
        order_line=node.text("SpecifiedLineTradeAgreement/BuyerOrderReferencedDocument/LineID"),
        vat_category=node.text(f"{settlement}/ApplicableTradeTax/CategoryCode"),
        vat_rate=node.number(f"{settlement}/ApplicableTradeTax/RateApplicablePercent"),
        adjustments=tuple(_adjustment(one) for one in node.every(f"{settlement}/SpecifiedTradeAllowanceCharge")),
        period=_period(node.one(f"{settlement}/BillingSpecifiedPeriod")),
    )


def _tax_group(node: Node) -> TaxGroup:
    return TaxGroup(
        category=node.text("CategoryCode"),
        rate=node.number("RateApplicablePercent"),
        taxable=node.number("BasisAmount"),
        tax=node.number("CalculatedAmount"),
        exemption=node.text("ExemptionReason") or node.text("ExemptionReasonCode"),
    )


def _totals(node: Node, currency: str | None) -> Totals:
    """Read the sums. A second tax total in another currency is the tax in the seller's accounting currency."""
    taxes = list(node.every("TaxTotalAmount"))
    own = only([tax for tax in taxes if tax.element.get("currencyID") in {None, currency}])
    other = only([tax for tax in taxes if tax.element.get("currencyID") not in {None, currency}])
    return Totals(
        lines=node.number("LineTotalAmount"),
        allowances=node.number("AllowanceTotalAmount"),
        charges=node.number("ChargeTotalAmount"),
        net=node.number("TaxBasisTotalAmount"),
        tax=own.figure if own else None,
        tax_accounted=other.figure if other else None,
        gross=node.number("GrandTotalAmount"),
        prepaid=node.number("TotalPrepaidAmount"),
        rounding=node.number("RoundingAmount"),
        due=node.number("DuePayableAmount"),
    )


def _payments(settlement: Node) -> tuple[Payment, ...]:
    reference = settlement.text("PaymentReference")
    return tuple(_payment(node, reference) for node in settlement.every("SpecifiedTradeSettlementPaymentMeans"))


def _payment(node: Node, reference: str | None) -> Payment:
    account = "PayeePartyCreditorFinancialAccount"
    return Payment(
        code=node.text("TypeCode"),
        account=node.text(f"{account}/IBANID") or node.text(f"{account}/ProprietaryID"),
        account_name=node.text(f"{account}/AccountName"),
        bic=node.text("PayeeSpecifiedCreditorFinancialInstitution/BICID"),
        reference=reference,
    )


def _preceding(node: Node) -> Preceding:
    return Preceding(number=node.text("IssuerAssignedID"), issue_date=node.day("FormattedIssueDateTime/DateTimeString"))


def _attachments(agreement: Node) -> list[Attachment]:
    files = agreement.every("AdditionalReferencedDocument/AttachmentBinaryObject")
    return [
        Attachment(
            name=file.element.get("filename"),
            media_type=file.element.get("mimeCode"),
            size=size_of_base64(file.content),
        )
        for file in files
    ]
