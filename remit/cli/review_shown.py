"""What `remit review` prints for people: a review on one screen, and what people corrected."""

from collections.abc import Mapping, Sequence
from typing import Any

from remit.cli.output import ago, field, in_money, say, short
from remit.cli.table import print_table
from remit.store.database import Row


def show_whole(row: Row) -> None:
    """Print everything needed to decide."""
    packet = row["packet"]
    say(f"review {row['id']}: {row['state']}, asks {' and '.join(row['roles'])}")
    say(f"  {packet['question']}")
    field("proposal", packet.get("proposal", ""))
    field("purpose", packet["purpose"])
    field("worker", f"{packet['worker']}, sure to {packet['confidence'] / 10:g} %")
    field("began with", packet["trigger"])
    for reason in packet["why"]:
        field("asked", reason)
    say()
    field("operation", f"{row['operation']} ({row['risk']} risk)")
    for name, value in row["arguments"].items():
        field(name, in_money(name, value, row["arguments"].get("currency")))
    say()
    for piece in packet["evidence"]:
        field("evidence", piece.get("title", ""))
        for name, value in piece.items():
            if name != "title":
                field(f"  {name}", value)
    for past in row["precedents"]:
        said = "; ".join(f"{one['person']} {one['verdict']} {one['reason']}".strip() for one in past["answers"])
        field("before", f"{ago(past['answered_at'])}, {past['about'] or 'nothing named'}: {past['state']}. {said}")
    field("approve", packet["on_approve"])
    field("reject", packet["on_reject"])
    field("expires", f"{row['expires_at']:%Y-%m-%d %H:%M} UTC, {ago(row['expires_at'])}: {packet['on_expiry']}")
    field("digest", row["digest"][:12])
    _show_talk(row)


def _show_talk(row: Row) -> None:
    """Print what was said about it, and what is missing."""
    for edit in row["edits"]:
        for name, change in edit["changes"].items():
            field(
                "edited",
                f"{edit['person']} {name}: {change.get('before', 'nothing')} → {change.get('after', 'nothing')}",
            )
    for question in row["questions"]:
        field("question", f"{question['asked_by']} asks {question['asked_of']}: {question['words']}")
        field("reply", question["reply"] or f"none yet: `remit question reply {short(question['id'])}`")
    for given in row["answers"]:
        whose = f" for {given['delegator']}" if given["delegator"] else ""
        field("answered", f"{given['person']} as {given['role']}{whose}: {given['verdict']} {given['reason']}")
    if row["state"] == "open":
        roles = f", {' and '.join(row['missing_roles'])} among them" if row["missing_roles"] else ""
        field("missing", f"{row['missing_people']} more{roles}")
        field("can answer", ", ".join(sorted({one["person"] for one in row["can_answer"]})) or "nobody")
        for person, why in row["excluded"].items():
            field("may not", f"{person}: {why}")


def show_feedback(rows: Sequence[Row], counted: Sequence[Row]) -> None:
    """Print what people corrected, and how often they did."""
    cells = [
        (ago(row["given_at"]), row["worker"], row["operation"], row["person"], _what(row), row["reason"])
        for row in rows
    ]
    print_table(("when", "worker", "operation", "who", "what", "why"), cells, empty="nobody corrected anything")
    for row in counted:
        over, of = row["edited"] + row["rejected"], row["decided"]
        say(f"{row['worker']} {row['operation']}: {over} of {of} overridden in 30 days, {over / of:.0%}")


def _what(row: Mapping[str, Any]) -> str:
    return f"reject, {row['code']}" if row["kind"] == "reject" else f"edit of {', '.join(row['changes'])}"
