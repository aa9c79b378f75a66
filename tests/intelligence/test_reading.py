"""Reading the bytes of strangers."""

import contextlib
import random
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from remit.errors import DocumentInvalid
from remit.intelligence.documents.invoices import read_invoice
from remit.intelligence.documents.reading import LARGEST, parse

BOMB = b"""<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;">
<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;">
<!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;"><!ENTITY i "&h;&h;&h;&h;&h;&h;&h;&h;">]>"""


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (b"", "empty"),
        (b" \n\t", "empty"),
        (b"\x00" * 100, "empty"),
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\n\n%PDF-1.7 ...", "a PDF"),
        (b"PK\x03\x04....", "a ZIP archive"),
        (b"\x1f\x8b....", "gzip"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"\x89PNG\r\n", "PNG"),
        (b"\x30\x82\x10\x00", "p7m"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
        (b"<HTML><body>", "a web page"),
        (b'{"invoice": 1}', "JSON"),
        (b"Dear Sir, please find", "not XML"),
        (b"<a><b></a>", "not well-formed"),
        (b"<a><b>", "ends in the middle"),
        (b"<?xml version='1.0' encoding='UTF-8'?><a>\xff\xfe</a>", "not in the encoding"),
        (b"<?xml version='1.0' encoding='klingon'?><a/>", "encoding"),
        (b"<a>&unknown;</a>", "not well-formed"),
        (b"<a><b>1</b>&unknown;<b/></a>", "not well-formed"),
        (b"<a>" + b"x" * (11 * 1024 * 1024) + b"</a>", "more than 10 MB"),
        (BOMB + b"<a>&i;</a>", "DOCTYPE"),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/x.dtd'><a/>", "DOCTYPE"),
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"),
        ("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>".encode("utf-16"), "DOCTYPE"),
        (b"<a>" * 150 + b"</a>" * 150, "100 levels"),
        (b"<a>" * 100_000, "100 levels"),
        (b"<a>" + b"<b/>" * 600_000 + b"</a>", "500,000 elements"),
        (b"<a>" + b"x" * LARGEST + b"</a>", "larger than 20 MB"),
        (b"<FatturaElettronica xmlns='http://example.org/v1.2'/>", "`FatturaElettronica` of `http://example.org/v1.2`"),
        (b"<Invoice/>", "`Invoice` of `no namespace`"),
    ],
)
def test_what_is_no_invoice_is_refused_in_one_sentence(document: bytes, said: str) -> None:
    """Whatever is not an e-invoice is refused with a sentence that says what it is."""
    with pytest.raises(DocumentInvalid) as refusal:
        read_invoice(document)

    assert said in str(refusal.value)
    assert len(str(refusal.value)) < 300


def test_a_bomb_in_an_attribute_is_refused() -> None:
    """Entities that multiply inside an attribute are stopped, not expanded."""
    with pytest.raises(DocumentInvalid):
        parse(BOMB + b"<a b='&i;&i;&i;&i;&i;&i;&i;&i;'/>")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_an_invoice_in_another_encoding_is_read(ubl: Callable[..., bytes], encoding: str) -> None:
    """An invoice says the same in every encoding it declares."""
    text = (
        ubl(("Quay 1", "Kööperweg 1"))
        .decode()
        .replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    )

    address = read_invoice(text.encode(encoding)).seller.address

    assert address is not None
    assert address.lines == ("Kööperweg 1",)


def test_comments_do_not_split_a_value(ubl: Callable[..., bytes]) -> None:
    """A comment inside a value neither cuts it short nor becomes part of it."""
    invoice = read_invoice(ubl(("F-2026-17", "F-2026<!-- x -->-17<?y z?>")))

    assert invoice.number == "F-2026-17"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), cuts=st.integers(1, 8))
def test_a_damaged_invoice_is_read_or_refused(
    ubl: Callable[..., bytes], cii: Callable[..., bytes], seed: int, cuts: int
) -> None:
    """Flipped bits, cut ends and repeated pieces never raise anything but a refusal."""
    chance = random.Random(seed)
    document = bytearray(chance.choice([ubl, cii])())
    for _ in range(cuts):
        at = chance.randrange(len(document))
        match chance.randrange(4):
            case 0:
                document[at] ^= 1 << chance.randrange(8)
            case 1:
                del document[at : at + chance.randrange(1, 200)]
            case 2:
                document[at:at] = document[at : at + chance.randrange(1, 200)]
            case _:
                document[at : at + 1] = chance.choice(
                    [b"9" * 40, b"-", b".", b"1e9", b"NaN", b"\x00", b"&#0;", b" ", b"<", b""]
                )

    with contextlib.suppress(DocumentInvalid):
        assert read_invoice(bytes(document)).syntax in {"ubl", "cii"}


def test_every_beginning_of_an_invoice_is_refused(ubl: Callable[..., bytes]) -> None:
    """An invoice cut off anywhere is refused, never read as a shorter one."""
    whole = ubl().rstrip()

    for length in range(0, len(whole) - 1, 37):
        with pytest.raises(DocumentInvalid):
            read_invoice(whole[:length])
