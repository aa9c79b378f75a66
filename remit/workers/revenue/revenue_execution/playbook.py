"""Revenue Execution: takes the routine next step on a customer at risk or an opportunity that stalled.

    usage fell, handed over ─▶ health score ─▶ check-in as a draft ─▶ task ─▶ the account owner lets it go, or not
    an opportunity stalled  ─▶ what is missing is flagged ─▶ task ─▶ follow-up as a draft ─▶ the same

What to sell, and how, stays with people: this worker only keeps the next step from being forgotten.
"""

from datetime import date, timedelta
from typing import Any

from remit.playbook import Context, Done, Escalate, Outcome, Stop

STALE_DAYS = 14  # an opportunity nobody touched for so long has stalled
TASK_DAYS = 2  # until when somebody should have called
OFTEN_POSTPONED = 3  # from so many postponements on, the pipeline is at risk
NEEDED = ("amount", "close_on", "next_step", "next_step_on", "decision_maker")
Data = dict[str, Any]

CHECK_IN = """Dear {contact},

your team has used our product less in the last weeks than before. We would like to understand whether something is in
the way, and help if we can. Would a short call this week suit you?

Kind regards
your account team"""

FOLLOW_UP = """Dear {contact},

we have not spoken about "{deal}" for a while. Is it still on your list, and would a short call help?

Kind regards
your account team"""


async def run(context: Context) -> Outcome:
    """Take the next step for whatever the signal is about."""
    data = context.signal.data
    if context.signal.type == "handoff.usage-drop-high-value":
        return await check_in(context, data["context"])
    return await follow_up(context, data.get("opportunity") or data["about"])


async def check_in(context: Context, given: Data) -> Outcome:
    """Care for a high-value customer whose usage fell."""
    account = await context.read("crm.get_account", account=given["account"])
    if account is None:
        return Escalate(f"the CRM does not know the account {given['account']}", missing=("the account",))
    contacts = await context.read("crm.list_contacts", account=account["id"])
    deciding = [one for one in contacts if one["is_decision_maker"] and one["mail"]]
    missing = () if account["owner"] else ("owner of the account",)
    missing += () if len(deciding) == 1 else ("one decision maker with a mail address",)
    if missing:
        reason = f"{account['name']} is down {given['drop_percent']} %, and nobody can be asked to write to it"
        return Escalate(f"{reason}: {len(deciding)} decision makers, owner {account['owner']}", missing=missing)
    reason = f"usage is down {given['drop_percent']} %"
    score = {"account": account["id"], "score": 100 - given["severity"] // 10, "reason": reason}
    await context.act("crm.set_health_score", score, purpose=f"{account['name']}: {reason}", tier=account["tier"])
    text = await context.draft(CHECK_IN, contact=deciding[0]["name"])
    message = {"to": deciding[0]["mail"], "subject": "How are you getting on?", "text": text}
    draft = await hold_draft(context, account, message)
    title = f"Call {account['name']}: {reason}"
    await plan(context, account, given["csm"], title, given["summary"])
    said = await offer(context, account, message | {"draft": draft}, reason)
    return Done(f"{account['name']}: health score {score['score']}, task for {given['csm']}, check-in {said}")


async def follow_up(context: Context, name: str) -> Outcome:
    """Take up an opportunity that stalled."""
    deal = await context.read("crm.get_opportunity", opportunity=name)
    if deal is None:
        return Escalate(f"the CRM does not know the opportunity {name}", missing=(name,))
    idle = (context.signal.time.date() - date.fromisoformat(deal["last_activity_on"])).days
    if deal["stage"] in {"won", "lost"} or idle < STALE_DAYS:
        return Stop(f"{deal['name']} is in the stage {deal['stage']} and was touched {idle} days ago")
    if not deal["owner"]:
        return Escalate(f"{deal['name']} was not touched for {idle} days and has no owner", missing=("owner",))
    account = await context.read("crm.get_account", account=deal["account"])
    if account is None:
        return Escalate(
            f"{deal['name']} belongs to {deal['account']}, which is not in the CRM", missing=("the account",)
        )
    contacts = await context.read("crm.list_contacts", account=deal["account"])
    missing = [field.replace("_", " ") for field in NEEDED if deal[field] is None]
    state = f"nobody touched it for {idle} days, its next step is {deal['next_step'] or 'not known'}"
    state += f"; missing: {', '.join(missing)}" if missing else ""
    if deal["postponed"] >= OFTEN_POSTPONED:
        state += f"; postponed {deal['postponed']} times"
        risk = {"account": account["id"], "message": f"Pipeline risk, {deal['name']}: {state}"}
        await context.act(
            "crm.notify_owner", risk, purpose=f"{deal['name']} was postponed too often", tier=account["tier"]
        )
    await plan(context, account, deal["owner"], f"Take up {deal['name']} again", state)
    maker = next((one for one in contacts if one["id"] == deal["decision_maker"] and one["mail"]), None)
    if maker is None:
        return Done(f"{deal['name']}: {state}; {deal['owner']} has a task, and no message was drafted")
    text = await context.draft(FOLLOW_UP, contact=maker["name"], deal=deal["name"])
    message = {"to": maker["mail"], "subject": deal["name"], "text": text}
    draft = await hold_draft(context, account, message)
    said = await offer(context, account, message | {"draft": draft}, state)
    return Done(f"{deal['name']}: {state}; {deal['owner']} has a task, follow-up {said}")


# ── the steps both have in common ──────────────────────────────────────────────────────────────────────────────────


async def plan(context: Context, account: Data, who: str, title: str, text: str) -> None:
    """Give somebody a task."""
    due = (context.signal.time.date() + timedelta(days=TASK_DAYS)).isoformat()
    task = {"title": title, "assignee": who, "due_on": due, "about": f"account:{account['id']}", "text": text}
    await context.act("tasks.create_task", task, purpose=f"{who} takes the next step", tier=account["tier"] or "")


async def hold_draft(context: Context, account: Data, message: Data) -> str:
    """Write a draft, and say on the account that it waits to be approved."""
    shown: Data = {
        "purpose": f"a message to {message['to']} for the account owner to read",
        "tier": account["tier"] or "",
    }
    held = await context.act("mail.draft_message", message | {"account": account["id"]}, **shown)
    draft = held.result["draft"]
    note = f"Drafted by Revenue Execution, awaits approval: {draft} to {message['to']}, `{message['subject']}`"
    logged = {"account": account["id"], "kind": "draft", "summary": note}
    await context.act(
        "crm.log_activity", logged, purpose="everybody sees that a draft waits", tier=account["tier"] or ""
    )
    return draft


async def offer(context: Context, account: Data, message: Data, why: str) -> str:
    """Have the draft sent, as the account owner leaves it, or thrown away; tell which."""
    seen = [{"title": account["name"], "tier": account["tier"], "owner": account["owner"], "state": why}]
    sent = await context.act(
        "mail.send_draft",
        message,
        purpose=f"send this to {message['to']}",
        tier=account["tier"] or "",
        evidence=seen,
        may_be_refused=True,
    )
    if sent.was_performed:
        return "sent"
    await context.act("mail.discard_draft", {"draft": message["draft"]}, purpose=f"it was not sent: {sent.reason}")
    return f"not sent: {sent.reason}"
