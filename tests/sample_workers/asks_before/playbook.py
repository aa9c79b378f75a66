"""Sets a score after a person was asked: one read, one reviewed write."""

from remit.playbook import Context, Done, Escalate, Outcome


async def run(context: Context) -> Outcome:
    """Write once, when a person agrees."""
    account = context.signal.data["account"]
    found = await context.read("crm.get_account", account=account)
    if found is None:
        return Escalate(f"the account {account} is not known", missing=("account",))
    await context.act(
        "crm.set_health_score", {"account": account, "score": 40, "reason": "usage is down"}, purpose="usage is down"
    )
    return Done("scored")
