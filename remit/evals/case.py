"""A case: an example a worker is held to. Given this happened, expect these actions, and never those."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from remit.charters.charter import Stage
from remit.errors import InputInvalid

Outcome = Literal["done", "exception", "stopped", "waiting", "no run"]
"""How the worker's last run stands in the end; `no run` when nothing began."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SignalGiven(_Form):
    """A signal that comes in."""

    type: str
    subject: str = ""
    data: dict[str, Any] = Field(default_factory=dict)


class RecordGiven(_Form):
    """A record of a practice system that is added, or changed where it is there."""

    system: str
    kind: str
    id: str
    set: dict[str, Any]


class FaultGiven(_Form):
    """A system that fails the next so many times it is asked."""

    system: str
    operation: str
    kind: str
    times: int = 1
    seconds: float = 0


class Given(_Form):
    """What there is before and what happens, in this order: records, faults, stages, files, signals, time."""

    today: date = date(2026, 3, 16)
    """the day the practice company lives on"""
    records: tuple[RecordGiven, ...] = ()
    faults: tuple[FaultGiven, ...] = ()
    stages: dict[str, Stage] = Field(default_factory=dict)
    """by operation, where not as the charter begins"""
    workers: tuple[str, ...] = ()
    """who else is on duty, as `domain/worker`"""
    files: tuple[str, ...] = ()
    """what is dropped: a practice invoice by its name, or a file beside the case by its path"""
    signals: tuple[SignalGiven, ...] = ()
    later: dict[str, float] = Field(default_factory=dict)
    """how much time passes then, in the words of `timedelta`"""


class AnswerGiven(_Form):
    """What a person says to a review; `expire` lets its time run out."""

    operation: str
    person: str = ""
    verdict: Literal["approve", "reject", "expire"]
    reason: str = ""
    arguments: dict[str, Any] | None = None
    """as edited, when edited"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionExpected:
    """An operation and what its arguments hold at least."""

    operation: str
    arguments: Mapping[str, Any]


def _as_action(item: object) -> object:
    """Read `erp.hold_invoice`, or `erp.hold_invoice: {invoice: …}`."""
    match item:
        case str():
            return ActionExpected(operation=item, arguments={})
        case dict() if len(item) == 1:  # pyright: ignore[reportUnknownArgumentType]  # as YAML gives it
            [(operation, arguments)] = item.items()  # pyright: ignore[reportUnknownVariableType]  # as YAML gives it
            return ActionExpected(operation=str(operation), arguments=arguments or {})  # pyright: ignore[reportUnknownArgumentType]  # as YAML gives it
        case _:
            return item


class ReviewExpected(_Form):
    """A review that is asked for."""

    operation: str
    roles: tuple[str, ...]


class Expect(_Form):
    """What has to come of it."""

    outcome: Outcome
    reason: tuple[str, ...] = ()
    """what the reason of the worker's last run contains"""
    actions: tuple[Annotated[ActionExpected, BeforeValidator(_as_action)], ...] = ()
    """every action performed, in order"""
    reviews: tuple[ReviewExpected, ...] = ()
    """every review asked for, in order"""
    handoffs: dict[str, str] = Field(default_factory=dict)
    """every handoff, by path, with its state"""
    also: dict[str, Outcome] = Field(default_factory=dict)
    """how the last runs of other workers stand"""


class _CaseForm(_Form):
    says: str = Field(min_length=10)
    given: Given
    answers: tuple[AnswerGiven, ...] = ()
    expect: Expect
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One example."""

    path: Path
    says: str
    """what it shows, as a sentence"""
    given: Given
    answers: tuple[AnswerGiven, ...]
    expect: Expect
    never: tuple[str, ...]
    """operations that must not take effect"""

    @property
    def folder(self) -> Path:
        """The folder of the worker it is for."""
        return self.path.parent.parent

    @property
    def worker(self) -> str:
        """The worker it is for, as in `invoice-review`."""
        return self.folder.name.replace("_", "-")

    @property
    def name(self) -> str:
        """The worker and what it shows, as in `invoice-review/duplicate_is_held`."""
        return f"{self.worker}/{self.path.stem}"


def read_case(path: Path) -> Case:
    """Read a case from its file.

    Raises:
        InputInvalid: It cannot be read as one.
    """
    reader: Any = YAML(typ="safe", pure=True)
    try:
        form = _CaseForm.model_validate(reader.load(io.StringIO(path.read_text(encoding="utf-8"))))
    except ValidationError as error:
        said = "; ".join(f"`{'.'.join(map(str, one['loc']))}`: {one['msg'].lower()}" for one in error.errors())
        raise InputInvalid(
            f"the case `{path.name}` says something else than a case: {said}. See docs/workers.md"
        ) from None
    except (OSError, UnicodeDecodeError, YAMLError) as error:
        raise InputInvalid(f"the case `{path.name}` cannot be read: {error}. See docs/workers.md") from None
    return Case(path=path, **dict(form))


def find_cases(directory: Path) -> Sequence[Path]:
    """Find the cases of every worker below a directory."""
    return sorted(path for folder in directory.rglob("cases") for path in folder.glob("*.yaml"))
