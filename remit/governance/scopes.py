"""What a halt can cover: everything, a domain, a workflow, a worker or a connection; and what is held up by one."""

from dataclasses import dataclass
from difflib import get_close_matches

from remit.charters.charter import Domain, slug_of
from remit.errors import ConnectionHalted, InputInvalid
from remit.store.database import Database, Row, Transaction

KINDS = "`everything`, `domain:<domain>`, `workflow:<process>`, `worker:<name>` or `connection:<system>`"

_NAMED = {"worker", "workflow", "domain", "connection"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a halt covers."""

    text: str
    """as it is kept, as in `worker:invoice-review`"""
    domain: str
    """where it lies; empty when it is not within one domain"""

    @property
    def worker(self) -> str:
        """The worker, when it is one."""
        return self.text.removeprefix("worker:") if self.text.startswith("worker:") else ""

    @property
    def is_connection(self) -> bool:
        """Whether it is a connected system."""
        return self.text.startswith("connection:")


async def find_scope(transaction: Transaction, said: str) -> Scope:
    """Find what somebody means to stop, by its name.

    Raises:
        InputInvalid: There is no such thing; the message says what is near.
    """
    known = {"everything": "", **{f"domain:{domain}": domain.value for domain in Domain}}
    known |= {row["scope"]: row["domain"] for row in await transaction.fetch("list_halt_scopes")}
    kind, _, name = said.partition(":")
    text = f"workflow:{slug_of(name)}" if kind == "workflow" else said
    if text not in known:
        near = get_close_matches(text[:200], known, n=1)
        advice = f"Did you mean `{near[0]}`?" if near else f"Say {KINDS}"
        what = f"{kind} `{name[:200]}`" if kind in _NAMED else f"`{said[:200]}`"
        raise InputInvalid(f"there is no {what} to stop. {advice}")
    return Scope(text=text, domain=known[text])


async def frozen(transaction: Transaction, review: Row) -> str:
    """Tell why a review cannot be answered now; empty when no halt holds it up.

    The caller holds off new halts: it runs `lock_halts_shared` first in its transaction.
    """
    system = str(review["operation"]).partition(".")[0]
    halt = await transaction.fetch_row("find_freeze", review["worker"], review["domain"], system, review["run"])
    if halt is None:
        return ""
    return (
        f"`{halt['scope']}` is halted ({halt['reason']}): this review is frozen, and so is its time. Wait for the lift"
    )


async def check_connection(database: Database, system: str) -> None:
    """Make sure that a connected system may be asked.

    Raises:
        ConnectionHalted: It is halted.
    """
    reason = await database.fetch_value("find_connection_halt", system)
    if reason is not None:
        raise ConnectionHalted(f"`connection:{system}` is halted: {reason}. `remit halts` shows since when")
