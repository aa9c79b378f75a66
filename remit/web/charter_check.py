"""Checks charters against the house: their own words, the connected systems, the people, each other, the rules."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.charters.charter import Charter
from remit.charters.charter_file import parse_charter
from remit.charters.check import check_identities, check_operations, check_people
from remit.charters.trigger import overlaps
from remit.connections.operation import Operation
from remit.errors import CharterInvalid, NotFound, PlaybookInvalid, PolicyInvalid
from remit.governance.house import HouseRules
from remit.governance.policy import Policy
from remit.governance.roles import list_people
from remit.runtime.playbooks import load_playbook
from remit.settings import Settings
from remit.web.opening import open_connections, open_database


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What was found."""

    charters: tuple[str, ...]
    """the files looked at"""
    problems: tuple[str, ...]
    """each with its file, and the line where it has one"""


async def check_charters(settings: Settings, paths: Sequence[Path]) -> Checked:
    """Check charter files, and those in folders.

    Raises:
        NotFound: A path leads nowhere, or to a folder without charters.
    """
    files = [file for path in paths for file in _files(path)]
    async with open_database(settings) as database, open_connections(settings, database) as connected:
        operations = connected.connections.operations
        people = [person.id for person in await list_people(database)]
    problems: list[str] = []
    charters: list[tuple[Charter, Path]] = []
    for file in dict.fromkeys(files):
        try:
            charters.append((_parse(file), file))
        except CharterInvalid as error:
            problems += str(error).splitlines()
    for charter, file in charters:
        found = (*problems_of(charter, operations, people), *_of_folder(charter, file))
        problems += [f"{file}: {problem}" for problem in found]
    problems += [overlap.sentence for overlap in overlaps(charter for charter, _ in charters)]
    problems += check_identities(charter for charter, _ in charters)
    return Checked(charters=tuple(map(str, dict.fromkeys(files))), problems=tuple(problems))


def problems_of(charter: Charter, operations: Mapping[str, Operation], people: Collection[str]) -> Iterator[str]:
    """Find what stands between a charter and its use in this house."""
    known = {name: operation.kind.value for name, operation in operations.items()}
    found = [*check_operations(charter, known), *check_people(charter, people)]
    yield from found
    if not found:  # the rules would only say the same again
        try:
            Policy.build(charter, operations, HouseRules.load())
        except PolicyInvalid as error:
            yield str(error)


def _files(path: Path) -> Iterable[Path]:
    if path.is_file():
        return [path]
    found = sorted(path.rglob("charter.yaml")) if path.is_dir() else []
    if not found:
        what = "holds no `charter.yaml`" if path.is_dir() else "is not there"
        raise NotFound(f"`{path}` {what}. Name a charter, or a folder with charters")
    return found


def _parse(file: Path) -> Charter:
    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CharterInvalid(f"{file}:1: it cannot be read: {error}. Save it as text in UTF-8") from None
    return parse_charter(text, file=str(file))


def _of_folder(charter: Charter, file: Path) -> Iterator[str]:
    """Find what is wrong with the folder of a charter: its name, and the playbook beside it."""
    if file.name != "charter.yaml":
        return
    expected = file.absolute().parent.name.replace("_", "-")
    if charter.name != expected:
        yield f"the charter is called `{charter.name}`, its folder `{expected}`. Give both one name"
    playbook = file.with_name("playbook.py")
    try:
        load_playbook(playbook.read_text("utf-8"), charter.name)
    except (OSError, UnicodeDecodeError):
        yield f"there is no playbook that can be read in `{playbook}`. Copy a neighbour's to begin"
    except PlaybookInvalid as error:
        yield str(error)
