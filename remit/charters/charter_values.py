"""The values a charter is written with, each checked as it is read: names, money, time spans, confidence, counts."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, WithJsonSchema

from remit.charters.money import CONFIDENCE, MONEY, parse_confidence, parse_duration, parse_money
from remit.charters.trigger import next_due

NAME: Final = r"^[a-z][a-z0-9-]{0,79}$"
PERSON: Final = r"^[a-z][a-z0-9._-]{0,79}$"
OPERATION: Final = r"^[a-z][a-z0-9_]{0,59}\.[a-z][a-z0-9_]{0,59}$"
OPERATION_OR_SYSTEM: Final = r"^[a-z][a-z0-9_]{0,59}\.([a-z][a-z0-9_]{0,59}|\*)$"
SYSTEM: Final = r"^[a-z][a-z0-9_]{0,59}$"
FIELD_PATH: Final = r"^[^.]+(\.[^.]+)*$"
MAIL: Final = r"^[a-z0-9][a-z0-9._+-]{0,63}@[a-z0-9][a-z0-9-]{0,62}(\.[a-z0-9][a-z0-9-]{0,62}){1,9}$"
PHONE: Final = r"^\+[1-9][0-9]{0,3}( ?[0-9]){4,14}$"
RISK: Final = "^(low|medium|high)$"
RECIPIENT: Final = r"^(\*\.)?[a-z0-9]([a-z0-9-]{0,62})(\.[a-z0-9]([a-z0-9-]{0,62})){1,9}$"


def _as_money(text: object) -> tuple[int, str]:
    if not isinstance(text, str):
        raise ValueError("an amount of money needs its currency. Write it like `1000.00 EUR`")  # noqa: TRY004  # pydantic turns only ValueError into a problem
    return parse_money(text)


def _as_seconds(text: object) -> int:
    return parse_duration(text if isinstance(text, str) else f"{text!s:.20}")


def _is_cron(text: str) -> str:
    try:
        next_due(text, datetime(2026, 1, 1, tzinfo=UTC))
    except ValueError as error:
        raise ValueError(f"{error}. It has five fields, as in `0 7 * * 1-5`") from None
    return text


def _is_plain(value: object) -> object:
    if not isinstance(value, str | int | float | bool):
        raise ValueError("it has to be a text, a number, true or false. Several stand under `in`")  # noqa: TRY004  # pydantic turns only ValueError into a problem
    return value


Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True)]
Word = Annotated[str, StringConstraints(pattern=NAME)]
PersonId = Annotated[str, StringConstraints(pattern=PERSON)]
Operation = Annotated[str, StringConstraints(pattern=OPERATION)]
OperationOrSystem = Annotated[str, StringConstraints(pattern=OPERATION_OR_SYSTEM)]
System = Annotated[str, StringConstraints(pattern=SYSTEM)]
FieldPath = Annotated[str, StringConstraints(pattern=FIELD_PATH, max_length=200)]
Mail = Annotated[str, StringConstraints(pattern=MAIL)]
Phone = Annotated[str, StringConstraints(pattern=PHONE)]
Risk = Annotated[str, StringConstraints(pattern=RISK)]
Plain = Annotated[Any, AfterValidator(_is_plain), WithJsonSchema({"type": ["string", "number", "boolean"]})]
Count = Annotated[int, Field(gt=0, le=1_000_000_000)]
Cron = Annotated[str, StringConstraints(max_length=200), AfterValidator(_is_cron)]
Money = Annotated[
    tuple[int, str],
    BeforeValidator(_as_money, json_schema_input_type=Annotated[str, Field(pattern=f"^{MONEY}$")]),
]
Confidence = Annotated[
    int,
    Field(ge=0, le=1000),
    BeforeValidator(
        parse_confidence,
        json_schema_input_type=Literal[0]
        | Annotated[int, Field(gt=100, le=1000)]
        | Annotated[str, Field(pattern=f"^{CONFIDENCE}$")],
    ),
]
Duration = Annotated[
    int,
    BeforeValidator(_as_seconds, json_schema_input_type=Annotated[str, Field(pattern=r"^[0-9]+ ?(s|min|h|d)$")]),
]


class Form(BaseModel):
    """What every part of a charter has in common: unknown words are refused, and nothing is bent into shape."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
