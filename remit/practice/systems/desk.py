"""The service desk: tickets of customers, in the words of outsiders."""

from typing import Any, Final

from remit.connections.operation import Kind, Operation, Risk, Touch
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records

_STATUSES: Final = ("new", "open", "pending", "solved", "closed")
_QUEUES: Final = ("first-line", "technical", "billing", "success", "complaints")


async def _get_ticket(records: Records, asked: Arguments) -> Data | None:
    return await records.get("ticket", asked["ticket"])


async def _find_tickets(records: Records, asked: Arguments) -> list[Data]:
    like = {name: value for name, value in asked.items() if name != "since"}
    found = await records.find("ticket", **like)
    return [ticket for ticket in found if ticket["opened_on"] >= asked.get("since", "")]


async def _list_satisfaction(records: Records, asked: Arguments) -> list[Data]:
    found = await records.find("rating", account=asked.get("account"))
    return [rating for rating in found if rating["on"] >= asked.get("since", "")]


async def _reply_ticket(records: Records, asked: Arguments) -> dict[str, Any]:
    ticket = await records.take("ticket", asked["ticket"])
    if ticket["status"] == "closed":
        raise SystemRefused(f"ticket `{ticket['id']}` is closed. Open it again before replying")
    message = {"from": "us", "text": asked["text"], "on": records.today}
    await records.save("ticket", ticket | {"messages": [*ticket["messages"], message], "status": "pending"})
    return {"ticket": ticket["id"], "to": ticket["from"], "messages": len(ticket["messages"]) + 1}


async def _route_ticket(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _change(records, asked, "queue", _QUEUES)


async def _set_status(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _change(records, asked, "status", _STATUSES)


async def _change(records: Records, asked: Arguments, name: str, allowed: tuple[str, ...]) -> dict[str, Any]:
    if asked[name] not in allowed:
        raise SystemRefused(f"a ticket has no {name} `{asked[name][:80]}`. There are {', '.join(allowed)}")
    ticket = await records.take("ticket", asked["ticket"])
    await records.save("ticket", ticket | {name: asked[name]})
    return {"ticket": ticket["id"], name: asked[name], "previous": ticket[name]}


async def _tag_ticket(records: Records, asked: Arguments) -> dict[str, Any]:
    ticket = await records.take("ticket", asked["ticket"])
    tags = sorted({*ticket["tags"], *asked.get("add", [])} - {*asked.get("remove", [])})
    await records.save("ticket", ticket | {"tags": tags})
    return {"ticket": ticket["id"], "tags": tags, "previous": ticket["tags"]}


DESK: Final = (
    Deed(
        operation=Operation(
            name="desk.get_ticket",
            kind=Kind.READ,
            summary="Read a ticket with its messages.",
            required=("ticket",),
            outsiders=True,
        ),
        takes={"ticket": Shape.TEXT},
        does=_get_ticket,
    ),
    Deed(
        operation=Operation(
            name="desk.find_tickets",
            kind=Kind.READ,
            summary="Find tickets by account, status or queue, since a day.",
            outsiders=True,
        ),
        takes={"account": Shape.TEXT, "since": Shape.DAY, "status": Shape.TEXT, "queue": Shape.TEXT},
        does=_find_tickets,
    ),
    Deed(
        operation=Operation(
            name="desk.list_satisfaction",
            kind=Kind.READ,
            summary="List how satisfied customers were, with their comments.",
            outsiders=True,
        ),
        takes={"account": Shape.TEXT, "since": Shape.DAY},
        does=_list_satisfaction,
    ),
    Deed(
        operation=Operation(
            name="desk.reply_ticket",
            kind=Kind.WRITE,
            record="ticket",
            touches=frozenset({Touch.CASE}),
            summary="Reply to the customer who opened a ticket.",
            risk=Risk.MEDIUM,
            sinks=("ticket",),
            required=("ticket", "text"),
        ),
        takes={"ticket": Shape.TEXT, "text": Shape.TEXT},
        does=_reply_ticket,
    ),
    Deed(
        operation=Operation(
            name="desk.route_ticket",
            kind=Kind.WRITE,
            record="ticket",
            touches=frozenset({Touch.ROUTE, Touch.CASE}),
            summary="Move a ticket to another queue.",
            reversed_by="desk.route_ticket",
            required=("ticket", "queue"),
            reads_back=True,
        ),
        takes={"ticket": Shape.TEXT, "queue": Shape.TEXT},
        does=_route_ticket,
    ),
    Deed(
        operation=Operation(
            name="desk.tag_ticket",
            kind=Kind.WRITE,
            record="ticket",
            touches=frozenset({Touch.LOG, Touch.CASE}),
            summary="Add tags to a ticket, or remove some.",
            reversed_by="desk.tag_ticket",
            required=("ticket",),
            reads_back=True,
        ),
        takes={"ticket": Shape.TEXT, "add": Shape.TEXTS, "remove": Shape.TEXTS},
        does=_tag_ticket,
    ),
    Deed(
        operation=Operation(
            name="desk.set_status",
            kind=Kind.WRITE,
            record="ticket",
            touches=frozenset({Touch.RESOLUTION, Touch.CASE}),
            summary="Set a ticket's status.",
            reversed_by="desk.set_status",
            required=("ticket", "status"),
            reads_back=True,
        ),
        takes={"ticket": Shape.TEXT, "status": Shape.TEXT},
        does=_set_status,
    ),
)
"""What the service desk can be asked."""
