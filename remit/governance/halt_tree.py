"""Everything that can be stopped, as a tree: everything, domains, workflows, workers; and the connections beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remit.charters.charter import Domain
from remit.store.database import Database, Row

EVERYTHING = "everything"


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch:
    """One thing that can be stopped, with what lies below it."""

    scope: str
    level: str
    """everything, domain, workflow, worker or connection"""
    name: str
    domain: str
    halt: Row | None
    """in force on exactly this"""
    held_by: str
    """the scope above it that is halted; empty when none is"""
    below: tuple["Branch", ...] = ()
    workers: int = 0
    """how many workers it stops"""

    @property
    def stopped_below(self) -> int:
        """How many halts are in force below it."""
        return sum((each.halt is not None) + each.stopped_below for each in self.below)


@dataclass(frozen=True, slots=True, kw_only=True)
class HaltTree:
    """The whole tree."""

    everything: Branch
    connections: tuple[Branch, ...]


async def list_tree(database: Database) -> HaltTree:
    """List everything that can be stopped, and what is."""
    workers = await database.fetch("list_halt_tree")
    scopes = await database.fetch("list_halt_scopes")
    halts = {row["scope"]: row for row in await database.fetch("list_halts")}
    domains = tuple(_domain(domain.value, workers, halts) for domain in Domain)
    top = _branch(EVERYTHING, ("", ""), halts, workers=len(workers), below=domains)
    known = {row["scope"] for row in scopes} | set(halts)
    connections = sorted(scope for scope in known if scope.startswith("connection:"))
    return HaltTree(everything=top, connections=tuple(_connection(scope, workers, halts) for scope in connections))


def _connection(scope: str, workers: Sequence[Row], halts: Mapping[str, Row]) -> Branch:
    system = scope.partition(":")[2]
    users = sum(system in row["systems"] for row in workers)
    return _branch(scope, ("", ""), halts, workers=users)


def _domain(domain: str, workers: Sequence[Row], halts: Mapping[str, Row]) -> Branch:
    within = [row for row in workers if row["domain"] == domain]
    flows = sorted({row["workflow"] for row in within if row["workflow"]})
    parts = [_workflow(flow, domain, within, halts) for flow in flows]
    parts += [_worker(row, halts) for row in within if not row["workflow"]]
    return _branch(f"domain:{domain}", (domain, ""), halts, workers=len(within), below=tuple(parts))


def _workflow(flow: str, domain: str, workers: Sequence[Row], halts: Mapping[str, Row]) -> Branch:
    within = tuple(_worker(row, halts) for row in workers if row["workflow"] == flow)
    return _branch(f"workflow:{flow}", (domain, flow), halts, workers=len(within), below=within)


def _worker(row: Row, halts: Mapping[str, Row]) -> Branch:
    return _branch(f"worker:{row['name']}", (row["domain"], row["workflow"]), halts, workers=1)


def _branch(
    scope: str, where: tuple[str, str], halts: Mapping[str, Row], *, workers: int, below: tuple[Branch, ...] = ()
) -> Branch:
    level, _, name = scope.partition(":")
    domain, workflow = where
    above = (EVERYTHING, f"domain:{domain}", f"workflow:{workflow}")
    return Branch(
        scope=scope,
        level=level,
        name=name or scope,
        domain=domain,
        halt=halts.get(scope),
        held_by=next((each for each in above if each in halts and each != scope), ""),
        below=below,
        workers=workers,
    )
