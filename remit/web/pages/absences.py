"""`/people/…/absences`, `/people/…/delegations`: who says that somebody is away, and who answers for whom meanwhile."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Response
from pydantic import BaseModel, Field

from remit.charters.role import Role
from remit.errors import InputInvalid, NotAllowed
from remit.governance.roles import Person
from remit.governance.rule import ROLES
from remit.governance.stand_ins import (
    Absence,
    Delegation,
    end_absence,
    end_delegation,
    give_delegation,
    note_absence,
)
from remit.web.asked import AskedHouse
from remit.web.pages.formats import Formats
from remit.web.pages.rendering import see_other
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4000)]


class Lending(BaseModel):
    """What the form says of a stand-in."""

    delegate: str = Field(default="", max_length=200)
    role: str = Field(default="", max_length=200, description="with its domain, as in `reviewer@finance`")
    until: str = Field(default="", max_length=40)
    reason: str = Field(default="", max_length=4000)


@router.post("/people/{person}/absences")
async def note(house: AskedHouse, visitor: AskedVisitor, person: str, since: Typed = "", until: Typed = "") -> Response:
    """Note from which day on somebody is away, and on which they are back."""
    now, formats = house.clock.now(), visitor.formats
    begin = _morning("the first day away", since, formats) if since else now
    begin = max(begin, now) if begin.date() == now.astimezone(formats.zone).date() else begin
    back = _morning("the day they are back", until, formats)
    absence = Absence(person=person, since=begin, until=back)
    await note_absence(house.database, absence, visitor.person.id, now)
    return see_other(f"/people/{person}#away", f"Noted. Others are told of reviews until {formats.day(back.date())}.")


@router.post("/people/{person}/absences/{number}/end")
async def come_back(house: AskedHouse, visitor: AskedVisitor, person: str, number: UUID) -> Response:
    """Note that somebody is back before, or does not leave after all."""
    await end_absence(house.database, number, visitor.person.id, house.clock.now())
    return see_other(f"/people/{person}#away", "Noted. They are told of reviews again.")


@router.post("/people/{person}/delegations")
async def give(house: AskedHouse, visitor: AskedVisitor, person: str, asked: Annotated[Lending, Form()]) -> Response:
    """Let another person answer reviews under a role of one's own, until a day."""
    if visitor.person.id != person:
        raise NotAllowed("nobody lends another's role. They name their stand-in themselves")
    if not asked.delegate or not asked.role:
        raise InputInvalid("a stand-in needs a person and a role. Choose both from the lists")
    role, _, domain = asked.role.partition("@")
    until = _morning("the day it ends", asked.until, visitor.formats)
    lent = {"delegate": asked.delegate, "role": role, "domain": domain, "reason": asked.reason}
    await give_delegation(house.database, Delegation(delegator=person, until=until, **lent), house.clock.now())
    return see_other(f"/people/{person}#away", f"{asked.delegate} can answer as {role} for you from now on.")


@router.post("/people/{person}/delegations/{number}/end")
async def take_back(house: AskedHouse, visitor: AskedVisitor, person: str, number: UUID) -> Response:
    """Take a delegation back, or give it back."""
    await end_delegation(house.database, number, visitor.person.id, house.clock.now())
    said = "It is over. What was approved under it and not done yet counts no more."
    return see_other(f"/people/{person}#away", said)


def lendable(who: Person) -> list[str]:
    """List the roles somebody can let another answer under."""
    return [held for held in who.roles if held.partition("@")[0] in ROLES] if who.is_active else []


def able(people: Sequence[Person], who: Person) -> list[Person]:
    """List who could answer for somebody."""
    return [one for one in people if one.is_active and one.id != who.id and Role.AUDITOR not in one.roles]


def _morning(what: str, text: str, formats: Formats) -> datetime:
    """Give the moment a day begins where the reader is."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), formats.zone)
    except ValueError:
        raise InputInvalid(f"{what} is missing or no day. Give one, as in `2031-05-20`") from None
