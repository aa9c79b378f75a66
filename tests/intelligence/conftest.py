"""One small invoice in both syntaxes, written for these tests, and a way to spoil it."""

from collections.abc import Callable
from pathlib import Path

import pytest

Spoil = Callable[..., bytes]

SAMPLES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "en16931"

UBL = """<?xml version="1.0" encoding="UTF-8"?>
<i:Invoice xmlns:i="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
  xmlns:a="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
  xmlns:b="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
  <b:CustomizationID>urn:cen.eu:en16931:2017</b:CustomizationID>
  <b:ID>F-2026-17</b:ID>
  <b:IssueDate>2026-03-02</b:IssueDate>
  <b:DueDate>2026-04-01</b:DueDate>
  <b:InvoiceTypeCode>380</b:InvoiceTypeCode>
  <b:Note>Thank you</b:Note>
  <b:DocumentCurrencyCode>EUR</b:DocumentCurrencyCode>
  <a:OrderReference><b:ID>PO-88</b:ID></a:OrderReference>
  <a:AdditionalDocumentReference><b:ID>1</b:ID><a:Attachment>
    <b:EmbeddedDocumentBinaryObject mimeCode="text/plain" filename="hours.txt">aGVsbG8=</b:EmbeddedDocumentBinaryObject>
  </a:Attachment></a:AdditionalDocumentReference>
  <a:AccountingSupplierParty><a:Party>
    <a:PostalAddress><b:StreetName>Quay 1</b:StreetName><b:CityName>Bremen</b:CityName>
      <a:Country><b:IdentificationCode>DE</b:IdentificationCode></a:Country></a:PostalAddress>
    <a:PartyTaxScheme><b:CompanyID>DE123456789</b:CompanyID><a:TaxScheme><b:ID>VAT</b:ID></a:TaxScheme></a:PartyTaxScheme>
    <a:PartyLegalEntity><b:RegistrationName>Nordlicht Kontor GmbH</b:RegistrationName></a:PartyLegalEntity>
  </a:Party></a:AccountingSupplierParty>
  <a:AccountingCustomerParty><a:Party>
    <a:PostalAddress><a:Country><b:IdentificationCode>AT</b:IdentificationCode></a:Country></a:PostalAddress>
    <a:PartyLegalEntity><b:RegistrationName>Alpenwerk AG</b:RegistrationName></a:PartyLegalEntity>
  </a:Party></a:AccountingCustomerParty>
  <a:PaymentMeans><b:PaymentMeansCode>58</b:PaymentMeansCode>
    <a:PayeeFinancialAccount><b:ID>DE89370400440532013000</b:ID></a:PayeeFinancialAccount></a:PaymentMeans>
  <a:AllowanceCharge><b:ChargeIndicator>true</b:ChargeIndicator><b:AllowanceChargeReason>Freight</b:AllowanceChargeReason>
    <b:Amount currencyID="EUR">10.00</b:Amount>
    <a:TaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:TaxCategory></a:AllowanceCharge>
  <a:TaxTotal><b:TaxAmount currencyID="EUR">22.80</b:TaxAmount>
    <a:TaxSubtotal><b:TaxableAmount currencyID="EUR">120.00</b:TaxableAmount>
      <b:TaxAmount currencyID="EUR">22.80</b:TaxAmount>
      <a:TaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:TaxCategory></a:TaxSubtotal></a:TaxTotal>
  <a:LegalMonetaryTotal>
    <b:LineExtensionAmount currencyID="EUR">110.00</b:LineExtensionAmount>
    <b:TaxExclusiveAmount currencyID="EUR">120.00</b:TaxExclusiveAmount>
    <b:TaxInclusiveAmount currencyID="EUR">142.80</b:TaxInclusiveAmount>
    <b:ChargeTotalAmount currencyID="EUR">10.00</b:ChargeTotalAmount>
    <b:PrepaidAmount currencyID="EUR">42.80</b:PrepaidAmount>
    <b:PayableAmount currencyID="EUR">100.00</b:PayableAmount>
  </a:LegalMonetaryTotal>
  <a:InvoiceLine><b:ID>1</b:ID><b:InvoicedQuantity unitCode="HUR">4</b:InvoicedQuantity>
    <b:LineExtensionAmount currencyID="EUR">50.00</b:LineExtensionAmount>
    <a:Item><b:Name>Repair</b:Name>
      <a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>19</b:Percent></a:ClassifiedTaxCategory></a:Item>
    <a:Price><b:PriceAmount currencyID="EUR">12.50</b:PriceAmount></a:Price></a:InvoiceLine>
  <a:InvoiceLine><b:ID>2</b:ID><b:InvoicedQuantity unitCode="C62">300</b:InvoicedQuantity>
    <b:LineExtensionAmount currencyID="EUR">60.00</b:LineExtensionAmount>
    <a:OrderLineReference><b:LineID>7</b:LineID></a:OrderLineReference>
    <a:AllowanceCharge><b:ChargeIndicator>false</b:ChargeIndicator>
      <b:AllowanceChargeReason>Quantity</b:AllowanceChargeReason>
      <b:Amount currencyID="EUR">3.00</b:Amount></a:AllowanceCharge>
    <a:Item><b:Name>Screws</b:Name>
      <a:ClassifiedTaxCategory><b:ID>S</b:ID><b:Percent>19.00</b:Percent></a:ClassifiedTaxCategory></a:Item>
    <a:Price><b:PriceAmount currencyID="EUR">21.00</b:PriceAmount>
      <b:BaseQuantity unitCode="C62">100</b:BaseQuantity></a:Price></a:InvoiceLine>
</i:Invoice>
"""

