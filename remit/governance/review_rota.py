"""Who is told of a review, and when: the first on the rota at once, the next as time goes by, at last the domain lead.

    opened ── the first of each role's rota; without one everybody who holds the role
      ¼    ── the next
      ½    ── the next, and a reminder to whoever was told
      ¾    ── the next
      9/10 ── a reminder to whoever was told

of the time the review has. Whoever is away is passed over, or stood in for. Being told gives no right, and takes none:
whoever holds a role asked may answer at any time. Nobody left to tell means that the domain lead is told, from half on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from remit.charters.charter import Domain
from remit.charters.role import Role
from remit.errors import InputInvalid, NotAllowed
from remit.governance.answerers import Missing, hold_review, missing_of, standing_of
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.notices import Notice, notify, to_role
from remit.governance.roles import person
from remit.governance.rule import ROLES
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_SHARES: Final = (0.25, 0.5, 0.75, 0.9)
"""At which shares of its time a review is looked at again."""

_REMINDERS: Final = (0.5, 0.9)
_ESCALATIONS: Final = (0.25, 0.5, 0.75)
_LEAD_FROM: Final = 0.5
_LONGEST_ROTA: Final = 100


# ── telling ────────────────────────────────────────────────────────────────────────────────────────────────────────


async def tell_opened(transaction: Transaction, review: Row, now: datetime) -> None:
    """Tell of a new review the first on the rota of each role asked; where there is none, all who hold the role."""
    told = await _next_of(transaction, review, tuple(review["roles"]), now)
    roles = [to_role(role, review["domain"]) for role in review["roles"] if role not in told]
    await _tell(transaction, review, "opened", [*told.values(), *roles], now)
    if told:
        await transaction.execute("note_told", review["id"], list(told.values()))


def first_look(opened_at: datetime, expires_at: datetime) -> datetime:
    """Tell when a new review is looked at again."""
    return opened_at + _SHARES[0] * (expires_at - opened_at)


async def remind_reviews(database: Database, now: datetime) -> int:
    """Tell again, or tell the next, of every open review whose time for it has come; give how many were looked at."""
    async with database.transaction() as transaction:
        rows = await transaction.fetch("take_due_notices", now)
        for row in rows:
            await _remind(transaction, row, now)
        return len(rows)


async def _remind(transaction: Transaction, review: Row, now: datetime) -> None:
    """Do what is due; a halt or a question may have put it off since it was planned."""
    past = [share for share in _SHARES if _moment(review, share) <= now]
    due = past[review["notices"] :]
    missing = missing_of(review, await transaction.fetch("list_answers", review["id"]))
    if any(share in _ESCALATIONS for share in due):
        await _escalate(transaction, review, missing, past[-1], now)
    if any(share in _REMINDERS for share in due):
        await _tell(transaction, review, f"reminded:{past[-1]}", await _awaited(transaction, review, missing, now), now)
    rest = _SHARES[len(past) :]
    planned = _moment(review, rest[0]) if rest else review["expires_at"]
    await transaction.execute("note_reminded", review["id"], max(len(past), review["notices"]), planned)


async def _escalate(transaction: Transaction, review: Row, missing: Missing, share: float, now: datetime) -> None:
    roles = missing.roles or tuple(review["roles"])
    told = list((await _next_of(transaction, review, roles, now)).values())
    await transaction.execute("note_told", review["id"], told)
    if not told and share >= _LEAD_FROM:
        told = [to_role(Role.DOMAIN_LEAD, review["domain"])]
    await _tell(transaction, review, "escalated", told, now)


async def _awaited(transaction: Transaction, review: Row, missing: Missing, now: datetime) -> list[str]:
    """Tell who was told and can answer still; when nobody was told by name, the roles that are missing."""
    able = {row["person"] for row in await transaction.fetch("list_answerers", review["id"], now, "")}
    roles = missing.roles or tuple(review["roles"])
    return [one for one in review["told"] if one in able] or [to_role(role, review["domain"]) for role in roles]


async def _next_of(transaction: Transaction, review: Row, roles: Sequence[str], now: datetime) -> dict[str, str]:
    rows = await transaction.fetch("list_next_told", review["id"], now, list(roles))
    return {row["role"]: row["person"] for row in rows}


def _moment(review: Mapping[str, Any], share: float) -> datetime:
    return review["opened_at"] + share * (review["expires_at"] - review["opened_at"])


async def _tell(transaction: Transaction, review: Row, what: str, recipients: Sequence[str], now: datetime) -> None:
    kind, packet = what.partition(":")[0], review["packet"]
    by_when = f"No answer until {review['expires_at']:%Y-%m-%d %H:%M} UTC counts as reject."
    notices = [
        Notice(
            key=f"review.{what}:{review['id']}:{recipient}",
            kind=f"review.{kind}",
            recipient=recipient,
            title=f"{_SAID[kind]}: `{packet.get('operation', '')}` of {packet.get('worker', '')}",
            body=f"{packet.get('proposal', '')}\n{packet.get('purpose', '')}\n{by_when}",
            link=f"/reviews/{review['id']}",
        )
        for recipient in dict.fromkeys(recipients)
    ]
    await notify(transaction, *notices, now=now)


_SAID: Final = {
    "opened": "you are asked",
    "reminded": "this still waits for an answer",
    "escalated": "nobody has answered this yet",
    "handed": "this was handed on to you",
}


# ── handing on ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOn:
    """Who hands a review on, to whom, and why."""

    review: UUID
    by: str
    to: str
    """a person's id, or one of the roles asked"""
    reason: str


