"""Churn Signal: confirms a fall in usage, says how grave it is, and brings those together who can do something.

measure ─┬─ weeks missing, or never used ─▶ a person looks
         ├─ no real fall ─▶ nothing to do
         └─ a real fall ─┬─ a smaller customer ─▶ noted on the account
                         └─ a high-value customer ─▶ summary, success manager alerted, handed over to revenue
"""

from datetime import date, timedelta
from typing import Any

from remit.playbook import Context, Done, Escalate, Outcome, Stop

DROP_PERCENT = 40  # a fall of more than this is a churn signal
BASELINE_WEEKS = 4  # what the last week is compared with: the average of so many weeks before it
HIGH_VALUE = ("platinum", "gold")
LOOK_BACK_DAYS = 30  # for tickets and ratings
MANY_TICKETS = 5  # from so many on, more tickets say no more
FAR_RENEWAL_DAYS = 180  # a renewal further away adds nothing to the severity
UNHAPPY = 2.5  # an average rating below, of 1 to 5
WEIGHTS = {"drop": 5.0, "tickets": 2.0, "dissatisfaction": 2.0, "renewal": 1.0}
Data = dict[str, Any]

SUMMARY = """Usage of {name} ({tier}) is down {drop} %: {current} active users last week, {usual} in a usual week.
Severity {severity} of 1000. Tickets in {days} days: {tickets}, of them open: {open}. Satisfaction: {satisfaction}.
Renewal: {renewal}. Overdue: {overdue}. Recommended: {advice}."""


async def run(context: Context) -> Outcome:
    """Look into a reported fall in usage."""
    account = await context.read("crm.get_account", account=context.signal.data["account"])
    if account is None:
        return Escalate("usage was reported of an account the CRM does not know", missing=("the account",))
    today = context.signal.time.date()
    usage = await context.read("product.get_usage", account=account["id"])
    if unclear := why_unclear(usage, today):
        return Escalate(f"the usage of {account['name']} cannot be compared: {unclear}", missing=(unclear,))
    current, usual = figures(usage)
    drop = round(100 * (usual - current) / usual)
    if 100 * (usual - current) <= DROP_PERCENT * usual:
        return Stop(f"the usage of {account['name']} is down {drop} %, which is not more than {DROP_PERCENT} %")
    fall = f"usage is down {drop} %: {current} active users last week, {usual} in a usual week"
    match account["tier"]:
        case None | "":
            return Escalate(f"{account['name']}: {fall}, and its tier is not known", missing=("tier of the account",))
        case tier if tier in HIGH_VALUE:
            return await alarm(context, account, {"drop": drop, "current": current, "usual": usual})
        case tier:
            noted = {"account": account["id"], "kind": "usage", "summary": fall}
            await context.act("crm.log_activity", noted, purpose=f"{account['name']} ({tier}): {fall}", tier=tier)
            return Done(f"{account['name']} ({tier}): {fall}; noted on the account")


async def alarm(context: Context, account: Data, measured: Data) -> Outcome:
    """Summarise a high-value customer's situation, alert its success manager, and hand over to revenue."""
    name, tier, csm = account["name"], account["tier"], account["csm"]
    if not csm:
        reason = f"{name} ({tier}) is down {measured['drop']} % and has no success manager"
        return Escalate(reason, missing=("success manager of the account",))
    today = context.signal.time.date()
    since = (today - timedelta(days=LOOK_BACK_DAYS)).isoformat()
    tickets = await context.read("desk.find_tickets", account=account["id"], since=since)
    ratings = await context.read("desk.list_satisfaction", account=account["id"], since=since)
    unsolved = [one for one in tickets if one["status"] not in {"solved", "closed"}]
    score = sum(one["score"] for one in ratings) / len(ratings) if ratings else None
    severity = await context.judge.score(features(account, measured, tickets, score, today), WEIGHTS)
    overdue = account["billing"]["overdue"]
    summary = await context.draft(
        SUMMARY,
        **measured,
        name=name,
        tier=tier,
        severity=severity.value,
        days=LOOK_BACK_DAYS,
        tickets=len(tickets),
        open=len(unsolved),
        satisfaction="no ratings" if score is None else f"{score:.1f} of 5",
        renewal=account["renewal_on"] or "not known",
        overdue=f"{overdue / 100:,.2f} {account['billing']['currency']}" if overdue else "nothing",
        advice=advice(len(unsolved), score, overdue),
    )
    shown: Data = {"confidence": severity.confidence, "tier": tier, "evidence": [{"title": "Summary", "text": summary}]}
    noted = {"account": account["id"], "kind": "churn-risk", "summary": summary}
    await context.act("crm.log_activity", noted, purpose=f"{name} may be leaving: what is known, in one place", **shown)
    alert = {"account": account["id"], "role": "csm", "message": summary}
    await context.act("crm.notify_owner", alert, purpose=f"{csm} looks after {name} and should know today", **shown)
    await context.hand_over(
        "usage-drop-high-value",
        account=account["id"],
        drop_percent=measured["drop"],
        severity=severity.value,
        summary=summary,
        csm=csm,
    )
    return Done(f"{name} ({tier}) is down {measured['drop']} %: {csm} was alerted, and revenue has it now")


# ── what is measured ───────────────────────────────────────────────────────────────────────────────────────────────


def why_unclear(usage: Data | None, today: date) -> str:
    """Tell what is missing for a comparison: a week nobody reported is not a week without use."""
    if usage is None:
        return "the telemetry does not know this account"
    monday = today - timedelta(days=today.weekday())
    wanted = [(monday - timedelta(weeks=back)).isoformat() for back in range(BASELINE_WEEKS + 1, 0, -1)]
    reported = {week["starts_on"] for week in usage["weeks"]}
    if missing := [start for start in wanted if start not in reported]:
        return f"no report of the week from {', '.join(missing)}"
    return "" if figures(usage)[1] else f"nothing was used in the {BASELINE_WEEKS} weeks before, so nothing can fall"


def figures(usage: Data) -> tuple[int, int]:
    """Give the active users of the last week and of a usual one."""
    *before, last = [week["active_users"] for week in usage["weeks"][-BASELINE_WEEKS - 1 :]]
    return last, round(sum(before) / len(before))


def features(account: Data, measured: Data, tickets: list[Data], score: float | None, today: date) -> dict[str, float]:
    """Write what speaks for churn as numbers from 0 to 1; what is not known is left out."""
    known = {"drop": measured["drop"] / 100, "tickets": min(len(tickets), MANY_TICKETS) / MANY_TICKETS}
    if score is not None:
        known["dissatisfaction"] = (5 - score) / 4
    if account["renewal_on"]:
        days = (date.fromisoformat(account["renewal_on"]) - today).days
        known["renewal"] = 1 - min(max(days, 0), FAR_RENEWAL_DAYS) / FAR_RENEWAL_DAYS
    return known


def advice(unsolved: int, score: float | None, overdue: int) -> str:
    """Recommend what to do first."""
    if unsolved:
        return f"solve what is open ({unsolved}), then call"
    if score is not None and score < UNHAPPY:
        return "call about what went wrong, before anything is offered"
    return "agree on the overdue invoices in the same call" if overdue else "call and ask what has changed"
