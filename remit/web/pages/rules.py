"""`/rules` and `/bypasses`: the house rules in force as sentences, and what two people let rest for some time."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from remit.charters.charter import Domain
from remit.errors import InputInvalid, RemitError
from remit.governance.authority import Permission, roles_with
from remit.governance.bypasses import Bypass, ask_bypass, end_bypass, grant_bypass, list_bypasses
from remit.governance.change import OPEN
from remit.governance.changes import list_changes
from remit.governance.policy import is_bypassable
from remit.governance.rulebook import read_rulebook
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.pages.errors import sentence
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor
from remit.web.rules import ListedRule, listed

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4000)]
Word = Annotated[str, Query(max_length=500)]

_SHOWN: Final = 100


@router.get("/rules")
async def show_rules(
    request: Request, house: AskedHouse, visitor: AskedVisitor, q: Word = "", asks: Word = ""
) -> Response:
    """List the house rules in force by the file they stand in; the filters stand in the address."""
    rules = listed(await read_rulebook(house.database, house.roster.shipped))
    found = [rule for rule in rules.rules if q.strip().lower() in f"{rule.id} {rule.sentence}".lower()]
    found = [rule for rule in found if asks in {"", *(rule.asks or ("nobody",))}]
    shown = {
        "rules": rules,
        "groups": _by_file(found),
        "found": len(found),
        "q": q,
        "asks": asks,
        "roles": [*sorted({role for rule in rules.rules for role in rule.asks}), "nobody"],
        "open_changes": [row for row in await list_changes(house.database, limit=_SHOWN) if row["state"] in OPEN],
        "may_propose": visitor.person.may(Permission.RULES_MODIFY),
    }
    return page(request, visitor, "rules.html", shown)


def _by_file(rules: Sequence[ListedRule]) -> Sequence[tuple[str, Sequence[ListedRule]]]:
    ordered = sorted(rules, key=lambda rule: rule.file)
    return [(name, list(group)) for name, group in groupby(ordered, key=lambda rule: rule.file)]


@router.get("/bypasses")
async def show_bypasses(request: Request, house: AskedHouse, visitor: AskedVisitor, show: Word = "") -> Response:
    """List what is asked for or in force; with `show=all` everything there ever was."""
    return await _bypasses(request, house, visitor, {"show": show})


@router.post("/bypasses")
async def ask(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    rule: Typed = "",
    minutes: Typed = "",
    reason: Typed = "",
) -> Response:
    """Ask for a bypass; a second person grants it."""
    form = {name: str(value) for name, value in (await request.form()).items()}
    where = {name: form.get(name, "")[:200] for name in ("domain", "worker", "operation")}
    try:
        if not minutes.isdecimal():
            raise InputInvalid("this does not say how long it lasts. Give minutes, 240 at most")
        asked = Bypass(rule=rule, reason=reason, lasts=timedelta(minutes=int(minutes[:6])), **where)
        await ask_bypass(house.database, house.roster.shipped, asked, visitor.person.id, house.clock.now())
    except RemitError as error:
        typed = {"rule": rule, "minutes": minutes, "reason": reason, **where}
        return await _bypasses(request, house, visitor, typed, sentence(str(error)), error.status)
    return see_other("/bypasses", "Asked for. Nothing rests before a second person grants it.")


@router.post("/bypasses/{bypass}/grant")
async def grant(bypass: UUID, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Grant a bypass somebody else asked for."""
    await grant_bypass(house.database, bypass, visitor.person.id, house.clock.now())
    return see_other("/bypasses", "It rests from now on, until its end.")


@router.post("/bypasses/{bypass}/end")
async def end(bypass: UUID, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """End a bypass before its time, or refuse one that is asked for."""
    await end_bypass(house.database, bypass, visitor.person.id, house.clock.now())
    return see_other("/bypasses", "It is over: people are asked again.")


async def _bypasses(  # the page again, with what was typed and what was wrong
    request: Request,
    house: House,
    visitor: Visitor,
    typed: Mapping[str, str],
    problem: str = "",
    status: int = 200,
) -> Response:
    is_all, now = typed.get("show", "") == "all", visitor.formats.now
    book = await read_rulebook(house.database, house.roster.shipped)
    names = ("domain", "rule", "worker", "operation", "minutes", "reason")
    shown = {
        "rows": await list_bypasses(house.database, now, is_running=not is_all, limit=_SHOWN),
        "is_all": is_all,
        "now": now,
        "typed": {name: typed.get(name, "") for name in names},
        "problem": problem,
        "domains": [domain for domain in Domain if visitor.person.may(Permission.REVIEWS_BYPASS, domain)],
        "who": roles_with(Permission.REVIEWS_BYPASS),
        "rules": [rule for rule in book.rules.rules if is_bypassable(rule)],
        "workers": [row["name"] for row in await house.database.fetch("list_worker_names")],
    }
    return page(request, visitor, "bypasses.html", shown, http_status=status)
