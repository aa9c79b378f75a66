"""`/stop`: what can be stopped and what is, what a halt would touch before it is set, and its report afterwards."""

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from remit.charters.charter import Domain
from remit.errors import InputInvalid, NotAllowed
from remit.governance import blast_report, drills, halts
from remit.governance.authority import Permission, roles_with
from remit.governance.halt_tree import EVERYTHING, list_tree
from remit.governance.roles import Person, list_people
from remit.governance.scopes import Scope, find_scope
from remit.runtime.house import House
from remit.runtime.reversals import may_request
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.taking_back import ask_for
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=5000)]
Given = Annotated[str, Query(max_length=200)]

_SHOWN: Final = 50  # rows of each table; the number beside says when there are more


@router.get("/stop")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor, scope: Given = "") -> Response:
    """Show everything that can be stopped; with a scope, what stopping it would touch."""
    held = await drills.list_drills(house.database, limit=1)
    shown: dict[str, object] = {
        "tree": await list_tree(house.database),
        "chosen": await _foreseen(house, visitor, scope) if scope else None,
        "last_drill": held[0] if held else None,
        "next_drill": await drills.next_drill(house.database, house.clock.now()),
    }
    return page(request, visitor, "kill_switch.html", shown)


@router.post("/stop")
async def stop(
    house: AskedHouse, visitor: AskedVisitor, scope: Typed = "", reason: Typed = "", typed: Typed = ""
) -> Response:
    """Stop; the report of it is shown next."""
    if must_be_typed(scope) and typed.strip() != scope:
        raise InputInvalid(f"nothing was stopped: `{scope}` reaches far. Type `{scope}` to confirm")
    report = await halts.stop(house.database, scope, reason, visitor.person.id, house.clock.now())
    return see_other(f"/stop/{report.id}", f"{report.scope} is stopped. Nothing new begins there.")


@router.get("/stop/{halt}")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor, halt: UUID) -> Response:
    """Show what a halt stopped and touches, and who lets it go on."""
    report = await blast_report.report(house.database, halt, house.connections.operations)
    scope = report.halt["scope"]
    where = await _scope(house, scope) if report.halt["lifted_at"] is None else None
    confirmed = await house.database.fetch("list_confirmations", halt)
    shown: dict[str, object] = {
        "report": report,
        "most": _SHOWN,
        "counts": await house.database.fetch_row("count_halted", scope),
        "confirmed": [row for row in confirmed if row["confirmed_at"] or report.halt["lifted_at"] is None],
        "in_force": report.halt["lifted_at"] is None,
        "may_lift": visitor.person.may(Permission.HALTS_LIFT, where.domain if where else ""),
        "lifters": await _lifters(house, where, report.halt["set_by"]) if where else [],
        "lifting_roles": roles_with(Permission.HALTS_LIFT),
        "may_reverse": any(may_request(visitor.person, domain) for domain in ("", *Domain)),
    }
    return page(request, visitor, "halt.html", shown)


@router.post("/stop/{halt}/lift")
async def lift(house: AskedHouse, visitor: AskedVisitor, halt: UUID, reason: Typed = "") -> Response:
    """Let it go on; a second person does."""
    row = await house.database.fetch_row("show_halt", halt)
    if row is None or row["lifted_at"] is not None:
        raise InputInvalid("this halt is not in force any more. Look at `/stop` for those that are")
    if not reason.strip():
        raise InputInvalid("letting it go on needs a reason. Say why it is safe now")
    runs = await halts.lift(house.database, row["scope"], reason.strip(), visitor.person.id, house.clock.now())
    waited = "1 run that waited goes on" if runs == 1 else f"{runs} runs that waited go on"
    return see_other(f"/stop/{halt}", f"{row['scope']} goes on; {waited}.")


@router.post("/stop/{halt}/reversals")
async def reverse(
    request: Request, house: AskedHouse, visitor: AskedVisitor, halt: UUID, key: Typed = "", reason: Typed = ""
) -> Response:
    """Request that an action is taken back; a second person is asked."""
    run = await ask_for(house, visitor, key, reason, await request.form(max_fields=100))
    return see_other(f"/stop/{halt}#done", f"Run {str(run)[-8:]} takes it back, once a second person approves.")


def must_be_typed(scope: str) -> bool:
    """Tell whether a scope reaches so far that its name is typed before it is stopped."""
    return scope == EVERYTHING or scope.startswith("domain:")


async def _foreseen(house: House, visitor: Visitor, said: str) -> dict[str, Any]:
    """Tell what a halt would touch, and whether the visitor may set it."""
    async with house.database.transaction() as transaction:
        scope = await find_scope(transaction, said)
    report = await blast_report.foresee(house.database, scope.text, house.connections.operations, now=house.clock.now())
    return {
        "scope": scope.text,
        "report": report,
        "counts": await house.database.fetch_row("count_halted", scope.text),
        "halt": next((row for row in visitor.halts if row["scope"] == scope.text), None),
        "is_typed": must_be_typed(scope.text),
        "refusal": _refusal(visitor.person, scope.domain),
    }


def _refusal(person: Person, domain: str) -> str:
    try:
        person.check(Permission.HALTS_SET, domain)
    except NotAllowed as error:
        return str(error)
    return ""


async def _scope(house: House, text: str) -> Scope:
    async with house.database.transaction() as transaction:
        try:
            return await find_scope(transaction, text)
        except InputInvalid:  # its worker or system is gone since
            return Scope(text=text, domain="")


async def _lifters(house: House, scope: Scope, set_by: str) -> list[Person]:
    """List who may let it go on: never whoever set it."""
    people = await list_people(house.database)
    return [one for one in people if one.id != set_by and one.may(Permission.HALTS_LIFT, scope.domain)]
