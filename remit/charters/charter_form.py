"""A charter as it is written in YAML: the outside form, checked field by field before it becomes a `Charter`."""

from typing import Annotated, Any, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from remit.charters.charter import Domain, Looped, Stage
from remit.charters.charter_values import (
    Confidence,
    Count,
    Cron,
    Duration,
    FieldPath,
    Form,
    Mail,
    Money,
    Operation,
    OperationOrSystem,
    PersonId,
    Phone,
    Plain,
    Risk,
    System,
    Text,
    Word,
)
from remit.charters.limits_form import BudgetForm, LimitsForm, Recipient
from remit.charters.role import Role


def _answers(role: Role) -> Role:
    if role is Role.AUDITOR:
        raise ValueError("an auditor answers no reviews. Ask another role")
    return role


def _as_condition(value: object) -> object:
    """Take a plain value for `equals`."""
    return {"equals": value} if isinstance(value, str | int | float | bool) else value


def _is_after(event: Looped) -> Looped:
    if event is Looped.REVIEWED:
        raise ValueError("who hears before an answer stands under `consulted`")
    return event


class OwnersForm(Form):
    """Who owns the worker: two different people."""

    business: PersonId = Field(description="who owns its value")
    technical: PersonId = Field(description="who owns its safety")

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.business == self.technical:
            raise ValueError("the business owner and the technical owner are two different people. Name another one")
        return self


class SeatsForm(Form):
    """Who answers for an action type."""

    accountable: PersonId = Field(description="who owns the outcome")
    system_owner: PersonId = Field(description="who owns the system")
    risk_owner: PersonId = Field(description="who sets the limits of risk")
    consulted: tuple[PersonId, ...] = Field(default=(), description="who is told when a review of it opens")
    informed: dict[Annotated[Looped, AfterValidator(_is_after)], tuple[PersonId, ...]] = Field(
        default_factory=dict[Looped, Any], description="who is told afterwards, by what came of it"
    )
    domain: Domain | None = Field(
        default=None,
        description="where the action belongs, when not in the worker's domain: people of both may hold it",
    )


