"""Entries as events of the Open Cybersecurity Schema Framework, version 1.8.0, for a SIEM that knows it.

What a worker asked of a system is API Activity (6003); a person who came, changed or left, and an identity given or
taken, is Account Change (3001); whatever else is Entity Management (3004). Each event carries the entry's own bytes as
`raw_data`, so nothing is lost in the translation.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

VERSION: Final = "1.8.0"

_OTHER: Final = 99
_SUCCESS, _FAILURE = 1, 2
_INFORMATIONAL, _MEDIUM, _HIGH = 1, 3, 4

_ACCOUNT_CHANGES: Final = {  # activities of class 3001
    "identity.revoked": 5,  # disable
    "identity.restored": 2,  # enable
    "identity.rotated": 3,  # password change: of a worker, its tokens
    "person.saved": 7,  # attach policy: the roles a person holds
}
_ENTITY_CHANGES: Final = {  # activities of class 3004
    "charter.registered": 1,  # create
    "halt.set": 9,  # disable
    "halt.lifted": 8,  # enable
    "subject.erased": 4,  # delete
    "retention.enforced": 4,
}
_STATUS: Final = {
    "action.performed": _SUCCESS,
    "action.failed": _FAILURE,
    "identity.refused": _FAILURE,
    "handoff.failed": _FAILURE,
}
_SEVERITY: Final = {
    "action.doubted": _HIGH,
    "action.failed": _MEDIUM,
    "halt.set": _HIGH,
    "handoff.failed": _MEDIUM,
    "identity.revoked": _HIGH,
    "incident.opened": _HIGH,
}


def ocsf_of(index: int, entry: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    """Make an event of an entry.

    Args:
        index: Its place in the tree.
        entry: What its bytes say.
        data: The bytes.
    """
    kind: str = entry["kind"]
    if kind.startswith("action."):
        return _event(6003, 3 if kind == "action.decided" else _OTHER, index, entry, data) | _called(entry)
    if kind in _ACCOUNT_CHANGES:
        return _event(3001, _ACCOUNT_CHANGES[kind], index, entry, data) | {"user": _account(entry)}
    return _event(3004, _ENTITY_CHANGES.get(kind, _OTHER), index, entry, data) | {"entity": _entity(entry)}


def _event(class_uid: int, activity: int, index: int, entry: Mapping[str, Any], data: bytes) -> dict[str, Any]:
    at = datetime.fromisoformat(entry["at"]).astimezone(UTC)
    metadata: dict[str, Any] = {
        "event_code": entry["kind"],
        "log_name": "ledger",
        "original_time": entry["at"],
        "product": {"name": "Remit", "vendor_name": "Remit"},
        "sequence": index,
        "uid": entry["id"],
        "version": VERSION,
    }
    if entry["trace_id"]:
        metadata["correlation_uid"] = entry["trace_id"]
    event: dict[str, Any] = {
        "activity_id": activity,
        "activity_name": entry["kind"],
        "actor": _actor(entry),
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "metadata": metadata,
        "raw_data": data.decode(),
        "severity_id": _SEVERITY.get(entry["kind"], _INFORMATIONAL),
        "time": int(at.timestamp() * 1000),
        "type_uid": class_uid * 100 + activity,
        "unmapped": {"about": entry["about"], "run": entry["run"], "worker": entry["worker"]},
    }
    if status := _status(entry):
        event["status_id"] = status
    return event


def _status(entry: Mapping[str, Any]) -> int | None:
    """Tell whether it came out well, where that can be said."""
    if entry["kind"] == "action.decided" and entry["body"].get("state") == "forbidden":
        return _FAILURE
    return _STATUS.get(entry["kind"])


def _actor(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Name the person who did it, else the worker, else the house."""
    body = entry["body"]
    person = next((body[field] for field in ("person", "by", "requested_by") if body.get(field)), "")
    if person and not entry["kind"].startswith("action."):
        return {"user": {"uid": str(person)}}
    return {"app_name": entry["worker"] or "remit"}


def _called(entry: Mapping[str, Any]) -> dict[str, Any]:
    body = entry["body"]
    action: Mapping[str, Any] = body.get("action") or {}
    api: dict[str, Any] = {"operation": body.get("operation") or action.get("operation") or "sealed"}
    if "key" in body:
        api["request"] = {"uid": body["key"]}
    return {"api": api, "src_endpoint": {"name": entry["worker"] or "remit"}}


def _account(entry: Mapping[str, Any]) -> dict[str, Any]:
    body = entry["body"]
    if entry["kind"] == "person.saved":
        return {"uid": str(body.get("person") or "unknown"), "name": str(body.get("name") or "unknown")}
    return {"uid": str(body.get("worker") or entry["worker"] or "unknown")}


def _entity(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Name what was changed: the scope of a halt, what the entry is about, its worker or its run."""
    scope = entry["body"].get("scope")
    named = scope or entry["about"] or (f"worker:{entry['worker']}" if entry["worker"] else "house")
    return {"uid": str(named), "type": str(named).partition(":")[0]}
