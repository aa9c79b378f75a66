"""The record of one run in one object: what it was asked, what it called, what came of it, and who overrode it.

It is made from entries alone, so that whoever holds the entries can make it again and compare.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

FIELDS = (
    "timestamp",
    "agent_id",
    "workflow",
    "request_id",
    "inputs",
    "tool_calls",
    "output",
    "policy_version",
    "human_override",
)
"""What a record holds, in this order."""

_PROCESS = re.compile(r"(?m)^process:[ \t]*(['\"]?)(.+?)\1[ \t\r]*$")
_STATES = {
    "forbidden": "no rule permits it",
    "waiting": "it waits",
    "performing": "its system was asked; nothing is known of the answer yet",
}

Entry = Mapping[str, Any]
"""An entry as its bytes say it."""


def process_of(charter: str) -> str:
    """Read from the text of a charter the business process it works in; empty when it does not say."""
    found = _PROCESS.search(charter)
    return found[2] if found else ""


def run_record(run: str, entries: Sequence[Entry], workflows: Mapping[str, str]) -> dict[str, Any]:
    """Make the record of a run.

    Args:
        run: Its number.
        entries: All entries of the run, the signal that began it among them, in order of index.
        workflows: The business process of each version of a worker, by the digest of the version.
    """
    worker = next((entry["worker"] for entry in entries if entry["run"] == run and entry["worker"]), "")
    opened = _find_opened(run, entries)
    version = opened.get("version") or _last(entries, "run.settled", "version") or ""
    worker = worker or opened.get("worker", "")
    settled = next((entry for entry in reversed(entries) if entry["kind"] == "run.settled"), None)
    return {
        "timestamp": entries[0]["at"],
        "agent_id": f"{worker}@{version}",
        "workflow": workflows.get(version) or opened.get("trigger") or "",
        "request_id": run,
        "inputs": _inputs(entries),
        "tool_calls": _tool_calls(entries),
        "output": _said(settled, "state", "reason") if settled else None,
        "policy_version": _policy(entries),
        "human_override": [_override(entry) for entry in entries if _is_override(entry)],
    }


def versions_in(entries: Sequence[Entry]) -> set[str]:
    """Name the versions of workers that entries of runs speak of."""
    opened = {each["version"] for entry in entries for each in _list(entry["body"], "runs") if "version" in each}
    settled = {entry["body"].get("version") for entry in entries if entry["kind"] == "run.settled"}
    return {version for version in opened | settled if version}


def _find_opened(run: str, entries: Sequence[Entry]) -> Mapping[str, Any]:
    """Find what the signal says of the run it opened."""
    opened = (each for entry in entries if entry["kind"] == "signal.received" for each in _list(entry["body"], "runs"))
    return next((each for each in opened if each.get("run") == run), dict[str, Any]())


def _inputs(entries: Sequence[Entry]) -> dict[str, Any] | None:
    """Tell what began the run; None where the signal is not among the entries."""
    signal = next((entry for entry in entries if entry["kind"] == "signal.received"), None)
    if signal is None:
        return None
    return {"about": signal["about"], **_said(signal, "type", "source", "id", "time", "data", "requested_by")}


def _said(entry: Entry, *fields: str) -> dict[str, Any]:
    """Take fields out of a body; one that is sealed says so instead."""
    body = entry["body"]
    return {"sealed": True} if body.keys() == {"sealed"} else {field: body.get(field) for field in fields}


def _policy(entries: Sequence[Entry]) -> str | None:
    decisions = [entry["body"].get("decision", {}) for entry in entries if entry["kind"] == "action.decided"]
    return next((decision["policy"] for decision in reversed(decisions) if decision.get("policy")), None)


# ── what it called ─────────────────────────────────────────────────────────────────────────────────────────────────


def _tool_calls(entries: Sequence[Entry]) -> list[dict[str, str]]:
    """List reads, judgements and writes in the order of steps, each with what came of it in the end."""
    calls: dict[int, dict[str, str]] = {}
    for entry in entries:
        for step in _list(entry["body"], "steps"):
            if step["kind"] != "act":
                calls[step["number"]] = {"tool": step["name"], "status": "ok", "reason": ""}
        if entry["kind"] in _READ:
            number = entry["body"].get("step", _SEALED)
            before = calls.get(number, {"tool": "", "status": "blocked", "reason": ""})
            calls[number] = before | _READ[entry["kind"]](entry["body"], before["reason"])
    return [calls[number] for number in sorted(calls)]


_SEALED = 1 << 31  # the step of an action whose entry is sealed: which one it was cannot be told


def _decided(body: Mapping[str, Any], before: str) -> dict[str, str]:
    if "decision" not in body:
        return {"reason": "sealed"}
    said = body["decision"]
    reason = "; ".join([*said["reasons"], *said["errors"]]) or _STATES.get(body["state"], "")
    reason = "; ".join(filter(None, (before if before.startswith("approved by") else "", reason)))
    return {"tool": body["action"]["operation"], "status": "blocked", "reason": reason}


def _performed(body: Mapping[str, Any], before: str) -> dict[str, str]:
    return {"tool": body.get("operation", ""), "status": "ok", "reason": before}


def _failed(body: Mapping[str, Any], before: str) -> dict[str, str]:
    return {"tool": body.get("operation", ""), "status": "blocked", "reason": body.get("reason", before)}


def _answered(body: Mapping[str, Any], before: str) -> dict[str, str]:
    if "verdict" not in body:
        return {}
    verb = "approved" if body["verdict"] == "approve" else "rejected"
    said = f"{verb} by {body['person']}: {body['reason']}"
    return {"reason": f"{before}; {said}" if before.startswith("approved by") else said}


def _expired(_body: Mapping[str, Any], _before: str) -> dict[str, str]:
    return {"status": "blocked", "reason": "nobody answered in time"}


_READ = {
    "action.decided": _decided,
    "action.performed": _performed,
    "action.failed": _failed,
    "action.doubted": _failed,
    "review.answered": _answered,
    "review.expired": _expired,
}


# ── who overrode it ────────────────────────────────────────────────────────────────────────────────────────────────


def _is_override(entry: Entry) -> bool:
    body = entry["body"]
    return entry["kind"] == "review.answered" and (body.get("verdict") == "reject" or bool(body.get("edited")))


def _override(entry: Entry) -> dict[str, Any]:
    return {"at": entry["at"], **_said(entry, "step", "person", "verdict", "reason", "edited")}


def _list(body: Mapping[str, Any], field: str) -> list[dict[str, Any]]:
    found = body.get(field)
    listed = cast("list[Any]", found) if isinstance(found, list) else []
    return [cast("dict[str, Any]", each) for each in listed if isinstance(each, dict)]


def _last(entries: Sequence[Entry], kind: str, field: str) -> Any:
    return next((entry["body"].get(field) for entry in reversed(entries) if entry["kind"] == kind), None)
