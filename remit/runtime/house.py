"""What a run needs of the house, in one value made at start."""

from dataclasses import dataclass

from remit.clock import Clock
from remit.connections.connections import Connections
from remit.governance.gateway import Gateway
from remit.intelligence.judge import Judge
from remit.runtime.roster import Roster
from remit.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """The parts of one process, each made once."""

    database: Database
    connections: Connections
    judge: Judge
    roster: Roster
    gateway: Gateway
    clock: Clock
