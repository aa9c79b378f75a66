"""Budgets and limits as they are written in a charter."""

from typing import Annotated

from pydantic import Field, StringConstraints

from remit.charters.charter_values import RECIPIENT, Count, Form, Money
from remit.charters.limits import OnSpike

Recipient = Annotated[str, StringConstraints(pattern=RECIPIENT, max_length=200)]


class BudgetForm(Form):
    """The most that may be used in a day (UTC)."""

    money: Money | None = Field(default=None, description="moved by actions, as in `5000.00 EUR`")
    actions: Count | None = Field(default=None, description="writes performed")
    cost: Count | None = Field(default=None, description="spent on judgements, in millionths of the currency")
    tokens: Count | None = Field(default=None, description="read and written by language models")
    calls: Count | None = Field(default=None, description="reads, writes and judgements together")


class LimitsForm(Form):
    """What stops a run, or the worker, by itself."""

    steps_per_run: Count = Field(default=1000, description="the most steps of one run")
    same_step: Count = Field(default=25, description="how often one run may ask exactly the same")
    runs_per_trace: Count = Field(default=25, description="how often one story may begin the worker again")
    runs_per_hour: Count | None = Field(
        default=None, description="how often it may begin about the same thing in an hour"
    )
    records_per_run: Count | None = Field(default=None, description="how many things one run may change")
    writes_per_minute: Count | None = Field(default=None, description="how often a minute it may write")
    runs_at_once: Count | None = Field(default=None, description="how many of its runs may work at a time")
    spike_factor: Annotated[float, Field(ge=1.5, le=1000)] = Field(
        default=5.0, description="how many times the usual use of a day is unusual"
    )
    on_spike: OnSpike = Field(default=OnSpike.ALERT, description="what the house does then: `alert` or `stop`")
