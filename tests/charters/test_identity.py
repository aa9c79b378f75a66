import pytest

from remit.charters.charter import Identity
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_identities
from remit.charters.in_words import describe
from remit.errors import CharterInvalid
from tests.house.repository import REMIT

TEXT = (REMIT / "workers" / "finance" / "invoice_review" / "charter.yaml").read_text()
KNOWN_BY = TEXT[TEXT.index("identity:\n") : TEXT.index("owners:\n")]


def test_an_identity_is_read_shown_and_said() -> None:
    """The charter of a worker says what the company knows it by, in a sentence too."""
    charter = parse_charter(TEXT, file="charter.yaml")

    said = [sentence for sentence in describe(charter) if "In the company" in sentence]

    assert charter.identity == Identity(
        user="invoice-review",
        mail="invoice-review@example.com",
        phone="+49 30 5550101",
        seat="finance workspace, one licence",
    )
    accounts = (
        "the account invoice-review, the mail address invoice-review@example.com, the phone number +49 30 5550101"
    )
    assert said == [f"In the company it has {accounts} and the seat finance workspace, one licence."]


def test_a_worker_without_one_is_known_by_nothing() -> None:
    """What the company gave no accounts says nothing of them."""
    charter = parse_charter(TEXT.replace(KNOWN_BY, ""), file="charter.yaml")

    assert charter.identity == Identity()
    assert not [sentence for sentence in describe(charter) if "In the company" in sentence]


@pytest.mark.parametrize(
    "line",
    [
        "mail: nowhere",
        "mail: a@b",
        "mail: two@example.com, three@example.com",
        "phone: 030 901820",
        "phone: 491",
        "user: Two Words",
        "seat: ''",
        "fax: '+49 30 1'",
    ],
)
def test_what_is_no_address_or_number_is_refused(line: str) -> None:
    """A value of another shape, or a word nobody knows, names its line and what it has to look like."""
    with pytest.raises(CharterInvalid, match=r"charter.yaml:\d+: "):
        parse_charter(TEXT.replace(KNOWN_BY, f"identity:\n  {line}\n"), file="charter.yaml")


def test_two_workers_share_nothing() -> None:
    """One account, mail address or number of two workers is named with both; a seat may be alike."""
    first = parse_charter(TEXT, file="charter.yaml")
    other = TEXT.replace("name: invoice-review", "name: another").replace("5550101", "555 0101")
    second = parse_charter(other.replace("user: invoice-review", "user: another"), file="charter.yaml")

    assert check_identities([first]) == []
    shared = check_identities([first, second])
    names = "is that of `invoice-review` and `another`. Give each worker its own"
    assert shared == [f"the mail address `invoice-review@example.com` {names}", f"the number `+49305550101` {names}"]


def test_the_workers_that_come_with_the_house_share_nothing() -> None:
    """Each of them has an account, a mail address, a number and a seat of its own."""
    paths = sorted((REMIT / "workers").rglob("charter.yaml"))
    charters = [parse_charter(path.read_text(), file=path.parent.name) for path in paths]

    assert check_identities(charters) == []
    assert all(
        charter.identity.user and charter.identity.mail and charter.identity.phone and charter.identity.seat
        for charter in charters
    )
