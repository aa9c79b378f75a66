"""Turns the bytes of a stranger into an XML tree, or says in one sentence why not.

No document type, no entities, no network, at most 20 MB, 100 levels and 500,000 elements.
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Any, Protocol, Self, cast

from lxml import etree as _untyped  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]  # no types

from remit.errors import DocumentInvalid

etree = cast("Any", _untyped)
"""lxml carries no types: here its names are Any, and what leaves this file is an `Element`."""


class Element(Protocol):
    """What is used of an element of lxml."""

    tag: Any
    sourceline: int | None

    def __iter__(self) -> Iterator[Self]: ...
    def __len__(self) -> int: ...
    def get(self, key: str) -> str | None:
        """Give an attribute."""
        ...

    def iter(self, tag: str) -> Iterator[Self]:
        """Give all elements at and below this one."""
        ...

    def iterancestors(self) -> Iterator[Self]:
        """Give the elements around this one."""
        ...

    def itertext(self) -> Iterator[str]:
        """Give the pieces of text at and below this one."""
        ...

    def makeelement(self, tag: str) -> Self:
        """Make an empty element."""
        ...


LARGEST = 20 * 1024 * 1024
DEEPEST = 100
MOST_ELEMENTS = 500_000

_BEGINNINGS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "a PDF. Ask the sender for the XML of the e-invoice, or have a person read it"),
    (b"PK\x03\x04", "a ZIP archive. Unpack it and send the XML inside"),
    (b"\x1f\x8b", "a gzip archive. Unpack it and send the XML inside"),
    (b"\xff\xd8\xff", "a JPEG picture. Ask the sender for the XML of the e-invoice, or have a person read it"),
    (b"\x89PNG", "a PNG picture. Ask the sender for the XML of the e-invoice, or have a person read it"),
    (b"II*\x00", "a TIFF picture. Ask the sender for the XML of the e-invoice, or have a person read it"),
    (b"MM\x00*", "a TIFF picture. Ask the sender for the XML of the e-invoice, or have a person read it"),
    (b"\xd0\xcf\x11\xe0", "an Office document. Ask the sender for the XML of the e-invoice"),
    (b"\x30\x82", "a signed envelope (p7m). Take the XML out of it and send that"),
    (b"{", "JSON. Send the invoice as UBL or CII XML"),
    (b"[", "JSON. Send the invoice as UBL or CII XML"),
)
_DOCTYPE = "the document declares a document type (DOCTYPE). Remove it; an invoice needs none"
_ENCODING_ERRORS: frozenset[int] = frozenset(
    {
        etree.ErrorTypes.ERR_INVALID_ENCODING,
        etree.ErrorTypes.ERR_UNSUPPORTED_ENCODING,
        etree.ErrorTypes.ERR_UNKNOWN_ENCODING,
        etree.ErrorTypes.ERR_ENCODING_NAME,
        etree.ErrorTypes.ERR_INVALID_CHAR,
    }
)


def parse(document: bytes) -> Element:
    """Parse a document and give its root.

    Raises:
        DocumentInvalid: It is not XML, or XML that is not safe to read.
    """
    _refuse_what_is_not_xml(document)
    try:
        root = _build(document.lstrip())
    except etree.XMLSyntaxError as error:
        raise DocumentInvalid(_explain(error, document)) from None
    except (LookupError, UnicodeError):
        raise DocumentInvalid("the document names an encoding that does not exist. Send it as UTF-8") from None
    if cast("Any", root).getroottree().docinfo.doctype:
        raise DocumentInvalid(_DOCTYPE)
    return root


def recognise(document: bytes) -> str:
    """Say what a document that is not XML is and what to do, empty when it may be XML."""
    beginning = document[:1024].lstrip()
    if not document.strip(b" \t\r\n\x00"):
        return "empty. Send the file again"
    if beginning[:200].lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (HTML). Download the invoice itself and send that"
    return next((words for magic, words in _BEGINNINGS if beginning.startswith(magic)), "")


def _refuse_what_is_not_xml(document: bytes) -> None:
    if len(document) > LARGEST:
        size = len(document) / 1024 / 1024
        raise DocumentInvalid(f"the document has {size:.1f} MB, larger than 20 MB. Send it without its attachments")
    if words := recognise(document):
        raise DocumentInvalid(f"the document is {words}")


def _build(document: bytes) -> Element:
    """Build the tree while counting, so that a flood of elements is refused before it fills the memory."""
    depth = count = 0
    walk = etree.iterparse(
        BytesIO(document),
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for event, _ in walk:
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > DEEPEST:
            raise DocumentInvalid(f"the document is nested more than {DEEPEST} levels deep. No invoice is")
        if count > MOST_ELEMENTS:
            raise DocumentInvalid(f"the document has more than {MOST_ELEMENTS:,} elements. Split the invoice")
    return walk.root


def _explain(error: Any, document: bytes) -> str:
    line = error.lineno or 1
    if b"<!DOCTYPE" in document:
        return _DOCTYPE
    if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        return f"line {line} of the document holds more than 10 MB in one place. Send it without its attachments"
    if error.code in _ENCODING_ERRORS:
        return f"line {line} of the document is not in the encoding it claims. Send it as UTF-8"
    if error.code == etree.ErrorTypes.ERR_DOCUMENT_EMPTY:
        return "the document is not XML. Send the invoice as UBL or CII XML"
    if error.code == etree.ErrorTypes.ERR_TAG_NOT_FINISHED or b">" not in document.rstrip()[-4:]:
        return f"the document ends in the middle, at line {line}. Send the whole file again"
    return f"line {line} of the document is not well-formed XML. Send the file again, unchanged"