class ConditionForm(Form):
    """A comparison on a field of the signal's data; all that is given must hold."""

    equals: Plain = Field(default=None, description="the value is this one")
    in_: Annotated[list[Plain], Field(min_length=1)] = Field(
        default_factory=list[Any], alias="in", description="the value is one of these"
    )
    over: float | None = Field(default=None, description="the value is a number above this one")
    under: float | None = Field(default=None, description="the value is a number below this one")

    @model_validator(mode="after")
    def _can_hold(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("a condition compares nothing. Give `equals`, `in`, `over` or `under`")
        if self.over is not None and self.under is not None and self.over >= self.under:
            raise ValueError(f"nothing is over {self.over:g} and under {self.under:g}. Exchange the two")
        return self


class TriggerForm(Form):
    """What makes the worker begin: an event, a cron moment, or that nothing happened for some days."""

    name: Word = Field(description="tells it apart from the charter's other triggers")
    event: Text | None = Field(default=None, description="the type of the signal")
    where: dict[
        FieldPath,
        Annotated[ConditionForm, BeforeValidator(_as_condition, json_schema_input_type=Plain | ConditionForm)],
    ] = Field(
        default_factory=dict,
        description="what must hold of the signal's data, by field: a value, or `equals`, `in`, `over`, `under`",
    )
    cron: Cron | None = Field(default=None, description="five fields, in UTC, as in `0 7 * * 1-5`")
    since: Text | None = Field(default=None, description="the type of the event that starts the clock anew")
    by: FieldPath | None = Field(default=None, description="the field of that event which says what it is about")
    days: Annotated[float, Field(gt=0, le=3660)] | None = Field(
        default=None, description="for how many days nothing happened"
    )
    own: tuple[FieldPath, ...] = Field(
        default=(), description="the fields of the signal's data that your own records fill, and no outsider"
    )

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if sum(kind is not None for kind in (self.event, self.cron, self.since)) != 1:
            raise ValueError(f"the trigger `{self.name}` needs exactly one of `event`, `cron` and `since`. Split it")
        if len({self.since is None, self.by is None, self.days is None}) != 1:
            raise ValueError(f"the trigger `{self.name}` needs `since`, `by` and `days` together. Add the missing one")
        if self.where and self.event is None:
            raise ValueError(f"the trigger `{self.name}` can have `where` only with `event`. Leave `where` out")
        return self


class AccessForm(Form):
    """A connected system and how far into it the worker may look."""

    system: System = Field(description="the name its operations begin with")
    reads: tuple[Operation, ...] = Field(default=(), description="the reading operations allowed")
    scope: str = Field(default="", max_length=2000, description="which data, in words")


class GrantForm(Form):
    """A writing operation the worker may use, and its limits."""

    operation: Operation = Field(description="its full name, `system.verb_noun`")
    stage: Stage = Field(default=Stage.ASSISTIVE, description="the stage it begins at for this action type")
    limit: Money | None = Field(
        default=None, description="the most money one action may move, as in `1000.00 EUR`; more is forbidden"
    )
    per_day: Count | None = Field(default=None, description="how many a day; more is forbidden")
    money_per_day: Money | None = Field(
        default=None, description="the most money it may move in a day, as in `500.00 EUR`; more is forbidden"
    )
    recipients: tuple[Recipient, ...] = Field(
        default=(), description="the only mail domains and hosts it may send to: `example.com`, `*.example.com`"
    )
    seats: SeatsForm | None = Field(default=None, description="who answers for it, when not the charter's seats")
    because: Text = Field(description="the business reason for this permission")


class ProhibitionForm(Form):
    """An operation the worker must never use; `system.*` names a whole system."""

    operation: OperationOrSystem = Field(description="its full name, or `system.*`")
    because: Text = Field(description="why it is people's work")


class ReviewForm(Form):
    """When a person is asked first, and who; all conditions given must hold, none given means always."""

    name: Word = Field(description="tells it apart from the charter's other reviews")
    operations: tuple[OperationOrSystem, ...] = Field(default=(), description="only for these operations or systems")
    risks: tuple[Risk, ...] = Field(default=(), description="only for operations of these risks: low, medium, high")
    tiers: tuple[Text, ...] = Field(default=(), description="only for customers or vendors of these tiers")
    stages: tuple[Stage, ...] = Field(default=(), description="only while the worker is in one of these stages")
    domains: tuple[Domain, ...] = Field(default=(), description="only for workers of these domains")
    amount_over: Money | None = Field(
        default=None, description="only above this amount, as in `1000.00 EUR`; another currency counts as above"
    )
    confidence_under: Confidence | None = Field(
        default=None, description="only when the worker is less sure than this: `70%`, or 700 of 1000"
    )
    roles: Annotated[tuple[Annotated[Role, AfterValidator(_answers)], ...], Field(min_length=1)] = Field(
        description="each of these must approve"
    )
    approvals: Annotated[int, Field(ge=1, le=10)] = Field(
        default=1, description="by how many different people altogether"
    )
    because: Text = Field(description="why a person is asked")


class PathForm(Form):
    """How work crosses into another domain."""

    name: Word = Field(description="tells it apart from the charter's other paths")
    condition: Text = Field(description="when work is handed over")
    receiving_domain: Domain = Field(description="the domain that takes it up")
    owner: PersonId = Field(description="the responsible owner on the receiving side")
    context: Annotated[tuple[Text, ...], Field(min_length=1)] = Field(
        description="the names of what must be handed over"
    )
    permitted_action: Text = Field(description="what the receiver may do")
    human_review: Text = Field(description="what a person must see first")
    completion: Text = Field(description="what done means")
    draft_only: bool = Field(default=True, description="whether a message stays a draft until approved")
    acknowledge_within: Duration = Field(
        default=3600, json_schema_extra={"default": "1h"}, description="until the receiver must have begun"
    )
    failure_owner: PersonId = Field(description="who is told when it is not taken up or not completed")


class IdentityForm(Form):
    """How the company knows the worker; it shares none of this with another."""

    user: PersonId | None = Field(default=None, description="its account in the directory")
    mail: Mail | None = Field(default=None, description="its mail address")
    phone: Phone | None = Field(default=None, description="its number, as in `+49 30 901820`")
    seat: Text | None = Field(default=None, description="the licence it holds in the channels people talk in")


class RetentionForm(Form):
    """How long what the worker did is kept."""

    days: Annotated[int, Field(gt=0, le=36600)] = Field(description="for how many days")


class CharterForm(Form):
    """A worker's charter: who it is, what it may do, and who answers for it."""

    name: Word = Field(description="the worker's id, as in `invoice-review`: its folder's name with dashes")
    title: Text = Field(description="what people call it")
    domain: Domain = Field(description="the part of the company it works for")
    purpose: Text = Field(description="what it is there for, in a sentence or two")
    process: Text = Field(description="the business process it works in")
    owners: OwnersForm = Field(description="who owns the worker")
    seats: SeatsForm = Field(description="who answers for its actions")
    triggers: Annotated[tuple[TriggerForm, ...], Field(min_length=1)] = Field(description="what makes it begin")
    systems: tuple[AccessForm, ...] = Field(description="what it may read")
    grants: tuple[GrantForm, ...] = Field(default=(), description="what it may do")
    prohibitions: tuple[ProhibitionForm, ...] = Field(default=(), description="what it must never do")
    reviews: tuple[ReviewForm, ...] = Field(default=(), description="when a person is asked first")
    escalation_contacts: Annotated[tuple[PersonId, ...], Field(min_length=1)] = Field(
        description="who is asked when the worker cannot go on, in this order"
    )
    escalation_paths: tuple[PathForm, ...] = Field(default=(), description="how work crosses into other domains")
    budget: BudgetForm = Field(default_factory=BudgetForm, description="the most it may use in a day (UTC)")
    workflow_budget: BudgetForm = Field(
        default_factory=BudgetForm, description="the most all workers of the process may use together in a day"
    )
    limits: LimitsForm = Field(default_factory=LimitsForm, description="what stops a run or the worker by itself")
    identity: IdentityForm = Field(default_factory=IdentityForm, description="how the company knows it")
    retention: RetentionForm = Field(
        default_factory=lambda: RetentionForm(days=3650), description="how long what it did is kept"
    )
    review_within: Duration = Field(
        default=86400, json_schema_extra={"default": "24h"}, description="until an unanswered review counts as rejected"
    )
