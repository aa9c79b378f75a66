"""The story of a run: what its steps and its ledger entries say together, in the order in which it happened.

Steps know what was asked and answered; entries know when, who, and every decision there was, not only the last one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from remit.ledger.read import RecordedEntry
from remit.store.database import Row

_LAST: Final = 1 << 31  # after every step
_VERBS: Final = {"read": "reads ", "judge": "judges: "}
_TOLD_BY_STEPS: Final = {"signal.received", "run.settled"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One thing in the story of a run."""

    kind: str
    """`signal`, `read`, `judge`, `wait`, `hand_over`, `end`, or the kind of an entry"""
    at: datetime
    step: int | None = None
    title: str = ""
    state: str = ""
    says: tuple[str, ...] = ()
    """sentences: the rules that spoke, why it ended, what a person gave as reason"""
    who: str = ""
    asked: Any = None
    gave: Any = None
    notes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """further facts, by name"""
    changes: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """what a person changed, by argument, each with what it was before and after"""
    cost: int = 0
    """in millionths of the house currency"""
    took: timedelta | None = None
    """of a read or a judgement, where that was noted"""
    review: UUID | None = None
    entry: UUID | None = None

    @property
    def anchor(self) -> str:
        """Its name in the address of the page."""
        return f"e-{self.entry}" if self.entry else f"{self.kind}-{'' if self.step is None else self.step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Something that took time, for the drawing."""

    name: str
    kind: str
    """`run`, `read`, `judge`, `review`, `action`, `wait` or `handoff`"""
    begin: datetime
    end: datetime
    is_over: bool = True


def tell_story(
    run: Row, entries: Sequence[RecordedEntry], answers: Sequence[Row], handoffs: Sequence[Row]
) -> list[Happening]:
    """Tell what happened in a run, in order.

    Args:
        run: As `show_run` gives it.
        entries: Of the run, in any order; where none may be read, the last decision of each action is told.
        answers: What people answered to its reviews.
        handoffs: Those of its trace.
    """
    told: list[tuple[datetime, int, int, Happening]] = [(run["received_at"], -1, 0, _signal(run))]
    told += [(each.at, each.step or 0, 1, each) for each in _steps(run, handoffs)]
    acts = list(_entries(run, entries, answers)) if entries else list(_actions(run))
    told += [(each.at, _LAST if each.step is None else each.step, 2, each) for each in acts]
    if run["state"] in {"done", "exception", "stopped"}:
        told.append((run["changed_at"], _LAST, 3, _end(run, entries)))
    return [each for *_, each in sorted(told, key=lambda one: one[:3])]


def cost_of(story: Sequence[Happening]) -> int:
    """Add up what a story cost, in millionths of the house currency."""
    return sum(each.cost for each in story)


def spans_of(run: Row, handoffs: Sequence[Row], now: datetime) -> list[Span]:
    """List what took time in a run: itself first, then its parts as they began."""
    over = run["state"] in {"done", "exception", "stopped"}
    parts = [*_spans(run, now), *(handoff_span(each, now) for each in handoffs if each["run"] == run["id"])]
    end = run["changed_at"] if over else now
    # What was handed over may go on long after the run has ended.
    whole = Span(name=run["worker"], kind="run", begin=run["opened_at"], end=end, is_over=over)
    return [whole, *sorted(parts, key=lambda span: span.begin)]


def handoff_span(handoff: Row, now: datetime) -> Span:
    """Tell how long a handoff took, or takes until now."""
    begin, end = handoff["opened_at"], handoff["settled_at"]
    name = f"{handoff['path']} → {handoff['receiving_domain'].replace('_', ' ')}"
    return Span(name=name, kind="handoff", begin=begin, end=end or max(now, begin), is_over=end is not None)


# ── steps ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _signal(run: Row) -> Happening:
    notes = {"type": run["type"], "about": run["subject"], "from": run["source"], "number": run["signal_id"]}
    return Happening(
        kind="signal",
        at=run["received_at"],
        title=run["type"],
        who=run["requested_by"],
        gave=run["data"],
        notes=notes | {"trigger": run["trigger"]},
    )


def _steps(run: Row, handoffs: Sequence[Row]) -> Iterator[Happening]:
    by_id = {str(each["id"]): each for each in handoffs}
    for step in run["steps"]:
        begin, end = _times(step)
        at, took = begin or datetime.fromisoformat(step["recorded_at"]), end - begin if begin and end else None
        match step["kind"]:
            case "judge":
                yield _judged(step, at, took)
            case "hand_over":
                yield _handed(step, at, by_id.get(str(step["result"])))
            case "act":
                continue  # its entries tell it, every decision of it
            case _:
                yield Happening(
                    kind=step["kind"],
                    at=at,
                    step=step["number"],
                    title=step["name"],
                    asked=step["asked"],
                    gave=step["result"],
                    took=took,
                )


