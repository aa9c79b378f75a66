"""The practice company: six simulated systems behind the connector protocol, a clock one can set, faults on demand."""

from collections.abc import Mapping, Sequence
from typing import Final

from remit.clock import Clock
from remit.errors import InputInvalid, NotFound
from remit.practice.back_office import BackOffice
from remit.practice.deed import Deed
from remit.practice.effects import Effect, effects
from remit.practice.faults import ANYTHING, LOOK_UP, Fault, FaultKind, plan_fault, take_fault
from remit.practice.system import PracticeSystem
from remit.practice.systems.crm import CRM
from remit.practice.systems.desk import DESK
from remit.practice.systems.erp import ERP
from remit.practice.systems.mail import MAIL
from remit.practice.systems.product import PRODUCT
from remit.practice.systems.tasks import TASKS
from remit.store.database import Database

SYSTEMS: Final[Mapping[str, Sequence[Deed]]] = {
    "crm": CRM,
    "desk": DESK,
    "erp": ERP,
    "mail": MAIL,
    "product": PRODUCT,
    "tasks": TASKS,
}
"""What each system can be asked."""


class Company:
    """The open practice company. Several processes may open it on one database: it is one company."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database  # INVARIANT: no caller's transaction runs on these connections
        self.clock = clock
        self.offices = {name: BackOffice(name, deeds, database, clock) for name, deeds in SYSTEMS.items()}
        self.connectors = {name: PracticeSystem(office, database) for name, office in self.offices.items()}

    async def fail(self, system: str, operation: str, kind: str, times: int = 1, seconds: float = 1.0) -> None:
        """Let an operation go wrong the next so many times it is asked, in whatever process.

        Args:
            system: The system that fails.
            operation: The part of the operation after the dot, `look_up`, or `*` for whatever is asked.
            kind: As in `FaultKind`.
            times: How often.
            seconds: How long a `timeout` or `late` takes, and after how long a `busy` system asks to come back.

        Raises:
            NotFound: There is no such system or operation.
            InputInvalid: There is no such kind of fault, or a figure is negative.
        """
        name = operation.removeprefix(f"{system}.")
        if system not in SYSTEMS:
            raise NotFound(f"no practice system is called `{system}`. There are: {', '.join(SYSTEMS)}")
        if name not in {LOOK_UP, ANYTHING} and f"{system}.{name}" not in self.offices[system].deeds:
            raise NotFound(f"`{system}` has no operation `{name}`. See `docs/practice.md`")
        if kind not in [*FaultKind] or times < 0 or seconds < 0:
            raise InputInvalid(f"no fault is `{kind}`, {times} times, {seconds} s. There are: {', '.join(FaultKind)}")
        await plan_fault(self._database, system, name, Fault(kind=FaultKind(kind), seconds=seconds), times)

    async def take_fault(self, system: str, operation: str) -> Fault | None:
        """Use up one planned fault of an operation, for whoever plays it in his own way."""
        return await take_fault(self._database, system, operation)

    async def heal(self) -> None:
        """Forget every fault planned and not met yet."""
        await self._database.execute("clear_practice_faults")

    async def effects(self, system: str | None = None) -> list[Effect]:
        """List what was done, from the systems' own logs."""
        return await effects(self._database, system)

    async def close(self) -> None:
        """Close the company's own connections."""
        await self._database.close()


async def open_company(database: Database, *, clock: Clock | None = None, size: int = 6) -> Company:
    """Open the practice company that lives in a database, on connections of its own.

    Args:
        database: Where it lives.
        clock: Its time; the real one when not given.
        size: How many connections its systems share.
    """
    return Company(await Database.open(database.url, size=size), clock or Clock())
