"""The mail system: threads, drafts that wait for a person, and messages that leave the house."""

from typing import Any, Final

from remit.connections.operation import Kind, Operation, Repeat, Risk
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records


async def _find_threads(records: Records, asked: Arguments) -> list[Data]:
    like = {"account": asked.get("account"), "awaiting": asked.get("awaiting")}
    found = await records.find("thread", **like)
    return [thread for thread in found if thread["last_on"] >= asked.get("since", "")]


async def _find_drafts(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("draft", **asked)


async def _draft_message(records: Records, asked: Arguments) -> dict[str, Any]:
    draft = {"account": None} | asked | {"id": await records.number("DR"), "status": "held", "on": records.today}
    await records.save("draft", draft)
    return {"draft": draft["id"], "status": "held"}


async def _discard_draft(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _settle(records, await _held(records, asked["draft"]), "discarded")


async def _send_draft(records: Records, asked: Arguments) -> dict[str, Any]:
    draft = await _held(records, asked["draft"])
    if draft["to"] != asked["to"]:
        raise SystemRefused(f"draft `{draft['id']}` is written to somebody else. Read it before sending it")
    await _send(records, asked)
    return await _settle(records, draft | {"subject": asked["subject"], "text": asked["text"]}, "sent")


async def _send_message(records: Records, asked: Arguments) -> dict[str, Any]:
    return {"message": await _send(records, asked)}


async def _held(records: Records, name: str) -> Data:
    draft = await records.take("draft", name)
    if draft["status"] != "held":
        raise SystemRefused(f"draft `{name}` was {draft['status']} already. Write a new one")
    return draft


async def _settle(records: Records, draft: Data, status: str) -> dict[str, Any]:
    await records.save("draft", draft | {"status": status})
    return {"draft": draft["id"], "status": status}


async def _send(records: Records, message: Data) -> str:
    text = {name: message[name] for name in ("to", "subject", "text")}
    sent = text | {"id": await records.number("MSG"), "on": records.today}
    await records.save("message", sent)
    return sent["id"]


_MESSAGE: Final = {"to": Shape.MAIL, "subject": Shape.TEXT, "text": Shape.TEXT}

MAIL: Final = (
    Deed(
        operation=Operation(
            name="mail.find_threads",
            kind=Kind.READ,
            summary="Find mail threads by account and by who owes an answer.",
            outsiders=True,
        ),
        takes={"account": Shape.TEXT, "awaiting": Shape.TEXT, "since": Shape.DAY},
        does=_find_threads,
    ),
    Deed(
        operation=Operation(
            name="mail.find_drafts",
            kind=Kind.READ,
            summary="Find drafts by recipient, account or status.",
            outsiders=True,  # a draft may be written to whom a customer named
        ),
        takes={"to": Shape.MAIL, "account": Shape.TEXT, "status": Shape.TEXT},
        does=_find_drafts,
    ),
    Deed(
        operation=Operation(
            name="mail.draft_message",
            kind=Kind.WRITE,
            summary="Write a message and hold it as a draft; nothing leaves the house.",
            reversed_by="mail.discard_draft",
            required=("to", "subject", "text"),
            reads_back=True,
        ),
        takes=_MESSAGE | {"account": Shape.TEXT},
        does=_draft_message,
    ),
    Deed(
        operation=Operation(
            name="mail.discard_draft",
            kind=Kind.WRITE,
            record="draft",
            summary="Throw a draft away.",
            required=("draft",),
            reads_back=True,
        ),
        takes={"draft": Shape.TEXT},
        does=_discard_draft,
    ),
    Deed(
        operation=Operation(
            name="mail.send_draft",
            kind=Kind.WRITE,
            record="draft",
            summary="Send a draft, as it reads here, to the recipient it is written to.",
            risk=Risk.HIGH,
            sinks=("to",),
            required=("draft", "to", "subject", "text"),
            reads_back=True,
        ),
        takes={"draft": Shape.TEXT} | _MESSAGE,
        does=_send_draft,
    ),
    Deed(
        operation=Operation(
            name="mail.send_message",
            kind=Kind.WRITE,
            summary="Send a message at once; nobody can tell afterwards whether it was sent.",
            risk=Risk.HIGH,
            repeat=Repeat.BLIND,
            sinks=("to",),
            required=("to", "subject", "text"),
        ),
        takes=_MESSAGE,
        does=_send_message,
    ),
)
"""What the mail system can be asked."""
