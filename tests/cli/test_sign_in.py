import pytest

from remit.governance.accounts import sign_in
from remit.practice.company import Company
from remit.runtime.house import House
from tests.cli.conftest import Remit

PASSWORD = "seven green bottles"


async def test_a_newcomer_can_sign_in(remit: Remit, opened: tuple[House, Company]) -> None:
    """A person gives themselves a password from the input, and it begins a session; it is shown nowhere."""
    house, _ = opened

    printed = await remit("person", "password", "you", given=PASSWORD.encode() + b"\n")

    assert (printed.code, PASSWORD in printed.out + printed.error) == (0, False)
    assert (await sign_in(house.database, ("you", PASSWORD), "127.0.0.1", house.clock.now())).person == "you"


@pytest.mark.parametrize(("words", "code"), [(("you",), 6), (("nobody",), 4), (("you", PASSWORD), 2)])
async def test_a_password_that_cannot_be(remit: Remit, words: tuple[str, ...], code: int) -> None:
    """A short one, one for nobody, and one given as an argument are each refused."""
    given = b"short" if words == ("you",) else PASSWORD.encode()

    assert (await remit("person", "password", *words, given=given)).code == code


async def test_a_token_is_made_listed_and_revoked(remit: Remit) -> None:
    """What is printed once is in no list afterwards, and its number revokes it."""
    token = (await remit("person", "token", "you", "--days", "30")).out.strip()
    listed = await remit("person", "tokens", "you", "--json")

    revoked = await remit("person", "revoke-token", "you", listed.json[0]["id"])

    assert token.startswith("remit_")
    assert token not in listed.out
    assert revoked.code == 0
    assert (await remit("person", "tokens", "you", "--json")).json == []
    assert (await remit("person", "revoke-token", "you", "x")).code == 6
