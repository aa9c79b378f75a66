"""Who is on duty: the current version of each worker with its rules, and every older version that a run still needs.

A version that cannot be read any more, because it was stored by looser rules, keeps its own worker from duty and no
other.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from remit.charters import registry
from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_operations
from remit.connections.operation import Operation
from remit.errors import CharterInvalid, Conflict, NotFound, PlaybookInvalid, PolicyInvalid
from remit.governance.house import HouseRules
from remit.governance.mandate import Basis, Mandate, MandateOutdated
from remit.governance.policy import Policy
from remit.governance.rulebook import Rulebook, read_rulebook
from remit.runtime.playbooks import Playbook, load_playbook
from remit.store.database import Database

_RENEWALS = 10  # how often in a row rules may change under one action
_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Employed:
    """One version of a worker, ready to begin."""

    name: str
    version: str
    """its digest: charter and playbook"""
    charter_digest: str
    """the version of the charter alone"""
    charter: Charter
    playbook: Playbook


class Roster:
    """The workers and rules as one process knows them; `refresh` takes over what others changed."""

    def __init__(self, database: Database, operations: Mapping[str, Operation], house_rules: HouseRules) -> None:
        self._database = database
        self._operations = operations
        self.shipped = house_rules
        self._rulebook: Rulebook | None = None
        self._number: int | None = None
        self._versions: dict[str, Employed] = {}
        self._mandates: dict[tuple[str, int], Mandate] = {}
        self._current: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self.on_duty: tuple[Employed, ...] = ()
        self.on_duty_since: Mapping[str, datetime] = {}

    async def refresh(self) -> None:
        """Read which version of each worker is current, who is live, and which rules are in force.

        Rules that cannot be read keep everybody from acting until somebody changes them.
        """
        await self._read_rules()
        records = await registry.list_current(self._database)
        self._current = {record.worker: record.digest for record in records}
        live = [await self._readable(record) for record in records if record.status == "live"]
        self.on_duty = tuple(employed for employed in live if employed is not None)
        since = await self._database.fetch("list_on_duty_since")
        self.on_duty_since = {row["name"]: row["changed_at"] for row in since}

    async def version(self, digest: str) -> Employed:
        """Give one version of a worker, however old.

        Raises:
            NotFound: The registry never had it.
            CharterInvalid: Its charter breaks a rule of charters that came after it.
            PlaybookInvalid: Its playbook cannot be loaded.
        """
        if digest not in self._versions:
            found = await registry.version(self._database, digest)
            self._versions[digest] = Employed(
                name=found.worker,
                version=digest,
                charter_digest=found.charter_digest,
                charter=parse_charter(found.charter, file=f"{found.worker}/charter.yaml"),
                playbook=load_playbook(found.playbook, found.worker),
            )
        return self._versions[digest]

    async def mandate_at(self, worker: str, basis: Basis) -> Mandate:
        """Give what a worker may do by what was read to be in force, where no transaction looks after it.

        Raises:
            NotFound: There is no such worker.
            CharterInvalid: Its charter cannot be read, or does not fit the connected systems.
            PolicyInvalid: Its charter or a house rule means nothing.
        """
        number = self._rulebook.number if self._rulebook else None
        if (basis.rulebook, basis.version) != (number, self._current.get(worker)):
            await self.refresh()
        return await self.mandate(worker)

    async def mandate(self, worker: str) -> Mandate:
        """Give what a worker may do: by its current charter, whatever version its run began with.

        It may have changed a moment ago in another process. The gateway notices, and then this is asked again.

        Raises:
            NotFound: There is no such worker.
            CharterInvalid: Its charter cannot be read, or does not fit the connected systems.
            PolicyInvalid: Its charter or a house rule means nothing.
        """
        if worker not in self._current or self._rulebook is None:
            await self.refresh()
        rulebook = self._rulebook
        if rulebook is None:
            raise PolicyInvalid(
                "the house rules in force cannot be read. `remit rules` says why; nothing is done until then"
            )
        digest = self._current.get(worker)
        if digest is None:
            raise NotFound(f"there is no worker `{worker}`. `remit workers` shows those there are")
        key = (digest, rulebook.number)  # what another task makes meanwhile by older rules is never taken for this
        if key not in self._mandates:
            employed = await self.version(digest)
            self._check(employed.charter)
            policy = Policy.build(employed.charter, self._operations, rulebook.rules)
            self._mandates[key] = Mandate(
                charter=employed.charter,
                digest=employed.charter_digest,
                policy=policy,
                version=digest,
                rulebook=rulebook.number,
            )
        return self._mandates[key]

    async def under_mandate(self, worker: str, do: Callable[[Mandate], Awaitable[T]]) -> T:
        """Do something under a worker's mandate; when that turns out to be of yesterday it is renewed and done anew.

        Raises:
            Conflict: It is changed again and again.
        """
        for _ in range(_RENEWALS):
            try:
                return await do(await self.mandate(worker))
            except MandateOutdated:
                await self.refresh()
        raise Conflict(f"the rules for `{worker}` changed {_RENEWALS} times while it acted. Try again")

    async def _read_rules(self) -> None:
        number = await self._database.fetch_value("find_rulebook")
        if number == self._number:
            return
        try:
            self._rulebook = await read_rulebook(self._database, self.shipped)
        except PolicyInvalid as error:
            self._rulebook = None
            _log.error("nobody may act: the house rules in force cannot be read: %s", error)
        self._number = number
        self._mandates = {}

    async def _readable(self, record: registry.WorkerVersion) -> Employed | None:
        try:
            return await self.version(record.digest)
        except (CharterInvalid, PlaybookInvalid) as error:
            if record.digest not in self._unreadable:  # this is asked every few seconds
                _log.error("`%s` is not on duty: %s", record.worker, "; ".join(str(error).splitlines()))
                self._unreadable.add(record.digest)
            return None

    def _check(self, charter: Charter) -> None:
        known = {name: operation.kind.value for name, operation in self._operations.items()}
        if faults := check_operations(charter, known):
            raise CharterInvalid(f"the charter of `{charter.name}` cannot be used: {'; '.join(faults)}")
