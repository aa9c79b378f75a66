"""`/people`: who is here, what each may answer for, and how each comes in; never a secret."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from webauthn.helpers import bytes_to_base64url

from remit.charters.charter import Domain
from remit.charters.role import Role
from remit.errors import InputInvalid, NotFound
from remit.governance.accounts import list_sign_ins, set_password
from remit.governance.authority import SEPARATED, Permission, meanings, roles_with
from remit.governance.passkeys import remove
from remit.governance.personal_tokens import list_tokens, revoke_token
from remit.governance.roles import Person, list_people, record_person
from remit.governance.sessions import list_sessions
from remit.governance.stand_ins import list_absences, list_delegations
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.pages.absences import able, lendable
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor
from remit.web.seats import list_answering

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=1000)]
Given = Annotated[str, Query(max_length=200)]
Roles = Annotated[Sequence[str], Form(max_length=200)]


@router.get("/people")
async def show_all(  # each is a filter
    request: Request, house: AskedHouse, visitor: AskedVisitor, q: Given = "", role: Given = "", state: Given = "here"
) -> Response:
    """List the people, what each role may do, and what is kept apart."""
    people = await list_people(house.database)
    absences = await list_absences(house.database, house.clock.now())
    shown: dict[str, object] = {
        "people": [one for one in people if _matches(one, q, role, state)],
        "known": len(people),
        "away": {row["person"]: row for row in absences if row["since"] <= house.clock.now()},
        "absences": absences,
        "delegations": await list_delegations(house.database, house.clock.now()),
        "q": q,
        "role": role,
        "state": state,
        "permissions": [(one, text, roles_with(one)) for one, text in meanings().items()],
        "separated": SEPARATED,
        **_form(visitor),
    }
    return page(request, visitor, "people.html", shown)


@router.post("/people")
async def add(
    house: AskedHouse, visitor: AskedVisitor, person: Typed = "", name: Typed = "", mail: Typed = "", role: Roles = ()
) -> Response:
    """Add a person."""
    if any(one.id == person for one in await list_people(house.database)):
        raise InputInvalid(f"`{person}` is here already, or was. Open their page to change what is known of them")
    if not person.strip() or person != person.strip() or "/" in person:
        raise InputInvalid("a person needs an id without `/` or blanks around it. Give one, as in `maria.rossi`")
    someone = Person(id=person, name=name.strip() or person, mail=mail.strip(), roles=tuple(role))
    await record_person(house.database, someone, by=visitor.person.id, now=house.clock.now())
    return see_other(f"/people/{person}", f"{someone.name} is here. Give them a password, or make a sign-in link.")


@router.get("/people/{person}")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor, person: str) -> Response:
    """Show one person: roles, seats, ways in, absences."""
    people = await list_people(house.database)
    someone = _among(people, person)
    sees = visitor.person.id == person or visitor.person.may(Permission.PEOPLE_MODIFY)
    shown: dict[str, object] = {
        "someone": someone,
        "seats": _seats_of(person, await list_answering(house.database)),
        "absences": [row for row in await list_absences(house.database, house.clock.now()) if row["person"] == person],
        "delegations": await list_delegations(house.database, house.clock.now(), who=person),
        "ways": await _ways_in(house, person) if sees else None,
        "may_note": someone.is_active and sees,
        "lendable": lendable(someone) if visitor.person.id == person else [],
        "able": able(people, someone),
        "today": visitor.formats.now.astimezone(visitor.formats.zone).date(),
        "zone": visitor.formats.zone,
        **_form(visitor),
    }
    return page(request, visitor, "person.html", shown)


@router.post("/people/{person}")
async def change(
    house: AskedHouse, visitor: AskedVisitor, person: str, name: Typed = "", mail: Typed = "", role: Roles = ()
) -> Response:
    """Change what is known of a person; somebody who had left is back."""
    before = await _find(house, person)
    changed = Person(id=before.id, name=name.strip() or before.name, mail=mail.strip(), roles=tuple(role))
    await record_person(house.database, changed, by=visitor.person.id, now=house.clock.now())
    return see_other(f"/people/{person}", f"What is known of {changed.name} is changed.")


@router.post("/people/{person}/leave")
async def leave(house: AskedHouse, visitor: AskedVisitor, person: str) -> Response:
    """Note that a person has left."""
    before = await _find(house, person)
    gone = Person(id=before.id, name=before.name, mail=before.mail, roles=before.roles, is_active=False)
    await record_person(house.database, gone, by=visitor.person.id, now=house.clock.now())
    return see_other(f"/people/{person}", f"{before.name} has left; what they held is vacant.")


@router.post("/people/{person}/password")
async def give_password(house: AskedHouse, visitor: AskedVisitor, person: str, password: Typed = "") -> Response:
    """Give a person a password; an administrator does, for somebody who has none or forgot it."""
    await _find(house, person)
    if visitor.person.id == person:
        raise InputInvalid("your own password is changed in the settings, by the one you have. Open `/settings`")
    await set_password(house.database, person, password, visitor.person.id, house.clock.now())
    return see_other(f"/people/{person}", "The password is set, and their sessions ended. Tell it to them in person.")


@router.post("/people/{person}/tokens/{token}/revoke")
async def revoke(house: AskedHouse, visitor: AskedVisitor, person: str, token: UUID) -> Response:
    """Let a token count no more."""
    await revoke_token(house.database, person, token, visitor.person.id, house.clock.now())
    return see_other(f"/people/{person}", "The token counts no more.")


@router.post("/people/{person}/passkeys/remove")
async def remove_passkey(house: AskedHouse, visitor: AskedVisitor, person: str, passkey: Typed = "") -> Response:
    """Remove a passkey that was lost."""
    await remove(house.database, person, passkey, visitor.person.id, house.clock.now())
    return see_other(f"/people/{person}", "The passkey is removed; what it signed stays valid in the ledger.")


def _matches(one: Person, q: str, role: str, state: str) -> bool:
    is_there = {"here": one.is_active, "left": not one.is_active}.get(state, True)
    has_role = not role or any(held.partition("@")[0] == role for held in one.roles)
    return is_there and has_role and q.lower() in f"{one.id} {one.name} {one.mail}".lower()


async def _find(house: House, person: str) -> Person:
    return _among(await list_people(house.database), person)


def _among(people: Sequence[Person], person: str) -> Person:
    found = next((one for one in people if one.id == person), None)
    if found is None:
        raise NotFound(f"nobody here is called `{person[:100]}`. `/people` shows who is")
    return found


async def _ways_in(house: House, person: str) -> dict[str, Sequence[Mapping[str, Any]]]:
    """List how a person proves who they are: names and dates, no secret."""
    now = house.clock.now()
    passkeys = await house.database.fetch("list_passkeys", person)
    return {
        "sign_ins": await list_sign_ins(house.database, person),
        "sessions": await list_sessions(house.database, person, now),
        "tokens": await list_tokens(house.database, person, now),
        "passkeys": [{**row, "id": bytes_to_base64url(row["id"])} for row in passkeys],
    }


def _seats_of(person: str, answering: Sequence[Any]) -> list[dict[str, object]]:
    """List the seats a person is named for, worker by worker, and whether each is vacant all the same."""
    found: dict[tuple[str, str, bool], list[str]] = {}
    for each in answering:
        for seat, holder in each.holders.items():
            if holder == person:
                found.setdefault((each.worker, seat, seat in each.vacant), []).append(each.operation)
    return [
        {"worker": worker, "seat": seat, "vacant": vacant, "operations": operations}
        for (worker, seat, vacant), operations in found.items()
    ]


def _form(visitor: Visitor) -> dict[str, object]:
    may = visitor.person.may(Permission.PEOPLE_MODIFY)
    return {
        "roles": list(Role),
        "domains": list(Domain),
        "may_change": may,
        "refusal": "" if may else f"Changing it is for {', '.join(roles_with(Permission.PEOPLE_MODIFY))}.",
    }
