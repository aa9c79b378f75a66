import asyncio

import pytest

from remit.errors import NotAllowed, SignInRefused
from remit.governance.accounts import set_password
from remit.governance.roles import Person, save_person
from remit.governance.sessions import Session
from remit.governance.sign_in_links import LASTS, find_link, make_link, take_link
from remit.practice.company import Company
from remit.runtime.house import House


@pytest.fixture
def house(opened: tuple[House, Company]) -> House:
    """The house."""
    return opened[0]


async def test_a_link_signs_in_once_however_many_use_it(house: House) -> None:
    """Of several who open it at the same time, one is let in."""
    now = house.clock.now()
    code = await make_link(house.database, "ken.ito", now)

    ends = await asyncio.gather(*(take_link(house.database, code, now) for _ in range(6)), return_exceptions=True)

    assert [end.person for end in ends if isinstance(end, Session)] == ["ken.ito"]
    assert sum(isinstance(end, SignInRefused) for end in ends) == 5


async def test_a_link_is_over_after_half_an_hour(house: House) -> None:
    """An old link shows nobody's name and lets nobody in."""
    now = house.clock.now()
    code = await make_link(house.database, "ken.ito", now)

    assert await find_link(house.database, code, now + LASTS) is None
    with pytest.raises(SignInRefused):
        await take_link(house.database, code, now + LASTS)


async def test_a_link_is_nothing_for_who_has_left(house: House) -> None:
    """Whoever left after it was made does not come in by it."""
    now = house.clock.now()
    code = await make_link(house.database, "ken.ito", now)
    await save_person(house.database, Person(id="ken.ito", name="Ken Ito", is_active=False))

    assert await find_link(house.database, code, now) is None
    with pytest.raises(SignInRefused):
        await take_link(house.database, code, now)


async def test_who_has_a_sign_in_gets_no_link(house: House) -> None:
    """Whoever reads the data directory becomes nobody who signs in by themselves, not by an older link either."""
    now = house.clock.now()
    code = await make_link(house.database, "ken.ito", now)
    await set_password(house.database, "ken.ito", "seven green bottles", "ken.ito", now)

    with pytest.raises(NotAllowed):
        await make_link(house.database, "ken.ito", now)
    with pytest.raises(NotAllowed):
        await take_link(house.database, code, now)


async def test_an_unknown_code_is_refused(house: House) -> None:
    """A guess is told nothing."""
    with pytest.raises(SignInRefused):
        await take_link(house.database, "x" * 32, house.clock.now())