CII = """<?xml version="1.0" encoding="UTF-8"?>
<x:CrossIndustryInvoice xmlns:x="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:r="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:u="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <x:ExchangedDocumentContext><r:GuidelineSpecifiedDocumentContextParameter>
    <r:ID>urn:cen.eu:en16931:2017</r:ID></r:GuidelineSpecifiedDocumentContextParameter></x:ExchangedDocumentContext>
  <x:ExchangedDocument><r:ID>G-5</r:ID><r:TypeCode>381</r:TypeCode>
    <r:IssueDateTime><u:DateTimeString format="102">20260302</u:DateTimeString></r:IssueDateTime></x:ExchangedDocument>
  <x:SupplyChainTradeTransaction>
    <r:IncludedSupplyChainTradeLineItem>
      <r:AssociatedDocumentLineDocument><r:LineID>1</r:LineID></r:AssociatedDocumentLineDocument>
      <r:SpecifiedTradeProduct><r:Name>Oil</r:Name></r:SpecifiedTradeProduct>
      <r:SpecifiedLineTradeAgreement>
        <r:NetPriceProductTradePrice><r:ChargeAmount>200</r:ChargeAmount>
          <r:BasisQuantity>100.</r:BasisQuantity></r:NetPriceProductTradePrice></r:SpecifiedLineTradeAgreement>
      <r:SpecifiedLineTradeDelivery><r:BilledQuantity unitCode="LTR">50</r:BilledQuantity>
      </r:SpecifiedLineTradeDelivery>
      <r:SpecifiedLineTradeSettlement>
        <r:ApplicableTradeTax><r:CategoryCode>S</r:CategoryCode><r:RateApplicablePercent>20</r:RateApplicablePercent>
        </r:ApplicableTradeTax>
        <r:SpecifiedTradeSettlementLineMonetarySummation><r:LineTotalAmount>100.00</r:LineTotalAmount>
        </r:SpecifiedTradeSettlementLineMonetarySummation></r:SpecifiedLineTradeSettlement>
    </r:IncludedSupplyChainTradeLineItem>
    <r:ApplicableHeaderTradeAgreement>
      <r:SellerTradeParty><r:Name>Delta SARL</r:Name>
        <r:PostalTradeAddress><r:CountryID>FR</r:CountryID></r:PostalTradeAddress>
        <r:SpecifiedTaxRegistration><r:ID schemeID="FC">99</r:ID></r:SpecifiedTaxRegistration>
        <r:SpecifiedTaxRegistration><r:ID schemeID="VA">FR12345678901</r:ID></r:SpecifiedTaxRegistration>
      </r:SellerTradeParty>
      <r:BuyerTradeParty><r:Name>Alpenwerk AG</r:Name>
        <r:PostalTradeAddress><r:CountryID>AT</r:CountryID></r:PostalTradeAddress></r:BuyerTradeParty>
    </r:ApplicableHeaderTradeAgreement>
    <r:ApplicableHeaderTradeDelivery/>
    <r:ApplicableHeaderTradeSettlement>
      <r:TaxCurrencyCode>CHF</r:TaxCurrencyCode><r:InvoiceCurrencyCode>EUR</r:InvoiceCurrencyCode>
      <r:ApplicableTradeTax><r:CalculatedAmount>20.00</r:CalculatedAmount><r:BasisAmount>100.00</r:BasisAmount>
        <r:CategoryCode>S</r:CategoryCode><r:RateApplicablePercent>20</r:RateApplicablePercent></r:ApplicableTradeTax>
      <r:SpecifiedTradeSettlementHeaderMonetarySummation>
        <r:LineTotalAmount>100.00</r:LineTotalAmount><r:TaxBasisTotalAmount>100.00</r:TaxBasisTotalAmount>
        <r:TaxTotalAmount currencyID="EUR">20.00</r:TaxTotalAmount>
        <r:TaxTotalAmount currencyID="CHF">18.80</r:TaxTotalAmount>
        <r:GrandTotalAmount>120.00</r:GrandTotalAmount><r:DuePayableAmount>120.00</r:DuePayableAmount>
      </r:SpecifiedTradeSettlementHeaderMonetarySummation>
      <r:InvoiceReferencedDocument><r:IssuerAssignedID>F-1</r:IssuerAssignedID></r:InvoiceReferencedDocument>
    </r:ApplicableHeaderTradeSettlement>
  </x:SupplyChainTradeTransaction>
</x:CrossIndustryInvoice>
"""


def _spoil(text: str, *changes: tuple[str, str]) -> bytes:
    for old, new in changes:
        assert old in text, f"`{old}` is not in the sample"
        text = text.replace(old, new, 1)
    return text.encode()


@pytest.fixture
def ubl() -> Spoil:
    """Give the UBL invoice, with pieces replaced."""
    return lambda *changes: _spoil(UBL, *changes)


@pytest.fixture
def cii() -> Spoil:
    """Give the CII credit note, with pieces replaced."""
    return lambda *changes: _spoil(CII, *changes)


@pytest.fixture
def samples() -> Path:
    """Give the folder of EN 16931 examples by others, where it is there."""
    if not SAMPLES.is_dir():
        pytest.skip(f"the EN 16931 examples are not at `{SAMPLES}`; the invoices written for these tests still are")
    return SAMPLES
