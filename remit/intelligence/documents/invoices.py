"""Reads an invoice from bytes and reports on it: what it says, what is wrong with it, what is missing."""

from typing import Any

from remit.errors import DocumentInvalid
from remit.intelligence.documents import cii, ubl
from remit.intelligence.documents.checks import Finding, Severity, check
from remit.intelligence.documents.einvoice import Invoice, as_json
from remit.intelligence.documents.money import minor_units
from remit.intelligence.documents.node import Node
from remit.intelligence.documents.reading import parse

VERSION = "1"
"""Changes when the same bytes may give another answer."""

_LOST_BY_WARNING = 20
_LOST_BY_ERROR = 200


def read_invoice(document: bytes) -> Invoice:
    """Read an EN 16931 invoice or credit note in either syntax.

    Raises:
        DocumentInvalid: It is not one, or a value in it cannot be read.
    """
    root = parse(document)
    match root.tag:
        case ubl.INVOICE | ubl.CREDIT_NOTE:
            return ubl.read(Node(root, ubl.NAMESPACES))
        case cii.INVOICE:
            return cii.read(Node(root, cii.NAMESPACES))
        case _:
            namespace, _, name = str(root.tag).rpartition("}")
            raise DocumentInvalid(
                f"the document is `{name[:80]}` of `{namespace[1:81] or 'no namespace'}`, "
                "neither UBL nor CII. Ask the sender for an EN 16931 invoice"
            )


def report(document: bytes) -> tuple[dict[str, Any], int]:
    """Read and check an invoice.

    Returns:
        The report as JSON, and how sure it is, 0..1000.
    """
    invoice = read_invoice(document)
    return describe(invoice, check(invoice))


def describe(invoice: Invoice, findings: tuple[Finding, ...]) -> tuple[dict[str, Any], int]:
    """Report on an invoice that was read and checked."""
    fields = as_json(invoice)
    fields["totals"] |= {f"{name}_minor": _minor(invoice, name) for name in ("net", "tax", "gross", "due")}
    told = {
        "invoice": fields,
        "findings": [as_json(finding) for finding in findings],
        "missing": [finding.missing for finding in findings if finding.missing],
    }
    return told, _sureness(findings)


def _minor(invoice: Invoice, name: str) -> int | None:
    """Give a total in minor units, None where it is missing or the currency has no such unit."""
    try:
        return minor_units(getattr(invoice.totals, name), invoice.currency)
    except DocumentInvalid:
        return None


def _sureness(findings: tuple[Finding, ...]) -> int:
    """Reading is exact; sureness falls only with what speaks against the document itself."""
    lost = sum(_LOST_BY_ERROR if one.severity is Severity.ERROR else _LOST_BY_WARNING for one in findings)
    return max(0, 1000 - lost)
