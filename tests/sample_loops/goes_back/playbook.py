"""Hands back whatever it is handed."""

from remit.playbook import Context, Done, Outcome


async def run(context: Context) -> Outcome:
    """Hand it back."""
    await context.hand_over("forth", account="A-101", round="handed")
    return Done("handed back")
