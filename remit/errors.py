"""Every error a person can meet, in one tree.

    RemitError
    ├── SettingsInvalid         a setting cannot be used
    ├── StoreUnavailable        PostgreSQL cannot be reached or started
    │   ├── DataDirectoryHeld       another process owns the data directory
    │   ├── DataDirectoryForeign    the data directory belongs to another version
    │   └── DiskFull                there is no room left to write
    ├── NotFound                nothing has that name or number
    ├── Conflict                the state has moved on since it was read
    │   └── FenceLost               another process owns the run now
    ├── InputInvalid            what came in cannot be understood
    │   ├── CharterInvalid          a charter breaks a rule of charters
    │   ├── PolicyInvalid           a rule text is not a rule
    │   ├── SignalInvalid           a signal is not a CloudEvent
    │   └── DocumentInvalid         a document cannot be read as what it claims to be
    ├── NotAllowed              this person or worker may not do that
    │   ├── IdentityRevoked         the worker's identity is revoked: nothing it asks is done
    │   └── SignInRefused           nobody who is here has proven to be who they say
    │       └── SignInDelayed           there were too many attempts to sign in
    ├── SystemFailed            a connected system did not do as asked
    │   ├── SystemRefused           it said no: nothing happened, and asking again changes nothing
    │   ├── SystemBusy              it said later: nothing happened, ask again after a while
    │   ├── ConnectionHalted        a halt of the connection is in force: nothing was asked
    │   └── OutcomeUnknown          it may or may not have happened
    ├── SecretMissing           the vault has no such secret, or the wrong key
    ├── LedgerBroken            the ledger does not verify
    ├── PlaybookInvalid         a playbook cannot be loaded or does not follow its recorded steps
    └── JudgementFailed         neither a model nor a local implementation could answer

A message is lower-case, with input in backticks; a second sentence says what to do.
"""

from collections.abc import Mapping
from typing import Any, ClassVar


class RemitError(Exception):
    """something went wrong in Remit."""

    status: ClassVar[int] = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().rstrip("."))

    @property
    def code(self) -> str:
        """The error's word in problem details and exit messages: `SystemBusy` is `system-busy`."""
        name = type(self).__name__
        return "".join(f"-{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("-")


class SettingsInvalid(RemitError):
    """a setting cannot be used."""


class StoreUnavailable(RemitError):
    """the database cannot be reached."""

    status = 503


class DataDirectoryHeld(StoreUnavailable):
    """another process owns the data directory."""


class DataDirectoryForeign(StoreUnavailable):
    """the data directory belongs to another version of PostgreSQL."""


class DiskFull(StoreUnavailable):
    """there is no room left on the disk."""


class NotFound(RemitError):
    """nothing has that name."""

    status = 404


class Conflict(RemitError):
    """the state has moved on. Read it again and decide anew."""

    status = 409

    def __init__(self, message: str = "", *, current: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.current = current
        """what stands there now, as JSON, so that a screen can show it"""


class FenceLost(Conflict):
    """another process owns this run now."""


class InputInvalid(RemitError):
    """the input cannot be understood."""

    status = 422


class CharterInvalid(InputInvalid):
    """the charter breaks a rule of charters."""


class PolicyInvalid(InputInvalid):
    """the text is not a valid rule."""


class SignalInvalid(InputInvalid):
    """the signal is not a CloudEvent."""


class DocumentInvalid(InputInvalid):
    """the document cannot be read."""


class NotAllowed(RemitError):
    """this is not allowed."""

    status = 403


class IdentityRevoked(NotAllowed):
    """the identity of this worker is revoked. Nothing it asks is done until it is restored."""


class SignInRefused(NotAllowed):
    """the name or the password is wrong. Check both and try again."""

    status = 401


class SignInDelayed(SignInRefused):
    """there were too many attempts to sign in. Wait and try again."""

    status = 429


class SystemFailed(RemitError):
    """a connected system did not do as asked."""

    status = 502


class SystemRefused(SystemFailed):
    """the system said no. Nothing happened."""


class SystemBusy(SystemFailed):
    """the system asked to come back later. Nothing happened."""

    def __init__(self, message: str = "", *, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConnectionHalted(SystemFailed):
    """this connection is halted. Nothing was asked."""

    status = 503


class OutcomeUnknown(SystemFailed):
    """the system may or may not have done it."""


class SecretMissing(RemitError):
    """the vault has no such secret."""


class LedgerBroken(RemitError):
    """the ledger does not verify."""


class PlaybookInvalid(RemitError):
    """the playbook cannot be followed."""


class JudgementFailed(RemitError):
    """no judgement could be made."""
