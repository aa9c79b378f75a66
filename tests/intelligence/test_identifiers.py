"""Identifiers checked without asking anybody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.intelligence.documents.identifiers import fault_of_iban, fault_of_vat_id, is_like_iban

GOOD = ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "no9386011117947", "IT64W0100003245243300306301"]


@pytest.mark.parametrize("account", GOOD)
def test_a_right_iban_passes(account: str) -> None:
    """A right IBAN passes, written with blanks or in small letters."""
    assert is_like_iban(account)
    assert fault_of_iban(account) == ""


@given(st.sampled_from(GOOD), st.data())
def test_one_wrong_digit_is_noticed(account: str, data: st.DataObject) -> None:
    """The checksum notices every single digit changed."""
    compact = account.replace(" ", "").upper()
    at = data.draw(st.sampled_from([i for i in range(2, len(compact)) if compact[i].isdigit()]))
    digit = data.draw(st.sampled_from([one for one in "0123456789" if one != compact[at]]))

    assert fault_of_iban(compact[:at] + digit + compact[at + 1 :]) != ""


@pytest.mark.parametrize(
    "account", ["", "DE", "DE89", "DE8937040044053201300", "A", "DE89" + "9" * 500, "DE٨٩370400440532013000"]
)
def test_what_is_no_iban_has_a_fault(account: str) -> None:
    """Too short, too long and foreign digits are faults, not crashes."""
    assert fault_of_iban(account)


@pytest.mark.parametrize(
    "vat_id", ["DE123456789", "ATU12345678", "NL123456789B01", "EL123456789", "CHE-123.456.789", "NO123456789MVA"]
)
def test_a_vat_id_of_the_right_shape_passes(vat_id: str) -> None:
    """A VAT id of the shape its country publishes passes; of a country that publishes none, too."""
    assert fault_of_vat_id(vat_id) == ""


@pytest.mark.parametrize("vat_id", ["DE12345678", "DE37/302/30168", "123456789", "", "AT12345678", "DE٨٨٨٨٨٨٨٨٨"])
def test_a_vat_id_of_another_shape_has_a_fault(vat_id: str) -> None:
    """A VAT id without a country or with the wrong digits has a fault."""
    assert fault_of_vat_id(vat_id)
