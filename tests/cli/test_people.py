from remit.governance.notices_seen import find_seen
from remit.governance.roles import person
from remit.ledger.read import Search, find_entries
from remit.store.database import Database
from tests.cli.conftest import Remit


async def test_a_person_comes_changes_and_leaves(remit: Remit, database: Database) -> None:
    """An administrator adds, changes and lets go a person, and each stands in the ledger with who did it."""
    await remit("person", "save", "new.person", "--name", "New Person", "--role", "finance-reviewer")
    await remit("person", "save", "new.person", "--mail", "new@example.org")
    gone = await remit("person", "leave", "new.person", "--json")

    entries = await find_entries(database, Search(about="person:new.person"))
    assert (gone.json["name"], gone.json["roles"], gone.json["is_active"]) == (
        "New Person",
        ["finance-reviewer"],
        False,
    )
    assert [(entry.kind, entry.body["by"]) for entry in entries] == [("person.saved", "you")] * 3


async def test_nobody_but_an_administrator_changes_people(remit: Remit, database: Database) -> None:
    """A person who is no administrator can give nobody a role, and nothing is recorded."""
    printed = await remit("person", "save", "tom.becker", "--role", "administrator", REMIT_PERSON="tom.becker")

    assert printed.code == 4
    assert await find_entries(database, Search(kind="person.saved")) == ()


async def test_whoever_is_saved_first_begins_a_new_house(remit: Remit, database: Database) -> None:
    """In a house without people the first may be saved by anybody; the second only by an administrator."""
    async with database.transaction() as transaction:
        await transaction.connection.execute("DELETE FROM person")

    first = await remit("person", "save", "ada", "--role", "administrator", REMIT_PERSON="ada")
    second = await remit("person", "save", "bob", REMIT_PERSON="bob")
    third = await remit("person", "save", "bob", REMIT_PERSON="ada")

    assert (first.code, second.code, third.code) == (0, 4, 0)


async def test_notices_are_marked_as_read_for_oneself(remit: Remit, database: Database) -> None:
    """What somebody was told is read for them alone once they say so."""
    await remit("stop", "worker:as-told", "--reason", "to see")

    printed = await remit("notices", "--read", REMIT_PERSON="ken.ito")

    new = [(await find_seen(database, await person(database, who)))["new"] for who in ("ken.ito", "you")]
    assert printed.code == 0
    assert (new[0], new[1] > 0) == (0, True)
