"""`/drills`: when the kill switch was tried, with what result, and when it is tried next."""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from remit.governance import drills
from remit.governance.authority import Permission, roles_with
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)


@router.get("/drills")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """List the drills held, and when the next one is due."""
    may = visitor.person.may(Permission.DRILLS_RUN)
    shown: dict[str, object] = {
        "drills": await drills.list_drills(house.database, limit=50),
        "next_at": await drills.next_drill(house.database, house.clock.now()),
        "plan": await house.database.fetch_row("show_drill_plan"),
        "refusal": "" if may else f"Planning drills is for {', '.join(roles_with(Permission.DRILLS_RUN))}.",
    }
    return page(request, visitor, "drills.html", shown)


@router.post("/drills/plan")
async def plan(house: AskedHouse, visitor: AskedVisitor, cron: Annotated[str, Form(max_length=100)] = "") -> Response:
    """Plan drills, in place of an older plan."""
    due = await drills.plan_drills(house.database, cron, visitor.person.id, house.clock.now())
    return see_other("/drills", f"The next drill is due {visitor.formats.moment(due)}.")
