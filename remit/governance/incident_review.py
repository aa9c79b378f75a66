"""The review of an incident as Markdown: what the ledger knows is filled in, what only people know is asked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson

from remit.governance.incidents import QUESTIONS, Section, show_incident
from remit.store.database import Database, Row

_BEFORE: Final = timedelta(hours=1)
_AFTER: Final = timedelta(hours=1)
_MOST: Final = 200  # entries; the ledger holds the others


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One entry of the ledger, as far as a review tells of it."""

    at: datetime
    kind: str
    worker: str
    run: UUID | None
    about: str
    body: dict[str, Any]

    @property
    def operation(self) -> str:
        """What was asked of a system; empty when the entry is of something else."""
        return str(self.body.get("operation") or self.body.get("action", {}).get("operation", ""))


async def write_review(database: Database, incident: UUID) -> str:
    """Write the review of an incident, as far as it is known.

    Raises:
        NotFound: There is none of that number.
    """
    row = await show_incident(database, incident)
    known = await list_known(database, row)
    sections = await database.fetch("list_sections", incident)
    reversals = await database.fetch("list_reversals", row["scope"], row["set_at"] - _BEFORE)
    told = (_triggers(known), _actions(known), _taken_back(reversals), _decisions(known), _answers(known))
    parts = (_head(row), _timeline(row, known), *told)
    return "\n".join(line for part in (*parts, _written(sections)) for line in part) + "\n"


async def list_known(database: Database, incident: Row) -> list[Known]:
    """List what the ledger says of an incident, from an hour before its halt to an hour after its end, oldest first.

    Args:
        database: The database.
        incident: As `show_incident` gives it.
    """
    workers = [worker["name"] for worker in await database.fetch("list_halted_workers", incident["scope"])]
    until = (incident["lifted_at"] or incident["set_at"]) + _AFTER
    entries = await database.fetch("list_incident_entries", workers, incident["set_at"] - _BEFORE, until, _MOST)
    return [each for each in map(_known, entries) if _concerns(each, incident["scope"])]


def _known(row: Row) -> Known:
    body = orjson.loads(row["body"])["body"]
    fields = {name: row[name] for name in ("at", "kind", "worker", "run", "about")}
    return Known(body=body, **fields)


def _concerns(entry: Known, scope: str) -> bool:
    """Leave out what was asked of other systems than the one that was halted."""
    return not scope.startswith("connection:") or entry.operation.startswith(f"{scope.partition(':')[2]}.")


def _head(row: Row) -> Iterator[str]:
    lifted = f"{_when(row['lifted_at'])} by {row['lifted_by']}" if row["lifted_at"] else "not yet"
    yield f"# Incident: {_line(row['scope'])} was stopped"
    yield ""
    yield f"- Incident: `{row['id']}`, {row['state']}"
    yield f"- Stopped: {_when(row['set_at'])} by {_line(row['set_by'])}"
    yield f"- Reason given: {_line(row['reason'])}"
    yield f"- Let go on: {lifted}"
    answer = row["answer"]
    if answer:
        yield f"- Answered in {answer['answered_in']} ms; still in flight then: {len(answer['in_flight'])}"
    yield ""
    yield "This review blames nobody. It looks for what the house can change."


def _timeline(row: Row, known: Sequence[Known]) -> Iterator[str]:
    yield from _headed("Timeline")
    lines = [(each.at, f"{each.worker}: {_told(each)}") for each in known]
    lines.append((row["set_at"], f"**{_line(row['set_by'])} stopped {_line(row['scope'])}**"))
    if row["lifted_at"]:
        lines.append((row["lifted_at"], f"**{_line(row['lifted_by'])} let it go on**"))
    for at, told in sorted(lines, key=lambda line: line[0]):
        yield f"- {_when(at)} {told}"


def _told(entry: Known) -> str:
    what = " ".join(part for part in (entry.kind, entry.operation, entry.about) if part)
    return f"{_line(what)}, run `{entry.run}`" if entry.run else _line(what)


def _triggers(known: Sequence[Known]) -> Iterator[str]:
    yield from _headed("What triggered it")
    yield from _or_none(
        f"- {_line(each.body['type'])} from {_line(each.body['source'])}, about {_line(each.about) or 'nothing named'}"
        for each in known
        if each.kind == "signal.received"
    )


def _actions(known: Sequence[Known]) -> Iterator[str]:
    yield from _headed("What was done")
    yield from _or_none(
        f"- {each.kind.partition('.')[2]}: `{each.operation}` `{each.body['key']}`"
        for each in known
        if each.kind in {"action.performed", "action.failed", "action.doubted"}
    )


def _taken_back(reversals: Sequence[Row]) -> Iterator[str]:
    yield from _headed("What was to be taken back")
    told = [
        f"- `{row['key']}` by `{_line(row['operation'])}`, requested by {_line(row['requested_by'])}: "
        f"{row['action_state'] or row['state']}, run `{row['run']}`"
        for row in reversals
    ]
    yield from told or ["Nobody requested a reversal."]


def _decisions(known: Sequence[Known]) -> Iterator[str]:
    yield from _headed("Decisions and their rules")
    yield from _or_none(
        f"- {each.body['decision']['verdict']}: `{each.operation}`, by {_rules(each)}"
        for each in known
        if each.kind == "action.decided"
    )


def _rules(entry: Known) -> str:
    return ", ".join(entry.body["decision"]["rules"]) or "no rule"


def _answers(known: Sequence[Known]) -> Iterator[str]:
    yield from _headed("Approvals")
    yield from _or_none(
        f"- {_line(each.body['person'])}: {each.body['verdict']}, {_line(each.body['reason']) or 'no reason given'}"
        for each in known
        if each.kind == "review.answered"
    )


def _written(sections: Sequence[Row]) -> Iterator[str]:
    for section in Section:
        yield from _headed(section.value.capitalize() if section is not Section.FIX else "Fixes")
        rows = [row for row in sections if row["name"].partition("-")[0] == section.value]
        for row in rows:
            by = f", by {row['due']:%Y-%m-%d}" if row["due"] else ""
            owner = f" (owner: {_line(row['owner'])}{by})" if row["owner"] else ""
            yield f"{_quoted(row['words'])}{owner} — {_line(row['written_by'])}, {_when(row['written_at'])}"
        if not rows:
            yield f"*{QUESTIONS[section]}*"


def _headed(title: str) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""


def _or_none(lines: Iterator[str]) -> Iterator[str]:
    told = list(lines)
    yield from told or ["The ledger has nothing of it between an hour before the halt and an hour after its end."]


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _line(words: object) -> str:
    """Write what somebody said as one line that can be no heading, link or markup of its own."""
    told = " ".join(str(words).split())
    return "".join(f"\\{letter}" if letter in "\\`*[]<>#|" else letter for letter in told)


def _quoted(words: str) -> str:
    """Write what a person wrote, line by line, so that none of it becomes a heading of the page."""
    return "\n".join(f"> {_line(line)}" for line in words.splitlines())
