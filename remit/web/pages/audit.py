"""`/ledger`: the audit explorer, and the page of each entry.

A view is of one moment: the address says up to which entry, so that nothing moves under whoever reads. What came
since is counted, and shown when asked for.
"""

from collections.abc import Sequence
from typing import Annotated, Any, Final, cast
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from remit.charters.charter import Domain
from remit.errors import Conflict, NotAllowed
from remit.governance.authority import Permission, roles_with
from remit.governance.roles import Person
from remit.ledger.checkpoint import Checkpoint
from remit.ledger.entry import EntryKind
from remit.ledger.note import split_note
from remit.ledger.proof import prove_inclusion
from remit.ledger.read import RecordedEntry, count_entries, find_entries, find_place_above, read_entry
from remit.ledger.records import Format
from remit.ledger.subjects import subjects_of
from remit.runtime.house import House
from remit.store.database import Row
from remit.web import ledger
from remit.web.asked import AskedHouse, Serial
from remit.web.pages.addresses import address
from remit.web.pages.audit_filters import RANGES, read_filters
from remit.web.pages.rendering import page
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

PAGE: Final = 100
_NEW: Final = 100
"""how far new entries are counted"""
_COUNTED: Final = 10_000
"""how far the entries of an export are counted beforehand"""


def check_reader(person: Person) -> None:
    """Make sure that somebody may read the record, at least in one domain.

    Raises:
        NotAllowed: They hold no role that permits it.
    """
    person.check_here()
    if not any(person.may(Permission.LEDGER_READ, domain) for domain in ("", *Domain)):
        who = ", ".join(f"`{role}`" for role in roles_with(Permission.LEDGER_READ))
        raise NotAllowed(f"`{person.id}` may not read the ledger: that is for whoever is {who}")


@router.get("/ledger")
async def explore(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    at: Serial = None,
    before: Serial = None,
    opened: Annotated[UUID | None, Query(alias="open")] = None,
) -> Response:
    """Find entries, newest first; the filters stand in the address."""
    check_reader(visitor.person)
    filters = read_filters(request.query_params)
    if at is None:  # from here on the address says of which moment the page is
        newest: int = await house.database.fetch_value("find_newest_serial")
        more = {"before": before, "open": opened} if before else {"open": opened}
        return RedirectResponse(address("/ledger", filters.given, more, at=newest + 1), 303)
    search = await filters.as_search(house.database, house.clock.now())
    found = await find_entries(house.database, search, before=before or at, limit=PAGE + 1)
    newest_ones = await find_entries(house.database, search, limit=_NEW)
    entries, place = found[:PAGE], {"at": at, "before": before}
    shown = {
        "entries": entries,
        "filters": filters,
        "kinds": sorted(kind.value for kind in EntryKind),
        "ranges": list(RANGES),
        "new": sum(each.serial >= at for each in newest_ones),
        "most_new": _NEW,
        "fresh": address("/ledger", filters.given),
        "opened": await _opened(house, opened, entries),
        "closed": address("/ledger", filters.given, place),
        "links": {each.id: address("/ledger", filters.given, place, open=each.id) for each in entries},
        "newer": address("/ledger/newer", filters.given, at=at, after=entries[0].serial) if before and entries else "",
        "first": address("/ledger", filters.given, at=at) if before else "",
        "older": address("/ledger", filters.given, at=at, before=entries[-1].serial) if len(found) > PAGE else "",
        "without": {name: address("/ledger", filters.given, at=at, **{name: ""}) for name in filters.given},
        "export": address("/ledger/export", filters.given),
        "says": {each.id: summary_of(each) for each in entries},
        "at": at,
        "here_open": opened,
    }
    return page(request, visitor, "audit.html", shown)