async def hand_on(database: Database, given: HandOn, now: datetime) -> None:
    """Hand a review on to somebody else who may answer it, or to all of a role it asks.

    Raises:
        NotFound: There is no such review.
        Conflict: It is decided, expired or frozen.
        NotAllowed: Who hands it on may not answer it, or whom it is handed to may not.
        InputInvalid: It gives no reason.
    """
    reason = as_kept(given.reason).strip()
    if not reason:
        raise InputInvalid("handing on needs a reason, so that whoever gets it knows what is wanted")
    async with database.transaction() as transaction:
        review = await hold_review(transaction, given.review, now)
        await standing_of(transaction, review, given.by, now)
        able = {row["person"] for row in await transaction.fetch("list_answerers", given.review, now, "")} - {given.by}
        if given.to not in able and given.to not in review["roles"]:
            who = ", ".join(f"`{one}`" for one in (*review["roles"], *sorted(able)))
            raise NotAllowed(f"`{given.to}` cannot answer this review. Hand it on to one of {who}")
        recipient = given.to if given.to in able else to_role(given.to, review["domain"])
        if given.to in able:
            await transaction.execute("note_told", given.review, [given.to])
        await _tell(transaction, review, f"handed:{now.isoformat()}", [recipient], now)
        body = {"review": review["id"], "step": review["step"], "person": given.by, "to": given.to, "reason": reason}
        await append(transaction, entry_of(EntryKind.REVIEW_HANDED, review, body, now))


def entry_of(kind: EntryKind, review: Row, body: dict[str, Any], now: datetime) -> Entry:
    """Make the entry of something that happened to a review, so that it is found with its run."""
    about = review["packet"].get("about") or ""
    return Entry(
        kind=kind,
        body=body,
        worker=review["worker"],
        run=review["run"],
        about=about,
        trace_id=review["trace_id"],
        at=now,
    )


# ── the rota ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One place of a rota."""

    person: str
    since: datetime | None = None
    """from when on, at once when not said"""
    until: datetime | None = None
    """until when, without end when not said"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """In which order the people of a role are told."""

    role: str
    domain: str
    """empty for every domain that has no rota of its own, or has come to the end of it"""
    turns: tuple[Turn, ...]


async def set_rota(database: Database, rota: Rota, by: str, now: datetime) -> None:
    """Say in which order the people of a role are told of reviews; it takes the place of what was said before.

    Raises:
        NotAllowed: Who says it may not.
        InputInvalid: The role or the domain is none, or somebody does not hold the role there.
    """
    if rota.role not in ROLES or (rota.domain and rota.domain not in set(Domain)):
        where = f" in `{rota.domain[:40]}`" if rota.domain else ""
        raise InputInvalid(f"no review asks `{rota.role[:40]}`{where}. `docs/operations.md` lists roles and domains")
    if len(rota.turns) > _LONGEST_ROTA:
        raise InputInvalid(f"a rota has {_LONGEST_ROTA} places at most. Leave some out: everybody can answer still")
    async with database.transaction() as transaction:
        (await person(transaction, by)).check(Permission.PEOPLE_MODIFY)
        for turn in rota.turns:
            await _check_turn(transaction, rota, turn)
        columns = [[getattr(turn, name) for turn in rota.turns] for name in ("person", "since", "until")]
        await transaction.execute("replace_rota", rota.role, rota.domain, *columns)
        turns = [{"person": turn.person, "since": _text(turn.since), "until": _text(turn.until)} for turn in rota.turns]
        body = {"role": rota.role, "domain": rota.domain, "turns": turns, "by": by}
        await append(transaction, Entry(kind=EntryKind.ROTA_SET, body=body, at=now))


async def _check_turn(transaction: Transaction, rota: Rota, turn: Turn) -> None:
    who = await person(transaction, turn.person)
    if not who.holds(rota.role, rota.domain) and (rota.domain or not who.is_active):
        raise InputInvalid(f"`{turn.person}` is not here, or no {rota.role} in {rota.domain}. Give the role first")
    if turn.since and turn.until and turn.until <= turn.since:
        raise InputInvalid(f"the turn of `{turn.person}` ends before it begins. Say a later end")


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


async def list_rotas(database: Database, now: datetime) -> Sequence[Row]:
    """List the rotas, each in its order."""
    return await database.fetch("list_rotas", now)
