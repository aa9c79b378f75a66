"""Sets a score, then plans a task: two writes, one of which the system would do twice."""

from remit.playbook import Context, Done, Escalate, Outcome


async def run(context: Context) -> Outcome:
    """Write twice."""
    account = context.signal.data["account"]
    found = await context.read("crm.get_account", account=account)
    if found is None:
        return Escalate(f"the account {account} is not known", missing=("account",))
    await context.act(
        "crm.set_health_score", {"account": account, "score": 40, "reason": "usage is down"}, purpose="usage is down"
    )
    await context.act(
        "tasks.create_task",
        {"title": "Call them", "assignee": "tom.becker", "due_on": "2030-01-01", "about": f"account:{account}"},
        purpose="somebody has to call",
    )
    return Done("scored and planned")
