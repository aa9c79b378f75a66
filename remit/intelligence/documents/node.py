"""One element of an invoice, asked for its parts by path. What cannot be read is refused, what is absent is None.

A value that may stand once is refused when it stands twice: two readers would otherwise see two invoices.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from remit.errors import DocumentInvalid
from remit.intelligence.documents.reading import Element

_NUMBER = re.compile(r"[+-]?[0-9]{1,16}(\.[0-9]{0,12})?|[+-]?\.[0-9]{1,12}")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(Z|[+-][0-9]{2}:[0-9]{2})?")
_COMPACT_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Node:
    """An element. Only children in the syntax's own namespaces are seen, whatever their prefix."""

    element: Element
    namespaces: frozenset[str]

    def every(self, path: str) -> "Iterator[Node]":
        """Give every element at a path like `Party/PostalAddress`."""
        first, _, rest = path.partition("/")
        for child in self.element:
            if isinstance(child.tag, str) and self._is_ours(child.tag, first):
                node = Node(child, self.namespaces)
                yield from node.every(rest) if rest else (node,)

    def _is_ours(self, tag: str, name: str) -> bool:
        namespace, _, local = tag.rpartition("}")
        return local == name and namespace[1:] in self.namespaces

    def one(self, path: str) -> "Node | None":
        """Give the element at a path, if there is one.

        Raises:
            DocumentInvalid: There are several.
        """
        return only(list(self.every(path)))

    def part(self, path: str) -> "Node":
        """Give the element at a path, or one in which nothing stands."""
        return self.one(path) or Node(self.element.makeelement("absent"), self.namespaces)

    @property
    def content(self) -> str | None:
        """The text in the element without the white space around it, None when there is none."""
        return "".join(self.element.itertext()).strip() or None

    def text(self, path: str) -> str | None:
        """Give the text at a path."""
        node = self.one(path)
        return node.content if node else None

    def texts(self, path: str) -> tuple[str, ...]:
        """Give all texts at a path."""
        return tuple(node.content for node in self.every(path) if node.content)

    def attribute(self, path: str, name: str) -> str | None:
        """Give an attribute of the element at a path."""
        node = self.one(path)
        return (node.element.get(name) or "").strip() or None if node else None

    @property
    def figure(self) -> Decimal | None:
        """The number in the element, digit for digit."""
        text = self.content
        if text is None:
            return None
        if not _NUMBER.fullmatch(text):
            raise _unreadable(self, text, "a number", "Numbers are written like `1234.56`")
        return Decimal(text)

    def number(self, path: str) -> Decimal | None:
        """Give the number at a path."""
        node = self.one(path)
        return node.figure if node else None

    def day(self, path: str) -> date | None:
        """Give the date at a path, written `2026-01-31` or `20260131`."""
        node = self.one(path)
        return _read_day(node) if node else None

    def truth(self, path: str) -> bool:
        """Give the yes or no at a path. It must be there: without it nobody knows a charge from an allowance."""
        text = self.text(path) or ""
        if text not in {"true", "false", "1", "0"}:
            line = self.element.sourceline
            raise DocumentInvalid(f"`{text[:_SHOWN]}` at `{path}`, line {line}, is neither `true` nor `false`")
        return text in {"true", "1"}


def only(found: list[Node]) -> Node | None:
    """Give the only one of these elements, if there is one. The same value stated twice is one value.

    Raises:
        DocumentInvalid: They differ.
    """
    if len({(node.content, len(node.element)) for node in found}) > 1 or (len(found) > 1 and len(found[0].element)):
        name = local_name(found[0].element)
        lines = " and ".join(str(node.element.sourceline) for node in found[:2])
        raise DocumentInvalid(
            f"`{name}` stands {len(found)} times, at lines {lines}, and may stand once. "
            "Which one holds cannot be known; ask the sender"
        )
    return found[0] if found else None


def currencies_of(root: Node, without: str) -> frozenset[str]:
    """Give the currencies of all amounts but those in elements of one name."""
    amounts = (
        element
        for element in root.element.iter("*")
        if element.get("currencyID") and not any(local_name(one) == without for one in _line_up(element))
    )
    return frozenset(str(element.get("currencyID")) for element in amounts)


def _line_up(element: Element) -> Iterator[Element]:
    yield element
    yield from element.iterancestors()


def _read_day(node: Node) -> date | None:
    text = node.content
    if text is None:
        return None
    found = _DAY.fullmatch(text) or _COMPACT_DAY.fullmatch(text)
    try:
        if found:
            return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        pass  # a day no calendar has is as unreadable as letters
    raise _unreadable(node, text, "a date", "Dates are written like `2026-01-31`")


def _unreadable(node: Node, text: str, what: str, remedy: str) -> DocumentInvalid:
    name = local_name(node.element)
    return DocumentInvalid(
        f"`{text[:_SHOWN]}` in `{name}`, line {node.element.sourceline}, is not {what}. {remedy}; ask the sender"
    )


def local_name(element: Element) -> str:
    """Give the name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def size_of_base64(text: str | None) -> int:
    """Give the size of what a base64 text holds, without decoding it."""
    digits = re.sub(r"\s+", "", text or "")
    return len(digits.rstrip("=")) * 3 // 4
