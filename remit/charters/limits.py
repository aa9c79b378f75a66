"""The limits of a worker: what it may use in a day, and what stops a run or the worker by itself."""

from dataclasses import dataclass
from enum import StrEnum


class OnSpike(StrEnum):
    """What the house does when a worker uses far more than it usually does."""

    ALERT = "alert"
    """both owners are told"""
    STOP = "stop"
    """both owners are told, and the worker is halted until a person lifts it"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The most that may be used in a day (UTC). None means no limit."""

    money: int | None = None
    """moved by actions, in minor units of `currency`"""
    currency: str = ""
    actions: int | None = None
    """writes performed"""
    cost: int | None = None
    """spent on judgements, in millionths of the currency"""
    tokens: int | None = None
    """read and written by language models"""
    calls: int | None = None
    """reads, writes and judgements together"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What stops a run, or the worker, by itself. None means no limit."""

    steps_per_run: int = 1000
    same_step: int = 25
    """how often one run may ask exactly the same"""
    runs_per_trace: int = 25
    """how often one story may begin the worker again"""
    runs_per_hour: int | None = None
    """how often it may begin about the same thing in an hour"""
    records_per_run: int | None = None
    """how many different things one run may change"""
    writes_per_minute: int | None = None
    runs_at_once: int | None = None
    spike_factor: float = 5.0
    """how many times the usual use of a day is unusual"""
    on_spike: OnSpike = OnSpike.ALERT
