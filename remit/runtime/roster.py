"""Who is on duty: the current version of each worker with its rules, and every older version that a run still needs."""

import types
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from remit.charters import registry
from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.connections.operation import Operation
from remit.errors import NotFound, PlaybookInvalid
from remit.governance.house import HouseRules
from remit.governance.mandate import Mandate
from remit.governance.policy import Policy
from remit.store.database import Database

if TYPE_CHECKING:
    from remit.runtime.context import Context
    from remit.runtime.run import Outcome

Playbook = Callable[["Context"], Awaitable["Outcome"]]
"""What a playbook is: an async function `run(context)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employed:
    """One version of a worker, ready to begin."""

    name: str
    version: str
    """its digest: charter and playbook"""
    charter: Charter
    playbook: Playbook
    mandate: Mandate