def _times(step: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """Tell when a step began and ended, where that was noted."""
    begin, end = (datetime.fromisoformat(step[name]) if step[name] else None for name in ("begun_at", "ended_at"))
    return begin, end


def _judged(step: Mapping[str, Any], at: datetime, took: timedelta | None) -> Happening:
    given = _mapping(step["result"]) or {"value": step["result"]}
    notes = {
        name: given[name] for name in ("by", "version", "confidence", "tokens") if given.get(name) not in {None, ""}
    }
    failed = str(given.get("message", "")) if "failed" in given else ""
    return Happening(
        kind="judge",
        at=at,
        step=step["number"],
        title=step["name"],
        state="failed" if failed else "",
        says=tuple(text for text in (failed or str(given.get("because", "")),) if text),
        asked=step["asked"],
        gave=given.get("value"),
        notes=notes,
        cost=int(given.get("cost", 0) or 0),
        took=took,
    )


def _handed(step: Mapping[str, Any], at: datetime, handoff: Row | None) -> Happening:
    notes: dict[str, Any] = {}
    if handoff:
        notes = {"to": handoff["receiving_domain"], "owner": handoff["owner"], "if it fails": handoff["failure_owner"]}
        notes |= {"acknowledge by": handoff["acknowledge_by"], "acknowledged": handoff["acknowledged_at"]}
        notes |= {"runs": list(handoff["receivers"])}
    return Happening(
        kind="hand_over",
        at=at,
        step=step["number"],
        title=step["name"],
        state=handoff["state"] if handoff else "",
        says=(handoff["reason"],) if handoff and handoff["reason"] else (),
        asked=step["asked"],
        notes=notes,
    )


def _end(run: Row, entries: Sequence[RecordedEntry]) -> Happening:
    entry = next((each.id for each in entries if each.kind == "run.settled"), None)
    said = (run["reason"],) if run["reason"] else ()
    return Happening(kind="end", at=run["changed_at"], title=run["state"], state=run["state"], says=said, entry=entry)


# ── entries ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _entries(run: Row, entries: Sequence[RecordedEntry], answers: Sequence[Row]) -> Iterator[Happening]:
    reviews = {each["step"]: UUID(each["id"]) for each in run["reviews"]}
    given = {(each["person"], each["review"]): each for each in answers}
    for entry in sorted(entries, key=lambda each: each.serial):
        if entry.kind in _TOLD_BY_STEPS or entry.kind == "handoff.opened":
            continue
        step = entry.body.get("step")
        step = step if isinstance(step, int) else None
        review = _review_of(entry) or (reviews.get(step) if step is not None else None)
        answer = given.get((str(entry.body.get("person", "")), review)) if review else None
        yield _of_entry(entry, step, review, answer if entry.kind == "review.answered" else None)


def _review_of(entry: RecordedEntry) -> UUID | None:
    try:
        return UUID(str(entry.body.get("review", "")))
    except ValueError:
        return None


def _of_entry(entry: RecordedEntry, step: int | None, review: UUID | None, answer: Row | None) -> Happening:
    body = entry.body
    action, decision = _mapping(body.get("action")), _mapping(body.get("decision"))
    state = str(answer["verdict"] if answer else decision.get("verdict") or body.get("state") or "")
    reason = str((answer["reason"] if answer else body.get("reason")) or "")
    names = ("purpose", "amount", "currency", "confidence", "role", "delegator", "key", "policy", "rules", "errors")
    every = {**body, **action, **decision, **(dict(answer) if answer else {})}
    return Happening(
        kind=entry.kind,
        at=entry.at,
        step=step if step is not None else (answer["step"] if answer else None),
        title=str(action.get("operation") or body.get("operation") or body.get("path") or ""),
        state=state,
        says=(*(str(each) for each in decision.get("reasons", ())), *((reason,) if reason else ())),
        who=str(body.get("person") or body.get("by") or ""),
        asked=action.get("arguments"),
        gave=body.get("result"),
        notes={name: every[name] for name in names if every.get(name) not in (None, "", [])},
        changes=_mapping(answer["changes"]) if answer else {},
        review=review if entry.kind.startswith(("review", "question")) or state == "review" else None,
        entry=entry.id,
    )


def _actions(run: Row) -> Iterator[Happening]:
    """Tell the actions by their rows alone."""
    for action in run["actions"]:
        decision = _mapping(action["decision"])
        yield Happening(
            kind="action.decided",
            at=datetime.fromisoformat(action["decided_at"]),
            step=action["step"],
            title=action["operation"],
            state=action["state"],
            says=tuple(str(each) for each in decision.get("reasons", ())),
            asked=action["arguments"],
            gave=action["result"],
            notes={"rules": decision.get("rules", [])},
        )


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}  # pyright: ignore[reportUnknownVariableType]  # JSON


# ── what took time ─────────────────────────────────────────────────────────────────────────────────────────────────


def _spans(run: Row, now: datetime) -> Iterator[Span]:
    for review in run["reviews"]:
        end = datetime.fromisoformat(review["answered_at"]) if review["answered_at"] else None
        is_open = review["state"] == "open"
        if end or is_open:
            begin = datetime.fromisoformat(review["opened_at"])
            yield Span(
                name=f"review of {review['operation']}", kind="review", begin=begin, end=end or now, is_over=not is_open
            )
    for action in run["actions"]:
        if action["state"] == "waiting":
            continue
        begin = datetime.fromisoformat(action["decided_at"])
        end = datetime.fromisoformat(action["settled_at"]) if action["settled_at"] else None
        yield Span(name=action["operation"], kind="action", begin=begin, end=end or max(begin, now), is_over=bool(end))
    for step in run["steps"]:
        begin, end = _times(step)
        if begin and end:  # of a step recorded before its times were, nothing is drawn
            yield Span(name=f"{_VERBS.get(step['kind'], '')}{step['name']}", kind=step["kind"], begin=begin, end=end)
        elif step["kind"] == "wait" and isinstance(step["result"], str):  # else it was taken away with its run
            begin, until = (datetime.fromisoformat(step[name]) for name in ("recorded_at", "result"))
            yield Span(name="waits", kind="wait", begin=begin, end=min(until, max(now, begin)), is_over=until <= now)
