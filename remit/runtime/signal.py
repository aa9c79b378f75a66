"""A signal: something happened in a business system. It comes as a CloudEvent 1.0, whatever way it comes."""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from remit import clock
from remit.errors import InputInvalid, SignalInvalid
from remit.governance.claim import as_kept

_MOST = 262_144  # characters of JSON: what every CloudEvents intermediary must forward is 64 KiB, four times that
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
# Characters of what the house searches by: an index holds 2,704 bytes, and a character may need four.
_LONGEST_SOURCE = 250
_LONGEST_ID = 400
_LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that happened, known by source and id for ever."""

    source: str
    """who says so, a URI"""
    signal_id: str
    """the source's own id of it"""
    type: str
    """what happened, as in `file.arrived`"""
    subject: str = ""
    """what it happened to"""
    time: datetime = field(default_factory=clock.now)
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    trace_id: str = field(default_factory=lambda: secrets.token_hex(16))
    """32 hexadecimal digits, the trace all that follows belongs to"""
    requested_by: str = ""
    """the person who sent it by hand, empty when a system did"""
    id: UUID = field(default_factory=clock.new_id)

    @property
    def in_words(self) -> str:
        """The signal as a sentence's subject."""
        about = f" about {self.subject}" if self.subject else ""
        return f"`{self.type}`{about} from {self.source}"


class _CloudEvent(BaseModel):
    """The attributes of https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md that the house uses."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True, strict=True)

    specversion: Literal["1.0"]
    id: Annotated[str, Field(min_length=1, max_length=_LONGEST_ID)]
    source: Annotated[str, Field(min_length=1, max_length=_LONGEST_SOURCE)]
    type: Annotated[str, Field(min_length=1, max_length=_LONGEST)]
    subject: str = Field(default="", max_length=_LONGEST)
    time: AwareDatetime | None = None
    traceparent: str = ""
    datacontenttype: str = "application/json"
    data: dict[str, Any] = Field(default_factory=dict)
    data_base64: None = None
    """never given: data that is no JSON object cannot be read"""


def read_cloudevent(body: bytes, *, requested_by: str = "") -> Signal:
    """Read a CloudEvent in structured JSON.

    Raises:
        SignalInvalid: It is not one, is too large, or its data is no JSON object.
    """
    if len(body) > _MOST:
        raise SignalInvalid(
            f"the signal has {len(body)} bytes. At most {_MOST}; put large content where it can be read"
        )
    try:
        event = _CloudEvent.model_validate_json(body)
    except ValidationError as error:
        raise SignalInvalid(f"not a CloudEvent 1.0: {_in_words(error)}") from None
    try:
        source, signal_id, type_, subject = as_kept([event.source, event.id, event.type, event.subject])
        data = as_kept(event.data)
        time = (event.time or clock.now()).astimezone(UTC)
    except (InputInvalid, OverflowError) as error:
        raise SignalInvalid(f"the signal cannot be kept: {error}. Correct it and send it again") from None
    found = _TRACEPARENT.fullmatch(event.traceparent)
    return Signal(
        source=source,
        signal_id=signal_id,
        type=type_,
        subject=subject,
        time=time,
        data=data,
        trace_id=found.group(1) if found else secrets.token_hex(16),
        requested_by=requested_by,
    )


def _in_words(error: ValidationError) -> str:
    problems = [
        (".".join(map(str, problem["loc"])) or "the body", problem["msg"].lower()) for problem in error.errors()
    ]
    return "; ".join(f"`{place}`: {problem}" for place, problem in problems[:5])
