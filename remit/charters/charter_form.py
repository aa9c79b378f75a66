"""A charter as it is written in YAML: the outside form, checked field by field before it becomes a `Charter`."""

from typing import Annotated, Any, Self

from croniter import croniter
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

from remit.charters.charter import Domain, Stage
from remit.charters.money import parse_duration, parse_money
from remit.charters.role import Role


def _as_money(text: object) -> tuple[int, str]:
    if not isinstance(text, str):
        raise ValueError("an amount of money needs its currency. Write it like `1000.00 EUR`")  # noqa: TRY004  # pydantic turns only ValueError into a problem
    return parse_money(text)


def _as_seconds(text: object) -> int:
    return parse_duration(str(text))


def _is_cron(text: str) -> str:
    if not croniter.is_valid(text) or len(text.split()) != 5:  # noqa: PLR2004  # minute, hour, day, month, weekday
        raise ValueError(f"`{text}` is no cron expression. It has five fields, as in `0 7 * * 1-5`")
    return text


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,79}$")]
PersonId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9._-]{0,79}$")]
Operation = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
OperationOrSystem = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.([a-z][a-z0-9_]*|\*)$")]
Money = Annotated[
    tuple[int, str], BeforeValidator(_as_money, json_schema_input_type=str), Field(description="as in `1000.00 EUR`")
]
Duration = Annotated[int, BeforeValidator(_as_seconds, json_schema_input_type=str), Field(description="as in `24h`")]
Cron = Annotated[str, AfterValidator(_is_cron)]


class Form(BaseModel):
    """What every part of a charter has in common: unknown words are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class OwnersForm(Form):
    """Who owns the worker."""

    business: PersonId = Field(description="who owns its value")
    technical: PersonId = Field(description="who owns its safety")

    @model_validator(mode="after")
    def _are_two(self) -> Self:
        if self.business == self.technical:
            raise ValueError("the business owner and the technical owner are two different people")
        return self


class SeatsForm(Form):
    """Who answers for an action type."""

    accountable: PersonId = Field(description="who owns the outcome")
    system_owner: PersonId = Field(description="who owns the system")
    risk_owner: PersonId = Field(description="who sets the limits of risk")


class ConditionForm(Form):
    """A comparison on a field of the signal's data."""

    equals: str | int | float | bool | None = None
    in_: tuple[str | int | float | bool, ...] = Field(default=(), alias="in")
    over: float | None = None
    under: float | None = None


class TriggerForm(Form):
    """What makes the worker begin: an event, a cron moment, or that nothing happened for some days."""

    name: Word = Field(description="tells it apart from the charter's other triggers")
    event: Text | None = Field(default=None, description="the type of the signal")
    where: dict[str, str | int | float | bool | ConditionForm] = Field(
        default_factory=dict, description="what must hold of the signal's data: a value, or over, under, in, equals"
    )
    cron: Cron | None = Field(default=None, description="five fields, in UTC")
    since: Text | None = Field(default=None, description="the type of the event that starts the clock anew")
    by: Text | None = Field(default=None, description="the field that says what the event is about")
    days: Annotated[float, Field(gt=0)] | None = Field(default=None, description="how long nothing happened")

    @model_validator(mode="after")
    def _has_one_kind(self) -> Self:
        if sum(kind is not None for kind in (self.event, self.cron, self.since)) != 1:
            raise ValueError(f"the trigger `{self.name}` has to have exactly one of `event`, `cron` and `since`")
        if (self.since is None) != (self.by is None) or (self.since is None) != (self.days is None):
            raise ValueError(f"the trigger `{self.name}` needs `since`, `by` and `days` together")
        if self.where and self.event is None:
            raise ValueError(f"the trigger `{self.name}` can have `where` only with `event`")
        return self


class AccessForm(Form):
    """A connected system and how far into it the worker may look."""

    system: Text
    reads: tuple[Operation, ...] = Field(default=(), description="the reading operations allowed")
    scope: str = Field(default="", description="which data, in words")


