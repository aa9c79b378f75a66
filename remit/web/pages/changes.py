"""`/changes`: how a rule, a charter or a stage becomes another: drafted, replayed, and approved by a second person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response

from remit.charters import registry
from remit.charters.charter import Stage
from remit.charters.comparing import ComparedLine, compare
from remit.errors import InputInvalid, NotFound, RemitError
from remit.governance.authority import Permission, roles_with
from remit.governance.change import OPEN, Change, ChangeKind, ChangeState, Proposal
from remit.governance.changes import MOST_REPLAYED, list_changes
from remit.governance.house import ALWAYS
from remit.governance.rulebook import read_rule_file, read_rulebook
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.changes import changes_of
from remit.web.pages.errors import sentence
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=500)]
Name = Annotated[str, Form(max_length=200)]
Typed = Annotated[str, Form(max_length=4000)]
Text = Annotated[str, Form(max_length=1_000_000)]

_LISTED: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the form to draft a change holds."""

    kind: str
    name: str = ""
    """of a rule file"""
    worker: str = ""
    operation: str = ""
    stage: str = ""
    text: str = ""
    removes: bool = False
    """whether the rule file is to be taken away"""
    why: str = ""

    def as_proposal(self, author: str) -> Proposal:
        """Make a proposal of it.

        Raises:
            InputInvalid: It is of no kind there is.
        """
        if self.kind not in set(ChangeKind):
            raise InputInvalid(f"nothing is changed by a `{self.kind[:40]}`. There are {', '.join(ChangeKind)}")
        kind = ChangeKind(self.kind)
        names = {ChangeKind.RULE: self.name, ChangeKind.CHARTER: self.worker}
        name = names.get(kind, f"{self.worker}/{self.operation}").strip()
        text = self.stage if kind is ChangeKind.STAGE else self.text.replace("\r\n", "\n")
        removes = self.removes and kind is ChangeKind.RULE
        return Proposal(kind=kind, name=name, text=None if removes else text, why=self.why, author=author)


@router.get("/changes")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor, state: Word = "") -> Response:
    """List changes, newest first; the filter stands in the address."""
    rows = await list_changes(house.database, state, limit=_LISTED)
    shown = {"rows": rows, "state": state, "states": list(ChangeState), "most": _LISTED}
    return page(request, visitor, "changes.html", shown)


@router.get("/changes/new")
async def begin(  # noqa: PLR0913, PLR0917  # each fills a field
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    kind: Word = "rule",
    name: Word = "",
    worker: Word = "",
    operation: Word = "",
    stage: Word = "",
) -> Response:
    """Show the form to draft a change, filled with what is in force."""
    text = ""
    if kind == ChangeKind.RULE and name:
        text = await read_rule_file(house.database, house.roster.shipped, name)
    elif kind == ChangeKind.CHARTER and worker:
        record = await registry.show_worker(house.database, worker)
        text = (await registry.version(house.database, record.version)).charter
    wanted = Wanted(kind=kind, name=name, worker=worker, operation=operation, stage=stage, text=text)
    return await _form(request, house, visitor, wanted)


@router.post("/changes")
async def draft(  # noqa: PLR0913, PLR0917  # each is a field of the form
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    kind: Name = "",
    name: Name = "",
    worker: Name = "",
    operation: Name = "",
    stage: Name = "",
    text: Text = "",
    removes: Name = "",
    why: Typed = "",
) -> Response:
    """Draft a change that can be used; what was typed is shown again when it cannot."""
    fields = {"name": name, "worker": worker, "operation": operation, "stage": stage, "text": text, "why": why}
    wanted = Wanted(kind=kind, removes=bool(removes), **fields)
    try:
        proposal = wanted.as_proposal(visitor.person.id)
        drafted = await changes_of(house).draft(proposal, house.clock.now())
    except RemitError as error:
        return await _form(request, house, visitor, wanted, error)
    return see_other(f"/changes/{drafted.id}", "Drafted. It changes nothing yet: replay it to see what it would do.")


