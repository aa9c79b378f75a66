"""Who is on duty: the current version of each worker with its rules, and every older version that a run still needs.

A version that cannot be read any more, because it was stored by looser rules, keeps its own worker from duty and no
other.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from remit.charters import registry
from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_operations
from remit.connections.operation import Operation
from remit.errors import CharterInvalid, NotFound, PlaybookInvalid
from remit.governance.house import HouseRules
from remit.governance.mandate import Mandate
from remit.governance.policy import Policy
from remit.runtime.playbooks import Playbook, load_playbook
from remit.store.database import Database

_log = logging.getLogger(__name__)


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
    """The workers as one process knows them; `refresh` takes over what others changed in the registry."""

    def __init__(self, database: Database, operations: Mapping[str, Operation], house_rules: HouseRules) -> None:
        self._database = database
        self._operations = operations
        self._house_rules = house_rules
        self._versions: dict[str, Employed] = {}
        self._mandates: dict[str, Mandate] = {}
        self._current: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self.on_duty: tuple[Employed, ...] = ()
        self.on_duty_since: Mapping[str, datetime] = {}

    async def refresh(self) -> None:
        """Read which version of each worker is current, and who is live."""
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

    async def mandate(self, worker: str) -> Mandate:
        """Give what a worker may do now: by its current charter, whatever version its run began with.

        Raises:
            NotFound: There is no such worker.
            CharterInvalid: Its charter cannot be read, or does not fit the connected systems.
            PolicyInvalid: Its charter or a house rule means nothing.
        """
        if worker not in self._current:
            await self.refresh()
        digest = self._current.get(worker)
        if digest is None:
            raise NotFound(f"there is no worker `{worker}`. `remit workers` shows those there are")
        if digest not in self._mandates:
            employed = await self.version(digest)
            self._check(employed.charter)
            policy = Policy.build(employed.charter, self._operations, self._house_rules)
            self._mandates[digest] = Mandate(charter=employed.charter, digest=employed.charter_digest, policy=policy)
        return self._mandates[digest]

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