class GrantForm(Form):
    """A writing operation the worker may use."""

    operation: Operation
    stage: Stage = Field(default=Stage.ASSISTIVE, description="the stage it begins at for this action type")
    limit: Money | None = Field(default=None, description="the most money one action may move")
    per_day: Annotated[int, Field(gt=0)] | None = Field(default=None, description="how many a day")
    seats: SeatsForm | None = Field(default=None, description="who answers for it, when not the charter's seats")
    because: Text = Field(description="the business reason for this permission")


class ProhibitionForm(Form):
    """An operation the worker must never use; `system.*` names a whole system."""

    operation: OperationOrSystem
    because: Text


class ReviewForm(Form):
    """When a person is asked first, and who."""

    name: Word
    operations: tuple[Operation, ...] = ()
    risks: tuple[Annotated[str, StringConstraints(pattern="^(low|medium|high)$")], ...] = ()
    tiers: tuple[Text, ...] = ()
    stages: tuple[Stage, ...] = ()
    domains: tuple[Domain, ...] = ()
    amount_over: Money | None = None
    confidence_under: Annotated[int, Field(ge=0, le=1000)] | None = Field(default=None, description="0 to 1000")
    roles: Annotated[tuple[Role, ...], Field(min_length=1)] = Field(description="each of these must approve")
    approvals: Annotated[int, Field(ge=1, le=10)] = Field(default=1, description="by how many people altogether")
    because: Text


class PathForm(Form):
    """How work crosses into another domain."""

    name: Word
    condition: Text = Field(description="the triggering condition")
    receiving_domain: Domain
    owner: PersonId = Field(description="the responsible owner on the receiving side")
    context: tuple[Text, ...] = Field(description="what must be handed over")
    permitted_action: Text
    human_review: Text
    completion: Text = Field(description="what done means")
    draft_only: bool = Field(default=True, description="whether a message stays a draft until approved")
    acknowledge_within: Duration = 3600
    failure_owner: PersonId = Field(description="who is told when it is not taken up or not completed")


class BudgetForm(Form):
    """The most the worker may use in a day (UTC)."""

    money: Money | None = None
    actions: Annotated[int, Field(gt=0)] | None = None
    cost: Annotated[int, Field(gt=0)] | None = Field(default=None, description="of judgements, in millionths")


class RetentionForm(Form):
    """How long what the worker did is kept."""

    days: Annotated[int, Field(gt=0)]


class CharterForm(Form):
    """A worker's charter: who it is, what it may do, and who answers for it."""

    name: Word = Field(description="the worker's id, as in `invoice-review`")
    title: Text
    domain: Domain
    purpose: Text
    process: Text = Field(description="the business process it works in")
    owners: OwnersForm
    seats: SeatsForm
    triggers: Annotated[tuple[TriggerForm, ...], Field(min_length=1)]
    systems: tuple[AccessForm, ...]
    grants: tuple[GrantForm, ...] = ()
    prohibitions: tuple[ProhibitionForm, ...] = ()
    reviews: tuple[ReviewForm, ...] = ()
    escalation_contacts: Annotated[tuple[PersonId, ...], Field(min_length=1)]
    escalation_paths: tuple[PathForm, ...] = ()
    budget: BudgetForm = Field(default_factory=BudgetForm)
    retention: RetentionForm = Field(default_factory=lambda: RetentionForm(days=3650))
    review_within: Duration = Field(default=86400, description="until an unanswered review counts as reject")

    @model_validator(mode="after")
    def _names_once(self) -> Self:
        for what, names in self._named().items():
            if again := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{what} `{again[0]}` stands twice")
        granted = {grant.operation for grant in self.grants}
        for prohibition in self.prohibitions:
            system = prohibition.operation.removesuffix("*") if prohibition.operation.endswith(".*") else None
            both = prohibition.operation in granted or (system and any(each.startswith(system) for each in granted))
            if both:
                raise ValueError(f"`{prohibition.operation}` is both granted and prohibited")
        return self

    def _named(self) -> dict[str, list[Any]]:
        return {
            "the trigger": [trigger.name for trigger in self.triggers],
            "the system": [access.system for access in self.systems],
            "the read": [read for access in self.systems for read in access.reads],
            "the grant of": [grant.operation for grant in self.grants],
            "the prohibition of": [prohibition.operation for prohibition in self.prohibitions],
            "the review": [review.name for review in self.reviews],
            "the escalation path": [path.name for path in self.escalation_paths],
        }