@router.get("/changes/{change}")
async def show(request: Request, change: UUID, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show a change: what it says, what would have come out differently, and who decides."""
    it = await changes_of(house).show(change)
    who, said = visitor.person, it.proposal
    approvers = [role.replace("-", " ") for role in roles_with(said.approved_by)]
    shown = {
        "it": it,
        "proposal": said,
        "is_open": it.state in OPEN,
        "is_own": said.author == who.id,
        "may_approve": who.may(said.approved_by, it.domain),
        "may_replay": who.may(said.drafted_by, it.domain) or who.may(said.approved_by, it.domain),
        "approvers": approvers,
        "differs": await _differs(house, it),
        "most": MOST_REPLAYED,
        "replay": dict(it.replay) if it.replay else None,
    }
    return page(request, visitor, "change.html", shown)


@router.post("/changes/{change}/replay")
async def replay(change: UUID, house: AskedHouse, visitor: AskedVisitor, last: Name = "1000") -> Response:
    """Decide the last decisions again, as it is and as it would be."""
    if not last.isdecimal():
        raise InputInvalid(f"`{last[:40]}` is no number of decisions. Give one from 1 to {MOST_REPLAYED}")
    done = await changes_of(house).replay(change, visitor.person.id, house.clock.now(), last=int(last[:9]))
    decided = done.replay["decided"] if done.replay else 0
    return see_other(f"/changes/{change}", f"{decided} decisions were made again. A second person is asked now.")


@router.post("/changes/{change}/approve")
async def approve(change: UUID, house: AskedHouse, visitor: AskedVisitor, stamp: Name = "") -> Response:
    """Put exactly what was shown in force."""
    await changes_of(house).approve(change, stamp, visitor.person.id, house.clock.now())
    return see_other(f"/changes/{change}", "In force: every process decides by it from now on.")


@router.post("/changes/{change}/reject")
async def reject(change: UUID, house: AskedHouse, visitor: AskedVisitor, reason: Typed = "") -> Response:
    """Say no, with a reason."""
    await changes_of(house).reject(change, reason, visitor.person.id, house.clock.now())
    return see_other(f"/changes/{change}", "Rejected. Its author is told.")


@router.post("/changes/{change}/withdraw")
async def withdraw(change: UUID, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Take one's own change back."""
    await changes_of(house).withdraw(change, visitor.person.id, house.clock.now())
    return see_other(f"/changes/{change}", "Withdrawn.")


async def _form(
    request: Request, house: House, visitor: Visitor, wanted: Wanted, problem: RemitError | None = None
) -> Response:
    records = await registry.list_workers(house.database)
    chosen = next((each for each in records if each.name == wanted.worker), None)
    book = await read_rulebook(house.database, house.roster.shipped)
    needed = Permission.RULES_MODIFY if wanted.kind == ChangeKind.RULE else Permission.WORKERS_MODIFY
    shown: dict[str, Any] = {
        "wanted": wanted,
        "kinds": {"rule": "House rules", "charter": "A charter", "stage": "A stage"},
        "files": [name for name in book.rules.files if name not in ALWAYS],
        "workers": [each.name for each in records],
        "operations": [each.operation for each in chosen.action_permissions] if chosen else [],
        "stages": list(Stage),
        "needed": [role.replace("-", " ") for role in roles_with(needed)],
        "may": visitor.person.may(needed, chosen.domain.value if chosen else ""),
        "problem": sentence(str(problem)) if problem else "",
    }
    return page(request, visitor, "change_new.html", shown, http_status=problem.status if problem else 200)


async def _differs(house: House, change: Change) -> Sequence[ComparedLine]:
    """Compare what a change says with what it replaces, as far as that is still known."""
    said = change.proposal
    if said.kind is ChangeKind.CHARTER and change.before:
        try:
            return compare((await registry.version(house.database, change.before)).charter, said.text or "")
        except NotFound:
            return ()
    if said.kind is ChangeKind.RULE and change.state in OPEN:
        return compare(await read_rule_file(house.database, house.roster.shipped, said.name), said.text or "")
    return ()
