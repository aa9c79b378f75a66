"""`/ledger/verification`: the whole record checked at the push of a button, and what that proves and what not."""

from typing import Annotated, Final

from fastapi import APIRouter, Form, Request, Response

from remit.errors import Conflict
from remit.ledger.note import Signer
from remit.web.asked import AskedHouse
from remit.web.pages.audit import check_reader, read_note
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor
from remit.web.verifying import Verifying

router = APIRouter(include_in_schema=False)

_PATIENCE: Final = 8.0
"""seconds the page waits for a check to end before it shows that it goes on"""


@router.get("/ledger/verification")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show what the last check found, once it has come to its end."""
    check_reader(visitor.person)
    verifying = _verifying(request)
    await verifying.wait(_PATIENCE)
    note: str | None = await house.database.fetch_value("find_checkpoint")
    witnessed = await house.database.fetch_row("find_witnessed", None)
    signer: Signer | None = request.app.state.signer
    shown = {
        "last": verifying.last,
        "under_way": verifying.under_way,
        "checkpoint": read_note(note),
        "witnessed": read_note(witnessed["note"]) if witnessed else None,
        "witnessed_at": witnessed["signed_at"] if witnessed else None,
        "key": signer.verifier.as_text() if signer else "",
    }
    return page(request, visitor, "verification.html", shown)


@router.post("/ledger/verification")
async def begin(
    request: Request, visitor: AskedVisitor, kept: Annotated[str, Form(max_length=20_000)] = ""
) -> Response:
    """Begin a check of every entry, hash and signature."""
    check_reader(visitor.person)
    signer: Signer | None = request.app.state.signer
    if signer is None:
        raise Conflict("this process does not hold the ledger's key. Verify with `remit ledger verify --key KEYFILE`")
    note = kept.replace("\r\n", "\n").strip()
    _verifying(request).begin(signer.verifier, visitor.person.id, [f"{note}\n"] if note else [])
    return see_other("/ledger/verification")


def _verifying(request: Request) -> Verifying:
    return request.app.state.verifying
