"""A charter against what exists: operations and people."""

from dataclasses import replace

import pytest

from remit.charters.charter import Access, Charter, Grant, Prohibition, ReviewRule
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_operations, check_people

KNOWN = {
    "erp.get_invoice": "read",
    "erp.get_order": "read",
    "erp.hold_invoice": "write",
    "erp.clear_invoice": "write",
    "erp.pay_invoice": "write",
    "mail.draft_message": "write",
    "bank.get_balance": "read",
}
PEOPLE = {"maria.rossi", "ken.ito", "ruth.adler", "lena.fischer", "omar.haddad"}


@pytest.fixture
def charter(example: str) -> Charter:
    """The charter of the documentation."""
    return parse_charter(example, file="f")


def test_a_charter_of_what_exists_has_no_faults(charter: Charter) -> None:
    """Known operations of the right kind and known people leave nothing to say."""
    assert check_operations(charter, KNOWN) == []
    assert check_people(charter, PEOPLE) == []


@pytest.mark.parametrize(
    ("grant", "told"),
    [
        ("erp.hold_invoce", ["unknown operation `erp.hold_invoce`. Did you mean `erp.hold_invoice`?"]),
        ("erp.get_order", ["`erp.get_order` only reads. List it under `reads` of its system"]),
        (
            "crm.set_score",
            [
                "unknown operation `crm.set_score`. Connect its system first",
                "something is granted in `crm`, which is not among `systems`. Add `crm` there",
            ],
        ),
    ],
)
def test_a_grant_has_to_be_a_known_write_of_a_listed_system(charter: Charter, grant: str, told: list[str]) -> None:
    """A grant that is misspelt, only reads, or belongs to a system not listed is told."""
    wrong = replace(charter, grants=(*charter.grants, Grant(operation=grant)))

    assert check_operations(wrong, KNOWN) == told


@pytest.mark.parametrize(
    ("access", "told"),
    [
        (Access(system="erp", reads=("erp.get_ordr",)), ["unknown operation `erp.get_ordr`. Did you mean"]),
        (Access(system="erp", reads=("erp.pay_invoice",)), ["`erp.pay_invoice` writes. List it under `grants`"]),
        (Access(system="erp", reads=("bank.get_balance",)), ["stands under the system `erp`. Move it to `bank`"]),
    ],
)
def test_a_read_has_to_be_a_known_read_of_its_system(charter: Charter, access: Access, told: list[str]) -> None:
    """A read that is misspelt, writes, or stands under another system is told."""
    wrong = replace(charter, systems=(access, Access(system="mail", reads=())))

    faults = check_operations(wrong, KNOWN)

    assert len(faults) == len(told)
    assert all(part in fault for part, fault in zip(told, faults, strict=True))


def test_a_rule_about_what_does_not_exist_is_told(charter: Charter) -> None:
    """A prohibition or review with a name nobody knows would never speak; a whole system is a name."""
    wrong = replace(
        charter,
        prohibitions=(Prohibition(operation="erp.pay_invoce", because=""), Prohibition(operation="bank.*", because="")),
        reviews=(ReviewRule(name="r", operations=("crm.*", "erp.*"), roles=("reviewer",)),),
    )

    assert check_operations(wrong, KNOWN) == [
        "unknown operation `erp.pay_invoce` is prohibited. Did you mean `erp.pay_invoice`?",
        "unknown operation `crm.*` is reviewed. Connect its system first",
    ]


def test_nothing_connected_is_told_for_each_operation(charter: Charter) -> None:
    """With no operations at all each name is told, and no suggestion is made up."""
    faults = check_operations(charter, {})

    assert len(faults) == 8
    assert all("Connect its system first" in fault for fault in faults)


def test_each_unknown_person_is_told_once_with_every_place(charter: Charter) -> None:
    """A person nobody knows is told with all places that name them, and the nearest id."""
    faults = check_people(charter, PEOPLE - {"maria.rossi"} | {"maria.rosi"})

    (fault,) = faults
    assert fault == (
        "nobody is called `maria.rossi`, named as business owner, accountable of the worker, escalation contact, "
        "failure owner of the path `vendor-relationship`. Did you mean `maria.rosi`?"
    )


def test_every_place_of_a_person_is_looked_at(charter: Charter) -> None:
    """Owners, seats, seats of a grant, contacts and both ends of a path are all checked."""
    faults = check_people(charter, ())

    told = " ".join(faults)
    assert len(faults) == len(PEOPLE)
    for place in (
        "business owner",
        "technical owner",
        "risk owner of the worker",
        "accountable of `erp.clear_invoice`",
    ):
        assert place in told
    assert "owner of the path `vendor-relationship`" in told
