"""What an entry concerns is derived from it alone, and finds it in every combination."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.errors import InputInvalid
from remit.ledger.entry import Entry, EntryKind, append
from remit.ledger.read import Search, find_entries
from remit.ledger.subjects import LONGEST, subjects_of
from remit.store.database import Database

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


NAMED: list[tuple[dict[str, Any], set[str]]] = [
    ({}, set()),
    (
        {"action": {"arguments": {"invoice": "INV-1", "account": "A-1", "reason": "late"}}},
        {"invoice:INV-1", "account:A-1"},
    ),
    ({"result": {"invoice": "INV-1"}}, {"invoice:INV-1"}),
    ({"data": {"ticket": 17, "priority": 2}}, {"ticket:17"}),
    ({"context": {"account": "A-1", "steps": []}}, {"account:A-1"}),
    (
        {"steps": [{"asked": {"arguments": {"order": "PO-9"}}}, {"asked": {"alert": "AL-1"}}]},
        {"order:PO-9", "alert:AL-1"},
    ),
    ({"data": {"account": ["A-1", "A-2", {"id": "A-3"}]}}, {"account:A-1", "account:A-2"}),
    ({"person": "ann", "requested_by": "bob"}, {"person:ann", "person:bob"}),
    ({"owner": "ann", "failure_owner": "bob"}, {"person:ann", "person:bob"}),
    ({"scope": "workflow:accounts-payable"}, {"workflow:accounts-payable"}),
    ({"scope": "everything"}, set()),
    ({"data": {"contact": "ann@example.com", "customer": "Ann Example"}}, set()),
    ({"data": {"account": True, "ticket": None, "invoice": 1.5, "order": ""}}, set()),
    ({"data": {"account": "x" * 101, "ticket": "a\x00b", "invoice": "a\nb"}}, set()),
    ({"data": "text", "steps": "text", "action": [], "result": None}, set()),
    ({"steps": [None, 1, {"asked": None}]}, set()),
]


@pytest.mark.parametrize(("body", "expected"), NAMED)
def test_subjects_are_what_is_named_by_number(body: dict[str, Any], expected: set[str]) -> None:
    """Numbers and names of records are subjects; texts, mail addresses and what is no name are not."""
    assert set(subjects_of("", body)) == expected


def test_nothing_of_a_sealed_body_stands_beside_it() -> None:
    """Of an entry about a person only the person it is about and those who acted can be searched by."""
    body = {"person": "ann", "action": {"arguments": {"employee": "E-1", "account": "A-1"}}}

    assert subjects_of("candidate:C-1", body, is_sealed=True) == ("candidate:C-1", "person:ann")


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["action", "arguments", "data", "steps", "asked", "account", "person"]), inner
        )
    ),
    max_leaves=30,
)


@given(st.dictionaries(st.sampled_from(["action", "data", "steps", "result", "context", "person", "scope"]), _json))
def test_whatever_a_body_holds_its_subjects_can_be_kept(body: dict[str, Any]) -> None:
    """No body makes appending fail: subjects are few, short and without control characters."""
    found = subjects_of("x:1", body)

    assert found[0] == "x:1"
    assert len(found) <= 129
    assert all(len(subject) <= LONGEST and "\x00" not in subject and ":" in subject for subject in found)


async def test_a_subject_too_long_to_be_kept_is_written_all_the_same(database: Database) -> None:
    """An entry is never lost to the search: it is found by everything else."""
    about = "invoice:" + "x" * 1000
    async with database.transaction() as transaction:
        await append(transaction, Entry(kind=EntryKind.HALT_SET, body={}, about=about))

    [entry] = await find_entries(database, Search(kind="halt.set"))

    assert entry.about == about


def _entries() -> list[Entry]:
    """Entries of every combination of two workers, two kinds, three accounts, two persons and three hours."""
    combinations = itertools.product("ab", (EntryKind.HALT_SET, EntryKind.HALT_LIFTED), "123", ("ann", "bob"), range(3))
    return [
        Entry(
            kind=kind,
            body={"person": person, "data": {"account": account, "ticket": "T" if hour == 1 else "U"}},
            worker=worker,
            run=uuid4(),
            about=f"invoice:{account}{person}",
            trace_id=f"trace-{account}",
            at=NOON + timedelta(hours=hour),
        )
        for worker, kind, account, person, hour in combinations
    ]


async def test_every_combination_finds_what_a_plain_look_finds(database: Database) -> None:
    """All filters together, in every combination of given and not, agree with going through all entries by hand."""
    written = _entries()
    async with database.transaction() as transaction:
        await append(transaction, *written)
    choices: dict[str, list[Any]] = {
        "worker": ["", "a", "nobody"],
        "kind": ["", "halt.set", "signal.received"],
        "about": ["", "account:1", "account:9"],
        "concerning": [(), ("person:ann",), ("ticket:T", "person:bob")],
        "since": [None, NOON + timedelta(hours=1)],
        "until": [None, NOON + timedelta(hours=2)],
        "trace_id": ["", "trace-1"],
    }

    for values in itertools.product(*choices.values()):
        search = Search(**dict(zip(choices, values, strict=True)))
        found = await find_entries(database, search, limit=500)
        expected = {entry.id for entry in written if _matches(entry, search)}
        assert {entry.id for entry in found} == expected, search
        assert [entry.at for entry in found] == sorted((entry.at for entry in found), reverse=True)


def _matches(entry: Entry, search: Search) -> bool:
    concerned = {entry.about, f"person:{entry.body['person']}", *(f"{k}:{v}" for k, v in entry.body["data"].items())}
    return (
        search.worker in {"", entry.worker}
        and search.kind in {"", entry.kind}
        and search.trace_id in {"", entry.trace_id}
        and set(search.subjects) <= concerned
        and (search.since is None or entry.at >= search.since)
        and (search.until is None or entry.at < search.until)
    )


async def test_pages_of_a_subject_hold_every_entry_once(database: Database) -> None:
    """Turning pages while older and newer entries come in shows each entry that was there once."""
    entries = [
        Entry(kind=EntryKind.HALT_SET, body={"person": "ann", "n": n}, at=NOON + timedelta(minutes=n // 2))
        for n in range(25)
    ]
    late = Entry(kind=EntryKind.HALT_SET, body={"person": "ann", "n": 99}, at=NOON + timedelta(days=1))
    async with database.transaction() as transaction:
        await append(transaction, *entries)
    search, numbers = Search(concerning=("person:ann",)), list[int]()

    page = await find_entries(database, search, limit=7)
    while page:
        numbers += [entry.body["n"] for entry in page]
        async with database.transaction() as transaction:
            await append(transaction, Entry(kind=late.kind, body=late.body, at=late.at))
        page = await find_entries(database, search, before=page[-1].serial, limit=7)

    assert numbers == list(range(24, -1, -1))


async def test_what_an_entry_concerns_is_never_changed(database: Database) -> None:
    """What the search goes by is as final as the entry."""
    async with database.transaction() as transaction:
        await append(transaction, Entry(kind=EntryKind.HALT_SET, body={"person": "ann"}))

    for statement in (
        "DELETE FROM entry_subject",
        "UPDATE entry_subject SET subject = 'x:1'",
        "TRUNCATE entry_subject",
    ):
        with pytest.raises(Exception, match="never changed"):
            async with database.session() as session:
                await session.connection.execute(statement)


@pytest.mark.parametrize(
    "search",
    [
        Search(about="invoice"),
        Search(about="invoice:"),
        Search(about=":1"),
        Search(concerning=("person:" + "x" * 600,)),
        Search(worker="a\x00b"),
        Search(kind="k" * 501),
        Search(since=NOON, until=NOON - timedelta(days=1)),
    ],
)
async def test_what_cannot_be_looked_for_is_refused(database: Database, search: Search) -> None:
    """A search that makes no sense is an error that says so, never an empty answer."""
    with pytest.raises(InputInvalid):
        await find_entries(database, search)
