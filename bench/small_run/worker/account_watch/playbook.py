"""The small run: two reads, a decision, one write."""

from remit.playbook import Context, Done, Outcome


async def run(context: Context) -> Outcome:
    """Decide what is to be done about the account, and plan it."""
    number = context.signal.data["account"]
    account = await context.read("business.get_account", account=number)
    usage = await context.read("business.get_usage", account=number)
    share = usage["used"] * 100 // account["quota"]
    kind = "offer_upgrade" if share >= 100 else "call_customer" if share < 10 else "check_usage"
    task = {"account": account["id"], "kind": kind, "share": share, "is_urgent": usage["open_tickets"] > 2}
    await context.act("business.create_task", task, purpose=f"usage is at {share} % of the quota")
    return Done(f"{kind} planned")
