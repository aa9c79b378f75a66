"""A channel: one way out of the house for notices. It tells, and decides nothing.

A message may arrive twice, when the process dies between sending and noting it; its id is the same then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One notice on its way to one address."""

    id: UUID
    """of the delivery: the same at every try"""
    kind: str
    title: str
    body: str
    link: str
    """the whole address of the page that shows it; empty when there is none"""
    recipient: str
    """a person's id, or a role with its domain"""
    address: str
    """a mail address; empty where the channel itself is the address"""
    made_at: datetime

    def as_json(self) -> Mapping[str, Any]:
        """What programs are sent."""
        data = {"title": self.title, "body": self.body, "link": self.link, "recipient": self.recipient}
        return {"type": self.kind, "timestamp": self.made_at.isoformat(), "data": data}


class Channel(Protocol):
    """One way out."""

    @property
    def name(self) -> str:
        """What it is called in the record of deliveries."""
        ...

    @property
    def is_personal(self) -> bool:
        """Whether each person gets a message of their own."""
        ...

    def takes(self, kind: str) -> bool:
        """Whether notices of this kind go out here."""
        ...

    async def send(self, message: Message) -> None:
        """Send a message.

        Raises:
            SystemRefused: It will never be taken.
            SystemBusy: It was not taken now.
            OutcomeUnknown: Nobody can tell.
        """
        ...

    async def close(self) -> None:
        """Let go of what is held."""
        ...