@router.get("/ledger/newer")
async def go_up(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    at: Serial = None,
    after: Serial = None,
) -> Response:
    """Lead to the page above: it has the same address as on the way down."""
    check_reader(visitor.person)
    filters = read_filters(request.query_params)
    if at is None or after is None:
        return RedirectResponse(address("/ledger", filters.given), 303)
    search = await filters.as_search(house.database, house.clock.now())
    before = await find_place_above(house.database, search, after=after, until=at, many=PAGE)
    return RedirectResponse(address("/ledger", filters.given, {"at": at, "before": before}), 303)


@router.get("/ledger/export")
async def offer_export(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Say how much an export with these filters holds, and offer its forms."""
    check_reader(visitor.person)
    filters = read_filters(request.query_params)
    search = await filters.as_search(house.database, house.clock.now())
    shown = {
        "filters": filters,
        "many": await count_entries(house.database, search, most=_COUNTED + 1),
        "most": _COUNTED,
        "formats": list(Format),
        "may": visitor.person.may(Permission.LEDGER_EXPORT),
        "who": [str(role).replace("-", " ") for role in roles_with(Permission.LEDGER_EXPORT)],
        "action": address("/ledger/export", filters.given),
        "back": address("/ledger", filters.given),
    }
    return page(request, visitor, "export.html", shown)


@router.post("/ledger/export")
async def take_export(
    request: Request, house: AskedHouse, visitor: AskedVisitor, form: Annotated[Format, Query(alias="format")]
) -> Response:
    """Give the export as a file; it stands in the ledger who took it."""
    search = await read_filters(request.query_params).as_search(house.database, house.clock.now())
    return await ledger.export(request, house, visitor.person.id, search, form)


@router.get("/ledger/{entry}")
async def show_entry(entry: UUID, request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show one entry whole, with its place in the tree and the proof that it is there."""
    check_reader(visitor.person)
    found = await read_entry(house.database, entry)
    proof = ""
    if found.index is not None:
        try:
            proof = (await prove_inclusion(house.database, entry)).as_text()
        except Conflict:  # it has its place, and the checkpoint that covers it is a moment away
            proof = ""
    note: str | None = await house.database.fetch_value("find_checkpoint")
    shown = {
        "entry": found,
        "says": summary_of(found),
        "concerns": subjects_of(found.about, found.body),
        "proof": proof,
        "beside": await _beside(house, found.index),
        "checkpoint": read_note(note),
    }
    return page(request, visitor, "entry.html", shown)


def read_note(note: str | None) -> dict[str, object] | None:
    """Read a signed checkpoint for people: how far it reaches, its root, and who signed it."""
    if note is None:
        return None
    text, signatures = split_note(note)
    head = Checkpoint.from_text(text)
    origin = head.origin
    names = [name for name, *_ in signatures]
    return {
        "note": note,
        "size": head.size,
        "root": head.root.hex(),
        "origin": origin,
        "witnesses": [name for name in names if name != origin],
    }


def summary_of(entry: RecordedEntry) -> str:
    """Say in a few words what an entry tells, out of what it holds."""
    body = entry.body
    if body.get("erased"):
        return "erased: the person it is about was erased"
    action, decision = (_object(body.get(name)) for name in ("action", "decision"))
    words = (
        body.get("person") or body.get("by"),
        action.get("operation") or body.get("operation") or body.get("path") or body.get("scope") or body.get("type"),
        decision.get("verdict") or body.get("verdict") or body.get("outcome") or body.get("state"),
        body.get("reason") or action.get("purpose") or body.get("summary"),
    )
    return " · ".join(str(word)[:200] for word in words if isinstance(word, str) and word)


def _object(value: object) -> dict[str, Any]:
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}


async def _opened(house: House, opened: UUID | None, entries: Sequence[RecordedEntry]) -> Sequence[Row]:
    """Give the leaf of the row that is opened and those beside it."""
    found = next((each for each in entries if each.id == opened), None)
    return await _beside(house, found.index) if found else ()


async def _beside(house: House, index: int | None) -> Sequence[Row]:
    return await house.database.fetch("list_neighbour_hashes", index) if index is not None else ()
