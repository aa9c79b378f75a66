"""Signals of the practice company, as CloudEvents: what its systems would report on a Monday morning."""

from datetime import UTC, date, datetime, time
from typing import Any

from remit.practice.history.accounts import accounts
from remit.practice.history.opportunities import opportunities
from remit.practice.history.tickets import tickets
from remit.practice.history.usage import usage

_STALE_AFTER = 14  # days without activity
_BASELINE = 4  # weeks a drop is measured against


def sample_signals(today: date, *, seed: int = 7) -> list[dict[str, Any]]:
    """Report last week's usage of every account, every opportunity that stalled or was won, and every new ticket.

    The same day and seed give the same signals, ids included: received twice, they are known.
    """
    return [
        *_usage_reports(seed, today),
        *_opportunity_reports(seed, today),
        *_ticket_reports(seed, today),
    ]


def _usage_reports(seed: int, today: date) -> list[dict[str, Any]]:
    by_account = {account.id: account.data for account in accounts(seed, today)}
    reports: list[dict[str, Any]] = []
    for record in usage(seed, today):
        account = by_account[record.id]
        current, previous = _last_and_before(record.data["weeks"])
        figures = {"current": current, "previous": previous, "weeks_compared": _BASELINE}
        # Nothing used before is nothing to fall from: then no drop is reported at all.
        drop = {"drop_percent": round(100 * (1 - current / previous), 1)} if previous else {}
        data = {
            "account": record.id,
            "account_name": account["name"],
            "tier": account["tier"] or "",
            "usage": figures | drop,
        }
        reports.append(_signal("usage.reported", "product", f"account:{record.id}", today, data))
    return reports


def _last_and_before(weeks: list[dict[str, Any]]) -> tuple[int, float]:
    """Compare the last week with those before it, as naively as reports do: the last week there is counts as last."""
    users = [week["active_users"] for week in weeks]
    before = users[-1 - _BASELINE : -1]
    return users[-1], sum(before) / len(before)


def _opportunity_reports(seed: int, today: date) -> list[dict[str, Any]]:
    reports: list[dict[str, Any]] = []
    for record in opportunities(seed, today):
        data = record.data
        idle = (today - date.fromisoformat(data["last_activity_on"])).days
        is_over = data["stage"] in {"won", "lost"}
        if data["stage"] != "won" and (is_over or idle < _STALE_AFTER):
            continue
        told = {
            "opportunity": record.id,
            "account": data["account"],
            "stage": data["stage"],
            "days_without_activity": idle,
        }
        kind = "opportunity.won" if data["stage"] == "won" else "opportunity.stalled"
        reports.append(_signal(kind, "crm", f"opportunity:{record.id}", today, told))
    return reports


def _ticket_reports(seed: int, today: date) -> list[dict[str, Any]]:
    new = [ticket.data for ticket in tickets(seed, today) if ticket.data["status"] == "new"]
    return [
        _signal(
            "ticket.opened",
            "desk",
            f"ticket:{ticket['id']}",
            today,
            {"ticket": ticket["id"], "account": ticket["account"], "subject": ticket["subject"]},
        )
        for ticket in new
    ]


def _signal(kind: str, system: str, subject: str, today: date, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": f"{kind}/{subject}/{today.isoformat()}",
        "source": f"practice://{system}",
        "type": kind,
        "subject": subject,
        "time": datetime.combine(today, time(6), UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
