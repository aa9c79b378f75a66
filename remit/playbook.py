"""The one import of a worker: what a playbook is given, what it can do, and how it may end.

A playbook is one async function:

    async def run(context: Context) -> Outcome:
        account = await context.read("crm.get_account", account=context.signal.data["account"])
        if account is None:
            return Escalate("the account is not in the CRM", missing=("account",))
        await context.act("tasks.create_task", {"title": "Call them"}, purpose="they asked for a call")
        return Done("a call is planned")
"""

from remit.connections.action import Receipt
from remit.errors import DocumentInvalid
from remit.intelligence.judge import Judgement
from remit.money import minor_units, write_money
from remit.runtime.context import Context
from remit.runtime.run import Done, Escalate, Outcome, Stop
from remit.runtime.signal import Signal

__all__ = [
    "Context",
    "DocumentInvalid",
    "Done",
    "Escalate",
    "Judgement",
    "Outcome",
    "Receipt",
    "Signal",
    "Stop",
    "minor_units",
    "write_money",
]
