import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from argon2 import PasswordHasher

from remit.clock import now
from remit.errors import InputInvalid, NotAllowed, NotFound, SignInRefused
from remit.governance import passwords
from remit.governance.accounts import set_password, sign_in
from remit.governance.attempts import take_attempt
from remit.governance.personal_tokens import list_tokens, mint_token, person_of_token, revoke_token
from remit.governance.roles import Person, save_person
from remit.governance.sessions import IDLE, Session, find_session
from remit.ledger.read import Search, find_entries
from remit.store.database import Database

PASSWORD = "seven green bottles"
HERE = "127.0.0.1"


@pytest.fixture(autouse=True)
async def people(database: Database) -> None:
    """An administrator, a reviewer, and one who left."""
    await save_person(database, Person(id="root", name="Root", roles=("administrator",)))
    await save_person(database, Person(id="ann", name="Ann", roles=("finance-reviewer",)))
    await save_person(database, Person(id="gone", name="Gone", is_active=False))


async def entries(database: Database, kind: str) -> list[dict[str, object]]:
    """List the bodies of the entries of one kind."""
    return [entry.body for entry in reversed(await find_entries(database, Search(kind=kind), limit=500))]


@pytest.mark.parametrize("weak", ["", "short", "elevenchars", "a" * 40, "x" * 1001, "ann ann ann!"])
async def test_a_weak_password_is_refused(database: Database, weak: str) -> None:
    """Too short, too long, one letter only, or little more than the person's name: nothing is kept."""
    with pytest.raises(InputInvalid):
        await set_password(database, "ann", weak, "ann", now())

    with pytest.raises(SignInRefused):
        await sign_in(database, ("ann", weak or "x"), HERE, now())


@pytest.mark.parametrize(
    ("who", "by"), [("ann", "gone"), ("root", "ann"), ("gone", "root"), ("nobody", "root"), ("ann", "x")]
)
async def test_who_may_not_set_a_password(database: Database, who: str, by: str) -> None:
    """Only oneself or an administrator who is here, for somebody who is here; tokens alike."""
    with pytest.raises(NotAllowed):
        await set_password(database, who, PASSWORD, by, now())
    with pytest.raises(NotAllowed):
        await mint_token(database, who, 30, by, now())
    with pytest.raises(NotAllowed):
        await revoke_token(database, who, uuid4(), by, now())


async def test_a_password_is_the_same_on_every_keyboard(database: Database) -> None:
    """A letter that is composed of two is the letter."""
    await set_password(database, "ann", "zwölf grüne Flaschen", "ann", now())

    session = await sign_in(database, ("ann", "zwo\u0308lf gru\u0308ne Flaschen"), HERE, now())

    assert session.person == "ann"


async def test_a_hash_with_older_parameters_is_renewed(database: Database) -> None:
    """Whoever signs in with a hash of other parameters has a new one afterwards, of the same password."""
    await set_password(database, "ann", PASSWORD, "ann", now())
    older = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD.encode())
    await database.execute("save_sign_in", "", "ann", "ann", older, [], now())

    await sign_in(database, ("ann", PASSWORD), HERE, now())

    kept = await database.fetch_value("find_password", "ann")
    assert kept != older
    assert not passwords.is_outdated(kept)
    assert await passwords.is_password(kept, PASSWORD)


@pytest.mark.parametrize("kept", [None, "", "garbage", "$argon2id$v=19$m=1$"])
async def test_a_hash_that_is_none_proves_nothing(kept: str | None) -> None:
    """Without a hash, or with a broken one, no password is right, not even an empty one."""
    assert not await passwords.is_password(kept, PASSWORD)
    assert not await passwords.is_password(kept, "")


async def test_a_password_changed_meanwhile_begins_no_session(database: Database) -> None:
    """Whoever is signing in with the old password while it is changed has no session that outlives the change."""
    await set_password(database, "ann", PASSWORD, "ann", now())

    results = await asyncio.gather(
        *(sign_in(database, ("ann", PASSWORD), HERE, now()) for _ in range(4)),
        set_password(database, "ann", PASSWORD * 2, "ann", now()),
        return_exceptions=True,
    )

    opened = [result for result in results if isinstance(result, Session)]
    assert all(isinstance(result, Session | SignInRefused | None) for result in results)
    assert [session for session in opened if await find_session(database, session.id, now())] == []


async def test_the_ledger_says_who_came_and_who_was_refused(database: Database) -> None:
    """A session, a refusal, a password and a token are entries, with no secret, address, or word typed for nobody."""
    await set_password(database, "ann", PASSWORD, "root", now())
    await sign_in(database, ("ann", PASSWORD), HERE, now())
    for name in ("ann", "my secret typed as a name"):
        with pytest.raises(SignInRefused):
            await sign_in(database, (name, "a wrong password"), HERE, now())
    token = await mint_token(database, "ann", 30, "ann", now())

    assert await entries(database, "session.opened") == [{"person": "ann", "issuer": ""}]
    assert await entries(database, "session.refused") == [{"person": "ann"}, {"person": ""}]
    assert await entries(database, "password.set") == [{"person": "ann", "by": "root"}]
    [minted] = await entries(database, "token.minted")
    assert token not in str(minted)


@pytest.mark.parametrize("days", [0, -1, 367, 10**9])
async def test_a_token_has_an_end(database: Database, days: int) -> None:
    """A token for no time, or for longer than a year, is not made."""
    with pytest.raises(InputInvalid):
        await mint_token(database, "ann", days, "ann", now())

    assert await list_tokens(database, "ann", now()) == []


async def test_a_token_is_revoked_once_and_by_its_person(database: Database) -> None:
    """Another person's number revokes nothing, and neither does the same one twice."""
    token = await mint_token(database, "ann", 30, "ann", now())
    [row] = await list_tokens(database, "ann", now())
    with pytest.raises(NotFound):
        await revoke_token(database, "root", row["id"], "root", now())
    assert await person_of_token(database, token, now()) == "ann"

    await revoke_token(database, "ann", row["id"], "root", now())

    assert await person_of_token(database, token, now()) is None
    with pytest.raises(NotFound):
        await revoke_token(database, "ann", row["id"], "ann", now())


async def test_one_household_is_one_address(database: Database) -> None:
    """Whoever has a whole network of IPv6 addresses cannot begin anew with each of them."""
    first = await take_attempt(database, "a", "2001:db8:1:2::1", now())
    second = await take_attempt(database, "b", "2001:db8:1:2:ffff::9", now())
    third = await take_attempt(database, "c", "2001:db8:1:3::1", now())

    assert first.address == second.address != third.address


async def test_what_is_over_is_forgotten(database: Database) -> None:
    """Old attempts and sessions do not stay in the tables."""
    await set_password(database, "ann", PASSWORD, "ann", now())
    await sign_in(database, ("ann", PASSWORD), HERE, now())
    await take_attempt(database, "somebody", "192.0.2.1", now())

    later = now() + timedelta(days=2)
    session = await sign_in(database, ("ann", PASSWORD), HERE, later)

    async with database.pool.acquire() as connection:
        assert await connection.fetchval("SELECT count(*) FROM session") == 1
        assert await connection.fetchval("SELECT count(*) FROM sign_in_attempt WHERE last_at < $1", later) == 0
    assert await find_session(database, session.id, later + IDLE) is None
