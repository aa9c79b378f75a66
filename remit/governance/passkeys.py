"""Passkeys (WebAuthn): who approves what is of high impact signs exactly what is approved, on a device of their own.

The challenge is the digest of the review, of what is approved and of who approves. So the signature in the ledger
shows, to anybody who has the public key, that this person's device approved this operation with these arguments under
this version of the charter, and nothing else. It is of no use for another review, another text or another person.

A person who has a passkey needs it for what is of high risk; when passkeys are demanded, everybody does.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    options_to_json_dict,
    parse_authentication_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    UserVerificationRequirement,
)

from remit import clock
from remit.canonical import canonical
from remit.connections.operation import Risk
from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.authority import Permission
from remit.governance.claim import as_kept
from remit.governance.facts import approval_digest
from remit.governance.roles import person
from remit.ledger.entry import Entry, EntryKind, append
from remit.store.database import Database, Row, Transaction

_PATIENCE: Final = timedelta(minutes=5)
_LONGEST_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The house as a browser knows it."""

    id: str
    """the host name"""
    origin: str
    """scheme, host name and port"""


def challenge_of(review: UUID, digest: str, who: str) -> bytes:
    """Give what a device signs: SHA-256 over the canonical JSON of the review, what is approved, and by whom."""
    return hashlib.sha256(canonical({"review": str(review), "digest": digest, "person": who})).digest()


# ── making one ─────────────────────────────────────────────────────────────────────────────────────────────────────


