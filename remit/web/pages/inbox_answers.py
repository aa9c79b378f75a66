"""What a reviewer does in the inbox: answer, take back, keep a draft, ask, hand on, and decide many at once."""

import json
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from fastapi import APIRouter, Form, Request, Response
from starlette.datastructures import FormData

from remit.errors import InputInvalid
from remit.governance.approvals import Answer
from remit.governance.batches import BatchAnswer, answer_batch, preview
from remit.governance.feedback import RejectCode
from remit.governance.passkeys import digest_to_sign, options_for
from remit.governance.pending_answers import save_draft, say, take_back
from remit.governance.questions import Question, ask
from remit.governance.review_rota import HandOn, hand_on
from remit.governance.reviews import show_review
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.browser import CSRF_FIELD
from remit.web.door import read_json
from remit.web.pages.inbox import AskedInbox, next_after
from remit.web.pages.rendering import page, see_other
from remit.web.pages.review_form import PREFIX, fields_of, read_fields
from remit.web.pages.visitor import AskedVisitor, Visitor
from remit.web.passkeys import AskedParty

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4000)]

_KEPT: Final = ("reason", "code", "words", "to")
_MOST: Final = 200_000  # letters of a draft


@router.post("/reviews/{review}/answer")
async def answer(
    request: Request, review: UUID, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox
) -> Response:
    """Say approve or reject; it counts in a few seconds, and the next item is shown."""
    typed = await _typed(request)
    verdict: Literal["approve", "reject"] = "reject" if typed.get("verdict") == "reject" else "approve"
    if typed.get("verdict") not in {"approve", "reject"}:
        raise InputInvalid("the verdict is missing. Press Approve or Reject")
    row = await show_review(house.database, review)
    edited: dict[str, Any] | None = None
    if verdict == "approve":
        edited = read_fields(row["arguments"], row["packet"].get("counts") or "", typed)
    given = Answer(
        review=review,
        person=visitor.person.id,
        verdict=verdict,
        reason=typed.get("reason", ""),
        code=_code(typed.get("code", "")),
        arguments=edited,
        digest=typed.get("digest", ""),
        signed=read_json(typed["signed"].encode()) if typed.get("signed") else None,
    )
    following = await next_after(house, visitor, wanted, review)
    await say(house.database, given, house.clock.now())
    await _keep(house, visitor, review, typed)
    return see_other(f"/reviews{wanted.query(id=following)}", "Approved." if verdict == "approve" else "Rejected.")


@router.post("/reviews/{review}/take-back")
async def undo(review: UUID, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox) -> Response:
    """Take an answer back that does not count yet; what was typed is still there."""
    await take_back(house.database, review, visitor.person.id)
    return see_other(f"/reviews{wanted.query(id=review)}", "Taken back. Nothing was decided.")


@router.post("/reviews/{review}/draft")
async def draft(request: Request, review: UUID, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Keep what is being typed, and show what it changes."""
    typed = await _typed(request)
    row = await show_review(house.database, review)
    await _keep(house, visitor, review, typed)
    fields = fields_of(row["arguments"], row["packet"].get("counts") or "", typed)
    return page(request, visitor, "review_changes.html", {"fields": fields})


@router.post("/reviews/{review}/to-sign")
async def to_sign(
    request: Request, review: UUID, house: AskedHouse, visitor: AskedVisitor, party: AskedParty
) -> dict[str, Any]:
    """Give what a passkey has to sign to approve what stands in the form."""
    row = await show_review(house.database, review)
    edited = read_fields(row["arguments"], row["packet"].get("counts") or "", await _typed(request))
    digest = digest_to_sign(row, edited)
    return await options_for(house.database, review, digest, visitor.person.id, party)


@router.post("/reviews/{review}/ask")
async def ask_about(
    review: UUID, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox, words: Typed = "", of: Typed = ""
) -> Response:
    """Ask the worker's owner, or somebody else, before answering."""
    asked = Question(review=review, by=visitor.person.id, words=words, of=of.strip())
    await ask(house.database, asked, house.clock.now())
    return see_other(f"/reviews{wanted.query(id=review)}", "Asked. The review stays open.")


@router.post("/reviews/{review}/hand-on")
async def hand_review_on(
    review: UUID, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox, to: Typed = "", why: Typed = ""
) -> Response:
    """Hand a review on to somebody else who can answer it."""
    await hand_on(
        house.database, HandOn(review=review, by=visitor.person.id, to=to.strip(), reason=why), house.clock.now()
    )
    following = await next_after(house, visitor, wanted, review)
    return see_other(f"/reviews{wanted.query(id=following)}", f"Handed on to {to.strip()}.")


# ── many at once ───────────────────────────────────────────────────────────────────────────────────────────────────


@router.post("/review-batches")
async def show_batch(request: Request, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox) -> Response:
    """Show what answering the chosen reviews would be, before anything is answered."""
    items = _items(await request.form())
    seen = await preview(house.database, items, visitor.person.id)
    rows = await house.database.fetch("list_batch", list(items))
    fields = {row["id"]: fields_of(row["arguments"], row["counts"], {}) for row in rows}
    shown = {"seen": seen, "rows": rows, "fields": fields, "items": items, "wanted": wanted, "codes": list(RejectCode)}
    return page(request, visitor, "review_batch.html", shown)


@router.post("/review-batches/answer")
async def answer_many(
    request: Request, house: AskedHouse, visitor: AskedVisitor, wanted: AskedInbox, seal: Typed = ""
) -> Response:
    """Answer each of the batch for itself, and show what became of each."""
    form = await request.form()
    given = BatchAnswer(
        items=_items(form),
        seal=seal,
        person=visitor.person.id,
        verdict="reject" if form.get("verdict") == "reject" else "approve",
        reason=str(form.get("reason", "")),
        code=_code(str(form.get("code", ""))),
    )
    results = await answer_batch(house.database, given, house.clock.now())
    rows = await house.database.fetch("list_batch", list(given.items))
    shown = {"results": results, "given": given, "wanted": wanted, "proposals": {r["id"]: r["proposal"] for r in rows}}
    return page(request, visitor, "review_results.html", shown)


def _items(form: FormData) -> dict[UUID, str]:
    items: dict[UUID, str] = {}
    for said in form.getlist("item"):
        number, _, digest = str(said).partition(":")
        try:
            items[UUID(number)] = digest
        except ValueError:
            raise InputInvalid(f"`{number[:60]}` is no review. Choose them in the list") from None
    if not items:
        raise InputInvalid("no review is chosen. Tick those to decide together, all of one action type")
    return items


# ── what a form says ───────────────────────────────────────────────────────────────────────────────────────────────


async def _typed(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items() if name != CSRF_FIELD}


def _code(said: str) -> RejectCode:
    return RejectCode(said) if said in set(RejectCode) else RejectCode.OTHER


async def _keep(house: House, visitor: Visitor, review: UUID, typed: dict[str, str]) -> None:
    fields = {name: text for name, text in typed.items() if name in _KEPT or name.startswith(PREFIX)}
    if len(json.dumps(fields)) > _MOST:
        raise InputInvalid("this is too long to be kept. Shorten it")
    now = house.clock.now()
    await save_draft(house.database, review, visitor.person.id, (typed.get("digest", ""), fields), now)
