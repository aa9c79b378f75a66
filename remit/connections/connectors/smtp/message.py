"""Makes a message from arguments, refusing what could be read as a second header or a second recipient."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Any, Final, cast

from remit.connections.connectors.smtp.address import domain_of
from remit.errors import SystemRefused

TAKES: Final = ("to", "cc", "bcc", "subject", "text", "html")

_LONGEST_SUBJECT: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message ready to be sent."""

    id: str
    """its Message-ID, the same for the same key"""
    recipients: tuple[str, ...]
    content: bytes = field(repr=False)


def write_letter(sender: str, arguments: dict[str, Any], key: str, now: datetime) -> Letter:
    """Write a message.

    Raises:
        SystemRefused: An address is none, a subject has several lines, or an argument is not what it should be.
    """
    if unknown := sorted(arguments.keys() - set(TAKES)):
        raise SystemRefused(f"a message takes no `{'`, `'.join(unknown)}`. It takes {', '.join(TAKES)}")
    addresses = {name: _addresses(name, arguments.get(name)) for name in ("to", "cc", "bcc")}
    if not addresses["to"]:
        raise SystemRefused("a message cannot be sent without `to`: a list of addresses")
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain_of(sender)}>"
    message["Date"] = format_datetime(now)
    message["From"] = sender
    message["To"] = ", ".join(addresses["to"])
    if addresses["cc"]:
        message["Cc"] = ", ".join(addresses["cc"])
    message["Subject"] = _subject(arguments)
    message["Auto-Submitted"] = "auto-generated"
    recipients = dict.fromkeys(address for some in addresses.values() for address in some)
    return Letter(id=message["Message-ID"], recipients=tuple(recipients), content=_with_text(message, arguments))


def _with_text(message: EmailMessage, arguments: dict[str, Any]) -> bytes:
    try:
        message.set_content(_text("text", arguments))
        if arguments.get("html") is not None:
            message.add_alternative(_text("html", arguments), subtype="html")
        return message.as_bytes()
    except (MessageError, UnicodeError):
        raise SystemRefused("the message holds characters that no mail can carry") from None


def _addresses(name: str, given: Any) -> list[str]:
    if given is None:
        return []
    if not isinstance(given, list):
        raise SystemRefused(f"`{name}` has to be a list of addresses")
    for address in cast("list[Any]", given):
        if not isinstance(address, str) or not domain_of(address):
            raise SystemRefused(f"`{str(address)[:100]!a}` in `{name}` is not an address like `anna@example.com`")
    return cast("list[str]", given)


def _subject(arguments: dict[str, Any]) -> str:
    subject = _text("subject", arguments)
    if not subject.isprintable() or len(subject) > _LONGEST_SUBJECT:
        # INVARIANT: a subject is one line: what follows a line break would be read as another header.
        raise SystemRefused(f"`subject` has to be one line of at most {_LONGEST_SUBJECT} printable characters")
    return subject


def _text(name: str, arguments: dict[str, Any]) -> str:
    text = arguments.get(name)
    if not isinstance(text, str):
        raise SystemRefused(f"a message cannot be sent without `{name}` as a text")
    return text