async def begin(database: Database, who: str, party: Party, now: datetime) -> dict[str, Any]:
    """Give what a browser needs to make a passkey for a person; what it answers has five minutes."""
    async with database.transaction() as transaction:
        someone = await person(transaction, who)
        known = await transaction.fetch("list_passkeys", who)
        options = webauthn.generate_registration_options(
            rp_id=party.id,
            rp_name="Remit",
            user_name=who,
            user_display_name=someone.name,
            user_id=hashlib.sha256(who.encode()).digest(),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in known],
            authenticator_selection=AuthenticatorSelectionCriteria(
                user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        await transaction.execute("keep_passkey_challenge", who, options.challenge, now + _PATIENCE)
    return options_to_json_dict(options)


async def register(
    database: Database, who: str, party: Party, answer: tuple[str, dict[str, Any]], now: datetime
) -> str:
    """Keep a passkey a browser has made.

    Args:
        database: Where it is kept.
        who: Whose it is.
        party: The house as the browser knows it.
        answer: What the person calls it, and what the browser answered.
        now: The moment.

    Raises:
        InputInvalid: The answer is none to the challenge, or not from here.
        Conflict: Nothing was asked, it took too long, or the passkey is known already.
    """
    name, credential = as_kept(answer[0]).strip()[:_LONGEST_NAME] or "passkey", answer[1]
    async with database.transaction() as transaction:
        asked = await transaction.fetch_row("take_passkey_challenge", who)
    if asked is None or asked["expires_at"] <= now:  # taken in any case: a challenge is answered once
        raise Conflict("there is no passkey to finish, or it took longer than five minutes. Begin again")
    try:
        made = webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=asked["challenge"],
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise InputInvalid(f"this is not the passkey that was asked for: {error}. Begin again") from None
    async with database.transaction() as transaction:
        (await person(transaction, who)).check_here()
        key, identity = made.credential_public_key, made.credential_id
        values = (identity, who, name, key, made.sign_count, party.id, party.origin, now)
        if await transaction.fetch_value("insert_passkey", *values) is None:
            raise Conflict("this passkey is known already. Nothing was changed")
        shown = bytes_to_base64url(identity)
        body = {"passkey": shown, "person": who, "name": name, "public_key": bytes_to_base64url(key)}
        await append(transaction, Entry(kind=EntryKind.PASSKEY_ADDED, body=body, about=f"person:{who}", at=now))
    return shown


async def remove(database: Database, who: str, passkey: str, by: str, now: datetime) -> None:
    """Remove a passkey: a person their own, an administrator anybody's.

    Raises:
        NotFound: The person has no such passkey.
        NotAllowed: Somebody else may not.
    """
    async with database.transaction() as transaction:
        actor = await person(transaction, by)
        actor.check_here() if by == who else actor.check(Permission.PEOPLE_MODIFY)
        if await transaction.fetch_value("remove_passkey", _bytes(passkey), who, now) is None:
            raise NotFound(f"`{who}` has no passkey `{passkey[:100]}`. Nothing was removed")
        body = {"passkey": passkey, "person": who, "by": by}
        await append(transaction, Entry(kind=EntryKind.PASSKEY_REMOVED, body=body, about=f"person:{who}", at=now))


# ── approving with one ─────────────────────────────────────────────────────────────────────────────────────────────


def digest_to_sign(review: Row, arguments: dict[str, Any] | None) -> str:
    """Give the digest an approval of a review is bound to, with its arguments as edited if they were."""
    if arguments is None:
        return str(review["digest"])
    return approval_digest(review["operation"], as_kept(arguments), review["packet"]["charter"])


async def options_for(database: Database, review: UUID, digest: str, who: str, party: Party) -> dict[str, Any]:
    """Give what a browser needs to have a device sign an approval."""
    known = await database.fetch("list_passkeys", who)
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge_of(review, digest, who),
        allow_credentials=[PublicKeyCredentialDescriptor(id=row["id"]) for row in known],
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json_dict(options)


async def check_approval(
    transaction: Transaction, review: Row, digest: str, who: str, signed: dict[str, Any] | None
) -> dict[str, Any] | None:
    """Check what a device signed, where the review is of high impact; give it as the ledger keeps it.

    Raises:
        NotAllowed: A passkey is needed and was not used, or what it signed is not exactly this.
    """
    if signed is None:
        if review["risk"] == Risk.HIGH and await needs_passkey(transaction, who):
            raise NotAllowed("this is of high impact: approve it with your passkey, in the browser it was made in")
        return None
    try:
        credential = parse_authentication_credential_json(signed)
        key = await transaction.fetch_row("lock_passkey", credential.raw_id, who)
        if key is None:
            raise NotAllowed(f"this is not a passkey of `{who}`. Add it first, or use another")
        used = webauthn.verify_authentication_response(
            credential=credential,
            expected_challenge=challenge_of(review["id"], digest, who),
            expected_rp_id=key["rp_id"],
            expected_origin=key["origin"],
            credential_public_key=key["public_key"],
            credential_current_sign_count=key["sign_count"],
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise NotAllowed(f"what the passkey signed is not this approval: {error}. Open the review again") from None
    await transaction.execute("count_passkey_use", used.credential_id, used.new_sign_count)
    response: dict[str, Any] = signed["response"]
    return {
        "passkey": bytes_to_base64url(used.credential_id),
        "public_key": bytes_to_base64url(key["public_key"]),
        "client_data": as_kept(response["clientDataJSON"]),
        "authenticator_data": as_kept(response["authenticatorData"]),
        "signature": as_kept(response["signature"]),
    }


async def needs_passkey(source: Database | Transaction, who: str) -> bool:
    """Tell whether somebody approves what is of high impact with a passkey only."""
    if await source.fetch_row("find_passkey_demand") is not None:
        return True
    return bool(await source.fetch("list_passkeys", who))


# ── demanding them ─────────────────────────────────────────────────────────────────────────────────────────────────


async def demand(database: Database, who: str, now: datetime) -> None:
    """Demand that whatever is of high impact is approved with a passkey, by everybody.

    Raises:
        NotAllowed: This person may not.
        Conflict: It is demanded already.
    """
    async with database.transaction() as transaction:
        (await person(transaction, who)).check(Permission.RULES_MODIFY)
        if await transaction.fetch_value("insert_passkey_demand", clock.new_id(), who, now) is None:
            raise Conflict("passkeys are demanded already. Nothing was changed")
        await append(transaction, Entry(kind=EntryKind.PASSKEYS_DEMANDED, body={"person": who}, at=now))


async def relax(database: Database, who: str, now: datetime) -> None:
    """Demand passkeys only of those who have one; a second person takes back what the first demanded.

    Raises:
        NotAllowed: This person may not, or demanded it.
        NotFound: It is not demanded.
    """
    async with database.transaction() as transaction:
        (await person(transaction, who)).check(Permission.RULES_APPROVE)
        row = await transaction.fetch_row("find_passkey_demand")
        if row is None:
            raise NotFound("passkeys are not demanded. Nothing was changed")
        if row["set_by"] == who:
            raise NotAllowed(f"`{who}` demanded this; a second person has to take it back")
        await transaction.execute("lift_passkey_demand", row["id"], who, now)
        await append(transaction, Entry(kind=EntryKind.PASSKEYS_RELAXED, body={"person": who}, at=now))


def _bytes(passkey: str) -> bytes:
    try:
        return base64url_to_bytes(passkey)
    except ValueError:
        return b""
