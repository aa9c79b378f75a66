"""Reads an EN 16931 invoice or credit note in the syntax UBL 2.1."""

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

INVOICE = "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice"
CREDIT_NOTE = "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote"
NAMESPACES = frozenset(
    {
        "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
        "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    }
)


def read(root: Node) -> Invoice:
    """Read a whole document, from its root."""
    kind = "CreditNote" if root.element.tag == CREDIT_NOTE else "Invoice"
    currency = root.text("DocumentCurrencyCode")
    type_code = root.text(f"{kind}TypeCode")
    return Invoice(
        syntax="ubl",
        specification=root.text("CustomizationID"),
        number=root.text("ID"),
        type_code=type_code,
        is_credit=kind == "CreditNote" or type_code in CREDIT_CODES,
        issue_date=root.day("IssueDate"),
        due_date=root.day("DueDate") or root.day("PaymentMeans/PaymentDueDate"),
        currency=currency,
        tax_currency=root.text("TaxCurrencyCode"),
        other_currencies=tuple(sorted(currencies_of(root, without="TaxTotal") - {currency})),
        buyer_reference=root.text("BuyerReference"),
        order_reference=root.text("OrderReference/ID"),
        contract_reference=root.text("ContractDocumentReference/ID"),
        despatch_reference=root.text("DespatchDocumentReference/ID"),
        terms="\n".join(root.texts("PaymentTerms/Note")) or None,
        notes=root.texts("Note"),
        period=_period(root.one("InvoicePeriod")),
        seller=_party(root.one("AccountingSupplierParty/Party")) or Party(),
        buyer=_party(root.one("AccountingCustomerParty/Party")) or Party(),
        payee=_party(root.one("PayeeParty")),
        delivery=_delivery(root.one("Delivery")),
        lines=tuple(_line(node, kind) for node in root.every(f"{kind}Line")),
        adjustments=tuple(_adjustment(node) for node in root.every("AllowanceCharge")),
        taxes=tuple(_tax_group(node) for node in _tax_groups(root, currency)),
        totals=_totals(root, currency),
        payments=tuple(_payment(node) for node in root.every("PaymentMeans")),
        preceding=tuple(_preceding(node) for node in root.every("BillingReference/InvoiceDocumentReference")),
        attachments=tuple(_attachments(root)),
    )


def _party(node: Node | None) -> Party | None:
    if node is None:
        return None
    schemes = [(one.text("TaxScheme/ID"), one.text("CompanyID")) for one in node.every("PartyTaxScheme")]
    trading = node.text("PartyName/Name")
    return Party(
        name=node.text("PartyLegalEntity/RegistrationName") or trading,
        trading_name=trading,
        ids=node.texts("PartyIdentification/ID"),
        legal_id=node.text("PartyLegalEntity/CompanyID"),
        vat_id=next((number for scheme, number in schemes if scheme == "VAT"), None),
        tax_id=next((number for scheme, number in schemes if scheme != "VAT"), None),
        address=_address(node.one("PostalAddress")),
        contact=node.text("Contact/Name"),
        email=node.text("Contact/ElectronicMail"),
        endpoint=node.text("EndpointID"),
    )


def _address(node: Node | None) -> Address | None:
    if node is None:
        return None
    paths = ("StreetName", "AdditionalStreetName", "AddressLine/Line")
    return Address(
        lines=tuple(line for path in paths for line in node.texts(path)),
        city=node.text("CityName"),
        post_code=node.text("PostalZone"),
        region=node.text("CountrySubentity"),
        country=node.text("Country/IdentificationCode"),
    )


def _period(node: Node | None) -> Period | None:
    return Period(start=node.day("StartDate"), end=node.day("EndDate")) if node else None


def _delivery(node: Node | None) -> Delivery | None:
    if node is None:
        return None
    return Delivery(
        date=node.day("ActualDeliveryDate"),
        party=node.text("DeliveryParty/PartyName/Name"),
        location=node.text("DeliveryLocation/ID"),
        address=_address(node.one("DeliveryLocation/Address")),
    )


def _adjustment(node: Node) -> Adjustment:
    return Adjustment(
        is_charge=node.truth("ChargeIndicator"),
        amount=node.number("Amount"),
        base=node.number("BaseAmount"),
        percent=node.number("MultiplierFactorNumeric"),
        reason=node.text("AllowanceChargeReason"),
        reason_code=node.text("AllowanceChargeReasonCode"),
        vat_category=node.text("TaxCategory/ID"),
        vat_rate=node.number("TaxCategory/Percent"),
    )


def _line(node: Node, kind: str) -> Line:
    quantity = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return Line(
        id=node.text("ID"),
        name=node.text("Item/Name"),
        description=node.text("Item/Description"),
        note="\n".join(node.texts("Note")) or None,
        quantity=node.number(quantity),
        unit=node.attribute(quantity, "unitCode"),
        price=node.number("Price/PriceAmount"),
        base_quantity=node.number("Price/BaseQuantity"),
        net=node.number("LineExtensionAmount"),
        seller_item_id=node.text("Item/SellersItemIdentification/ID"),
        buyer_item_id=node.text("Item/BuyersItemIdentification/ID"),
        standard_item_id=node.text("Item/StandardItemIdentification/ID"),
        order_line=node.text("OrderLineReference/LineID"),
        vat_category=node.text("Item/ClassifiedTaxCategory/ID"),
        vat_rate=node.number("Item/ClassifiedTaxCategory/Percent"),
        adjustments=tuple(_adjustment(one) for one in node.every("AllowanceCharge")),
        period=_period(node.one("InvoicePeriod")),
    )


def _tax_groups(root: Node, currency: str | None) -> list[Node]:
    """Give the breakdown in the currency of the invoice, not the same once more in the accounting currency."""
    own = [tax for tax in root.every("TaxTotal") if tax.attribute("TaxAmount", "currencyID") in {None, currency}]
    return [group for tax in own for group in tax.every("TaxSubtotal")]


def _tax_group(node: Node) -> TaxGroup:
    reasons = (*node.texts("TaxCategory/TaxExemptionReason"), *node.texts("TaxCategory/TaxExemptionReasonCode"))
    return TaxGroup(
        category=node.text("TaxCategory/ID"),
        rate=node.number("TaxCategory/Percent"),
        taxable=node.number("TaxableAmount"),
        tax=node.number("TaxAmount"),
        exemption=reasons[0] if reasons else None,
    )


def _totals(root: Node, currency: str | None) -> Totals:
    """Read the sums. A second `TaxTotal` states the tax in the accounting currency, and is told by its currency."""
    taxes = list(root.every("TaxTotal/TaxAmount"))
    own = only([tax for tax in taxes if tax.element.get("currencyID") in {None, currency}])
    other = only([tax for tax in taxes if tax.element.get("currencyID") not in {None, currency}])
    node = root.part("LegalMonetaryTotal")
    return Totals(
        lines=node.number("LineExtensionAmount"),
        allowances=node.number("AllowanceTotalAmount"),
        charges=node.number("ChargeTotalAmount"),
        net=node.number("TaxExclusiveAmount"),
        tax=own.figure if own else None,
        tax_accounted=other.figure if other else None,
        gross=node.number("TaxInclusiveAmount"),
        prepaid=node.number("PrepaidAmount"),
        rounding=node.number("PayableRoundingAmount"),
        due=node.number("PayableAmount"),
    )


def _payment(node: Node) -> Payment:
    return Payment(
        code=node.text("PaymentMeansCode"),
        account=node.text("PayeeFinancialAccount/ID"),
        account_name=node.text("PayeeFinancialAccount/Name"),
        bic=node.text("PayeeFinancialAccount/FinancialInstitutionBranch/ID"),
        reference="\n".join(node.texts("PaymentID")) or None,
    )


def _preceding(node: Node) -> Preceding:
    return Preceding(number=node.text("ID"), issue_date=node.day("IssueDate"))


def _attachments(root: Node) -> list[Attachment]:
    files = root.every("AdditionalDocumentReference/Attachment/EmbeddedDocumentBinaryObject")
    return [
        Attachment(
            name=file.element.get("filename"),
            media_type=file.element.get("mimeCode"),
            size=size_of_base64(file.content),
        )
        for file in files
    ]
