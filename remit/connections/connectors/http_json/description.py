"""How a system that speaks JSON over HTTP is described in `connections.yaml`."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from remit.connections.connectors.http_json.template import names_in
from remit.connections.operation import Kind, Operation, Repeat, Risk, Touch

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}
_PLACEHOLDER: Final = re.compile(r"\{[a-z][a-z0-9_]*\}")


class Meaning(StrEnum):
    """What a status code means."""

    OK = "ok"
    """it was done, or this is the answer"""
    NONE = "none"
    """there is no such thing"""
    BUSY = "busy"
    """nothing happened; ask again later"""
    REFUSED = "refused"
    """nothing happened; asking again changes nothing"""
    UNKNOWN = "unknown"
    """it may have happened"""


class _Described(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Request(_Described):
    """One request: placeholders in braces take arguments, `{key}` takes the key of a write."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"] = "GET"
    path: str
    """begins with `/`, as in `/invoices/{invoice}`; what goes in is quoted"""
    query: dict[str, Any] = Field(default_factory=dict[str, Any])
    """a parameter whose argument is not given is left out"""
    body: Any = None
    """a template; without one, a write sends the arguments that path and query do not use"""
    answer: str = ""
    """where the answer is, as in `data.0.invoice`; empty means all of it"""

    @field_validator("path")
    @classmethod
    def _is_path(cls, path: str) -> str:
        bare = _PLACEHOLDER.sub("x", path)
        if not path.startswith("/") or path.startswith("//") or any(c in bare for c in "?#\\ {}"):
            raise ValueError("a path begins with one `/` and has no `?` or `#`; parameters go under `query`")
        if {".", ".."} & set(bare.split("/")):
            raise ValueError("a path has no `.` or `..` in it")
        return path

    @property
    def names(self) -> frozenset[str]:
        """The arguments the templates take."""
        return names_in(self.path) | names_in(self.query) | names_in(self.body)


class Asked(Request):
    """One operation, and the request it is."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)+$")]
    """`verb_noun`, without the system"""
    kind: Kind
    summary: Annotated[str, Field(min_length=1)]
    risk: Risk = Risk.LOW
    repeat: Repeat = Repeat.BLIND
    reversed_by: str = ""
    sinks: tuple[str, ...] = ()
    amount: str = ""
    record: str = ""
    required: tuple[str, ...] = ()
    """besides those in the path, which always are"""
    also_takes: tuple[str, ...] = ()
    """arguments that rules look at and the system is not sent, as a currency it takes for granted"""
    outsiders: bool = False
    touches: frozenset[Touch] = frozenset()
    reads_back: bool = False
    statuses: dict[int, Meaning] = Field(default_factory=dict[int, Meaning])
    """what status codes mean where the usual meaning is wrong"""
    look_up: Request | None = None
    """how to ask what was done under a key: 404 means nothing"""

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if self.kind is Kind.WRITE and self.repeat is not Repeat.BLIND and self.look_up is None:
            raise ValueError(f"`repeat: {self.repeat.value}` needs a `look_up`; without one it is `blind`")
        if self.kind is Kind.READ and (self.look_up or "key" in self.names):
            raise ValueError("a read has no key and no `look_up`")
        if self.reads_back and self.look_up is None:
            raise ValueError("`reads_back` needs a `look_up`")
        return self

    def as_operation(self, system: str) -> Operation:
        """Give the operation as the rest of the house knows it."""
        needed = dict.fromkeys((*sorted(names_in(self.path) - {"key"}), *self.required))
        return Operation(
            name=f"{system}.{self.name}",
            kind=self.kind,
            summary=self.summary,
            risk=self.risk,
            repeat=self.repeat,
            reversed_by=f"{system}.{self.reversed_by}" if self.reversed_by else "",
            sinks=self.sinks,
            amount=self.amount,
            record=self.record,
            required=tuple(needed),
            outsiders=self.outsiders,
            touches=self.touches,
            reads_back=self.reads_back,
        )


class Description(_Described):
    """A system that speaks JSON over HTTP."""

    base_url: str
    auth: Literal["none", "bearer", "basic", "header"] = "none"
    """how the secret is shown"""
    user: str = ""
    """with `basic`: who the password belongs to"""
    auth_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "X-Api-Key"
    """with `header`: which header carries the secret"""
    key_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]*$")] = "Idempotency-Key"
    """which header carries the key of a write; empty means none"""
    ca_file: str = ""
    """the certificate authority to trust, for a system with a certificate of one's own"""
    plain_http: bool = False
    """whether `http:` is accepted for another machine: then anybody between can read and change what is said"""
    operations: Annotated[tuple[Asked, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        url = urlsplit(self.base_url)
        if url.scheme not in {"http", "https"} or not url.hostname or url.username or url.query or url.fragment:
            raise ValueError("`base_url` is `https://host/path`, without a user, a `?` or a `#`")
        if url.scheme == "http" and url.hostname not in _LOOPBACK and not self.plain_http:
            raise ValueError("`base_url` is not encrypted. Use `https:`, or set `plain_http: true` knowing the risk")
        if self.auth == "basic" and (not self.user or ":" in self.user):
            raise ValueError("`auth: basic` needs a `user` without `:`")
        names = [asked.name for asked in self.operations]
        for asked in self.operations:
            if names.count(asked.name) > 1:
                raise ValueError(f"the operation `{asked.name}` stands twice")
            if asked.reversed_by and asked.reversed_by not in names:
                raise ValueError(f"`{asked.name}` is reversed by `{asked.reversed_by}`, which is not described")
        return self
