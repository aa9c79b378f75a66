"""Checks a change against all that is in force, and gives the world as it would be; a draft decides nothing.

Rule text is read by a child process, a charter by the house's own reader, a playbook is parsed and never run.
"""

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from remit.canonical import digest_of
from remit.charters import registry
from remit.charters.charter import Charter, Stage
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_operations, check_people
from remit.connections.operation import Operation
from remit.errors import CharterInvalid, Conflict, InputInvalid, NotFound, PlaybookInvalid, PolicyInvalid
from remit.governance.change import ChangeKind, Proposal
from remit.governance.house import HouseRules
from remit.governance.replay import World
from remit.governance.roles import list_people
from remit.governance.rulebook import Rulebook, read_rulebook
from remit.store.database import Database, Row

_FILE: Final = re.compile(r"[a-z][a-z0-9_]{0,59}\.cedar")
_LONGEST: Final = 1_000_000  # letters of one text
_TOKENS: Final = re.compile(
    r'(?P<sentence>@sentence\s*\(\s*"(?:[^"\\]|\\.)*+")|(?P<string>"(?:[^"\\]|\\.)*+")|//[^\n]*'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """All that is in force at one moment."""

    book: Rulebook
    charters: Mapping[str, Charter]
    """by worker, of those that can be read"""
    versions: Mapping[str, str]
    """by worker"""
    stages: Mapping[tuple[str, str], str]
    operations: Mapping[str, Operation]
    people: frozenset[str]

    @property
    def base(self) -> str:
        """The digest of it."""
        return base_of(self.book, self.versions, self.stages)

    def world(self, worker: str = "") -> World:
        """Give what decides now; about one worker, or about all."""
        charters = [charter for name, charter in self.charters.items() if worker in ("", name)]
        return World.build(self.book.rules, charters, self.operations, self.stages)

    def before(self, proposal: Proposal) -> str:
        """Give the digest of what a proposal would replace; empty when there is nothing."""
        match proposal.kind:
            case ChangeKind.RULE:
                return self.book.rules.digest_of_file(proposal.name)
            case ChangeKind.CHARTER:
                return self.versions.get(proposal.name, "")
            case ChangeKind.STAGE:
                return digest_of([self.versions.get(proposal.worker, ""), self._stage(proposal)])

    def domain_of(self, proposal: Proposal) -> str:
        """Tell where those hold their role who draft and approve a proposal; empty means everywhere.

        Raises:
            NotFound: It is about a worker there is not.
            CharterInvalid: It is about a new worker, and its charter cannot be read.
        """
        if proposal.kind is ChangeKind.RULE:
            return ""
        if proposal.worker in self.charters:
            return self.charters[proposal.worker].domain.value
        if proposal.kind is ChangeKind.STAGE or proposal.worker in self.versions:
            raise NotFound(f"there is no worker `{proposal.worker[:80]}` in use. `remit workers` shows those there are")
        return _charter(proposal).domain.value

    def _stage(self, proposal: Proposal) -> str:
        grant = self.charters[proposal.worker].grant(proposal.operation)
        if grant is None:
            raise NotFound(
                f"`{proposal.worker}` is not granted `{proposal.operation[:80]}`. `remit could` shows what it is"
            )
        return self.stages.get((proposal.worker, proposal.operation)) or grant.stage.value


async def read_ground(database: Database, operations: Mapping[str, Operation], shipped: HouseRules) -> Ground:
    """Read all that is in force.

    Raises:
        PolicyInvalid: The house rules in force cannot be used.
    """
    book = await read_rulebook(database, shipped)
    records = [record for record in await registry.list_current(database) if record.status.value != "retired"]
    row = await database.fetch_row("find_ground")
    people = await list_people(database)
    return Ground(
        book=book,
        charters={record.worker: charter for record in records for charter in _readable(record)},
        versions={record.worker: record.digest for record in records},
        stages=stages_of(row),
        operations=operations,
        people=frozenset(person.id for person in people),
    )


def stages_of(row: Row | None) -> dict[tuple[str, str], str]:
    """Read the stages in force."""
    return {(worker, operation): stage for worker, operation, stage in (row["stages"] if row else ())}


def base_of(book: Rulebook, versions: Mapping[str, str], stages: Mapping[tuple[str, str], str]) -> str:
    """Give the digest of rules, versions and stages."""
    return digest_of(
        {"rules": book.rules.digest, "workers": dict(versions), "stages": sorted((*k, v) for k, v in stages.items())}
    )


def world_after(ground: Ground, proposal: Proposal) -> World:
    """Give the world as it would be with a proposal. Blocks for seconds at worst.

    Raises:
        InputInvalid: It cannot be used; the message says where and why.
        Conflict: It would change nothing.
        NotFound: What it is about is not there.
    """
    _check_text(proposal)
    if proposal.text is None and proposal.kind is not ChangeKind.RULE:
        raise InputInvalid("only a rule file can be taken away. A worker retires, and a stage is set to another")
    return _WORLDS[proposal.kind](ground, proposal)


def _with_rules(ground: Ground, proposal: Proposal) -> World:
    name, text = proposal.name, proposal.text
    if not _FILE.fullmatch(name):
        raise InputInvalid(
            f"a rule file cannot be called `{name[:80]}`. Use small letters and `_`, and end it with `.cedar`"
        )
    if text is None and name not in ground.book.rules.files:
        raise NotFound(f"there is no rule file `{name}`. There are {', '.join(ground.book.rules.files)}")
    if text is not None:
        _check_letters(text, name)
    rules = ground.book.rules.overlaid({name: text})
    if text is not None and not rules.digest_of_file(name):
        raise PolicyInvalid(f"`{name}` holds no rule. Write one, or take the file away")
    if rules.digest_of_file(name) == ground.book.rules.digest_of_file(name):
        raise Conflict(f"the rules in `{name}` are these already. Nothing would change")
    rules.check_names(operations=ground.operations, workers=ground.versions)
    return World.build(rules, ground.charters.values(), ground.operations, ground.stages)


def _with_charter(ground: Ground, proposal: Proposal) -> World:
    charter = _charter(proposal)
    before = ground.charters.get(charter.name)
    if before is None and not proposal.playbook:
        raise InputInvalid(f"`{charter.name}` is new and needs a playbook. Draft the folder of the worker")
    if before is not None and before.domain is not charter.domain:
        raise CharterInvalid(
            f"`{charter.name}` belongs to {before.domain.value}. Employ another in {charter.domain.value}"
        )
    if proposal.playbook:
        _check_playbook(proposal.playbook, charter.name)
    known = {name: operation.kind.value for name, operation in ground.operations.items()}
    if faults := [*check_operations(charter, known), *check_people(charter, ground.people)]:
        raise CharterInvalid(f"the charter of `{charter.name}` cannot be used: {'; '.join(faults)}")
    return World.build(ground.book.rules, [charter], ground.operations, ground.stages)


def _with_stage(ground: Ground, proposal: Proposal) -> World:
    wanted = proposal.text or ""
    if wanted not in set(Stage):
        raise InputInvalid(f"there is no stage `{wanted[:80]}`. There are {', '.join(Stage)}")
    world = ground.world(proposal.worker)
    if world.stage_of(proposal.worker, proposal.operation) == wanted:
        raise Conflict(f"`{proposal.name}` is {wanted} already. Nothing would change")
    stages = {**ground.stages, (proposal.worker, proposal.operation): wanted}
    return World(policies=world.policies, stages=stages)


_WORLDS: Final[Mapping[ChangeKind, Callable[[Ground, Proposal], World]]] = {
    ChangeKind.RULE: _with_rules,
    ChangeKind.CHARTER: _with_charter,
    ChangeKind.STAGE: _with_stage,
}


def _charter(proposal: Proposal) -> Charter:
    charter = parse_charter(proposal.text or "", file=f"{proposal.name}/charter.yaml")
    if charter.name != proposal.name:
        raise CharterInvalid(
            f"the charter is called `{charter.name}`, the worker `{proposal.name[:80]}`. Give both one name"
        )
    return charter


def _readable(record: registry.WorkerVersion) -> Iterator[Charter]:
    try:
        yield parse_charter(record.charter, file=f"{record.worker}/charter.yaml")
    except CharterInvalid:  # it was stored by looser rules, and is not on duty
        return


def _check_text(proposal: Proposal) -> None:
    for what, text in (
        ("name", proposal.name),
        ("text", proposal.text or ""),
        ("playbook", proposal.playbook),
        ("why", proposal.why),
    ):
        if len(text) > _LONGEST:
            raise InputInvalid(f"the {what} is longer than {_LONGEST:,} letters. Split it")
        if "\0" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise InputInvalid(f"the {what} holds a character that is no text. Remove it")
    if not proposal.why.strip():
        raise InputInvalid("a change without a reason cannot be judged. Say why")


def _check_letters(text: str, name: str) -> None:
    """Refuse a letter that looks like another: a rule with one in a name or word would never speak."""
    bare = _TOKENS.sub(lambda token: token.group("string") or "", text)
    if odd := next(
        (letter for letter in bare if not (letter.isascii() and (letter.isprintable() or letter in "\r\n\t"))), ""
    ):
        hint = f"Write it as `\\u{{{ord(odd):x}}}`, or as the letter it looks like"
        raise PolicyInvalid(f"`{name}` has U+{ord(odd):04X} outside a sentence. {hint}")
    for token in _TOKENS.finditer(text):
        if not (token.group("sentence") or "").replace("\n", "").isprintable():
            raise PolicyInvalid(f"a sentence in `{name}` holds a character nobody sees. Remove it")


def _check_playbook(text: str, name: str) -> None:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise PlaybookInvalid(f"the playbook of `{name}` is no Python: {error}. Correct it") from None
    if not any(isinstance(node, ast.AsyncFunctionDef) and node.name == "run" for node in tree.body):
        raise PlaybookInvalid(f"the playbook of `{name}` has no `async def run(context)`. Copy a neighbour's to begin")
