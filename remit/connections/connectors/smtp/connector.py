"""Sends mail through a mail server: to every recipient or to none.

Once the server has the message and the line breaks before it says so, nobody can tell whether it was taken: mail
servers do not know keys. A message is therefore never repeated by itself.
"""

import ssl
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from types import MappingProxyType
from typing import Any, Final

from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPRecipientRefused, SMTPResponseException

from remit import clock
from remit.connections.connectors.smtp.address import domain_of
from remit.connections.connectors.smtp.description import Description
from remit.connections.connectors.smtp.message import Letter, write_letter
from remit.connections.operation import Kind, Operation, Repeat, Risk
from remit.connections.vault import Secret
from remit.errors import OutcomeUnknown, SecretMissing, SettingsInvalid, SystemBusy, SystemRefused

_LATER: Final = 60.0  # seconds; a server that greylists takes a message after about as long
_TEMPORARY: Final = range(400, 500)
_PERMANENT: Final = range(500, 600)


class SmtpConnector:
    """One mail server, a new line to it for each message."""

    def __init__(
        self, system: str, description: Description, *, secret: Secret | None = None, time_limit: float = 30.0
    ) -> None:
        if description.user and secret is None:
            raise SecretMissing(f"`{system}` has a `user` but no `secret`. Name the secret that holds the password")
        self._system = system
        self._description = description
        self._secret = secret
        self._time_limit = time_limit
        self._trust = _trust(description.ca_file)
        self._operation = _send_message(system)

    @property
    def system(self) -> str:
        """The system's name."""
        return self._system

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What can be asked, by full name."""
        return MappingProxyType({self._operation.name: self._operation})

    async def read(self, operation: str, arguments: dict[str, Any]) -> Any:  # noqa: ARG002  # nothing can be read
        """Refuse: a mail server is only written to."""
        raise SystemRefused(f"`{self._system}` has nothing to read under `{operation}`")

    async def perform(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any]:
        """Send a message whose Message-ID is made from the key."""
        self._check(operation)
        missing = [name for name in self._operation.required if arguments.get(name) is None]
        if missing:
            raise SystemRefused(f"`{operation}` cannot be asked without `{'`, `'.join(missing)}`")
        letter = write_letter(self._description.sender, arguments, key, clock.now())
        async with self._line() as line:
            await self._hand_over(line, letter)
        return {"message_id": letter.id, "recipients": list(letter.recipients)}

    async def look_up(self, operation: str, arguments: dict[str, Any], key: str) -> dict[str, Any] | None:  # noqa: ARG002  # nothing can be looked up
        """Say that it cannot be known."""
        self._check(operation)
        raise OutcomeUnknown(f"a mail server does not tell what it sent. Look into the mailbox of `{self._system}`")

    async def close(self) -> None:
        """Nothing is held between messages."""

    async def _hand_over(self, line: SMTP, letter: Letter) -> None:
        with self._nothing_happened():
            await line.mail(self._description.sender)
            for recipient in letter.recipients:
                await line.rcpt(recipient)
        try:
            await line.data(letter.content)
        except SMTPResponseException as error:
            raise self._told(error) or self._in_doubt(letter, error) from None
        except (SMTPException, OSError) as error:
            raise self._in_doubt(letter, error) from None

    @asynccontextmanager
    async def _line(self) -> AsyncGenerator[SMTP]:
        """Open a line, encrypted and signed in as described; close it however the block ends."""
        described = self._description
        line = SMTP(
            hostname=described.host,
            port=described.port,
            timeout=self._time_limit,
            local_hostname=domain_of(described.sender),
            use_tls=described.security == "tls",
            start_tls=described.security == "starttls",
            tls_context=None if described.security == "none" else self._trust,
        )
        try:
            with self._nothing_happened():
                await line.connect()
                if self._secret and described.user:
                    await line.login(described.user, self._secret.reveal())
            yield line
            with suppress(SMTPException, OSError):
                await line.quit(timeout=2)  # the message is taken: a line that breaks now changes nothing
        finally:
            line.close()

    @contextmanager
    def _nothing_happened(self) -> Generator[None]:
        """Tell what fails before the message is handed over as it is: nothing happened."""
        try:
            yield
        except SMTPNotSupported as error:
            raise SystemRefused(f"the mail server cannot do what it has to: {error}. Check `security`") from None
        except SMTPResponseException as error:
            raise self._told(error) or self._unreachable(error) from None
        except (SMTPException, OSError) as error:
            raise self._unreachable(error) from None

    def _told(self, error: SMTPResponseException) -> SystemBusy | SystemRefused | None:
        """Turn an answer that says no into the house's words."""
        whom = f" for `{error.recipient}`" if isinstance(error, SMTPRecipientRefused) else ""
        said = self._hide(f"the mail server answered {error.code}{whom}: {error.message}")
        if error.code in _TEMPORARY:
            return SystemBusy(said, retry_after=_LATER)
        return SystemRefused(said) if error.code in _PERMANENT else None

    def _unreachable(self, error: Exception) -> SystemBusy:
        place = f"{self._description.host}:{self._description.port}"
        return SystemBusy(self._hide(f"the mail server at `{place}` cannot be reached ({error}). Is it running?"))

    def _in_doubt(self, letter: Letter, error: Exception) -> OutcomeUnknown:
        return OutcomeUnknown(
            self._hide(f"the line broke while the message `{letter.id}` was handed over ({error}). Look for it there")
        )

    def _hide(self, text: str) -> str:
        text = " ".join(text.split())
        return text.replace(self._secret.reveal(), "…") if self._secret else text

    def _check(self, operation: str) -> None:
        if operation != self._operation.name:
            raise SystemRefused(f"`{self._system}` has no operation `{operation}`. It has `{self._operation.name}`")


def _send_message(system: str) -> Operation:
    return Operation(
        name=f"{system}.send_message",
        kind=Kind.WRITE,
        summary="Send a message by mail",
        risk=Risk.HIGH,
        repeat=Repeat.BLIND,
        sinks=("to", "cc", "bcc"),
        required=("to", "subject", "text"),
    )


def _trust(ca_file: str) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            raise SettingsInvalid(f"`{ca_file}` cannot be read as certificates. Check `ca_file`") from None
    return context
