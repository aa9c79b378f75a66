"""An invoice as the practice company's vendors write it, before it has a syntax."""

from dataclasses import dataclass
from typing import Any, Final, cast

from lxml import etree as _untyped  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]  # no types

from remit.practice.history.orders import totals

etree = cast("Any", _untyped)
"""lxml carries no types: its names are Any here."""

SPECIFICATION: Final = "urn:cen.eu:en16931:2017"

Branch = tuple[Any, ...]
"""An element to be: its name, then its attributes if it has any, then a text or more branches. None is left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One invoice or credit note. Money is in minor units."""

    number: str
    seller: dict[str, Any]
    order: dict[str, Any]
    """the order it refers to, as the ERP holds it; its lines are what is billed"""
    issued_on: str
    due_on: str
    iban: str
    is_credit: bool = False
    corrects: tuple[str, str] | None = None
    """number and day of the invoice a credit note corrects"""
    gross: int | None = None
    """what it says is due, when that is not what its lines add up to"""

    @property
    def currency(self) -> str:
        """The currency of everything on it."""
        return self.order["currency"]

    @property
    def sums(self) -> dict[str, int]:
        """Net, VAT and gross as they stand on it."""
        sums = totals(self.order["lines"], self.order["vat_rate"])
        return sums if self.gross is None else sums | {"gross": self.gross}

    @property
    def is_taxed(self) -> bool:
        """Whether VAT is charged; when not, the buyer accounts for it (reverse charge)."""
        return self.order["vat_rate"] > 0

    @property
    def category(self) -> str:
        """The VAT category of all its lines (UNTDID 5305)."""
        return "S" if self.is_taxed else "AE"


def money(minor: int) -> str:
    """Write minor units with a point."""
    return f"{minor // 100}.{minor % 100:02d}"


def grow(branch: Branch, namespaces: dict[str, str]) -> bytes:
    """Make a document from its root branch."""
    root = _grow(branch, namespaces)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _grow(branch: Branch, namespaces: dict[str, str]) -> Any:
    name, *rest = branch
    prefix, _, tag = name.rpartition(":")
    attributes: dict[str, str] = rest.pop(0) if rest and isinstance(rest[0], dict) else {}
    element = etree.Element(
        f"{{{namespaces[prefix]}}}{tag}", attributes, nsmap={k or None: v for k, v in namespaces.items()}
    )
    for part in rest:
        if isinstance(part, str):
            element.text = part
        elif part is not None:
            element.append(_grow(part, namespaces))
    return element
