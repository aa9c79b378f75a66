"""Approvals of high impact are signed by a device: exactly this review, this text, this person, and nothing else."""

import hashlib
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance import passkeys
from remit.governance.approvals import Answer, answer
from remit.governance.passkeys import Party, challenge_of
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import act, mail, opened_house, review_of, states_of, tell, work

HERE = Party(id="localhost", origin="http://localhost:8710")


@dataclass
class Device:
    """A device that holds one passkey: what a browser would speak to."""

    id: bytes = b"device-1"
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    count: int = 0

    def make(self, options: dict[str, Any], *, origin: str = HERE.origin) -> dict[str, Any]:
        """Make the passkey."""
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
        data = self._data(options["rp"]["id"], 0x45) + attested
        client = _client("webauthn.create", options["challenge"], origin)
        made = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        return self._credential(
            {"clientDataJSON": bytes_to_base64url(client), "attestationObject": bytes_to_base64url(made)}
        )

    def sign(self, options: dict[str, Any], *, origin: str = HERE.origin, verified: bool = True) -> dict[str, Any]:
        """Sign what is asked."""
        self.count += 1
        data = self._data(options["rpId"], 0x05 if verified else 0x01)
        client = _client("webauthn.get", options["challenge"], origin)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._credential({name: bytes_to_base64url(value) for name, value in parts.items()})

    def _data(self, party: str, flags: int) -> bytes:
        return hashlib.sha256(party.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _credential(self, response: dict[str, Any]) -> dict[str, Any]:
        shown = bytes_to_base64url(self.id)
        return {"id": shown, "rawId": shown, "type": "public-key", "response": response, "clientExtensionResults": {}}


def _client(kind: str, challenge: str, origin: str) -> bytes:
    return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()


@pytest.fixture
async def house(database: Database) -> AsyncGenerator[House]:
    """A house with two reviewers for money and no demand."""
    async with opened_house(database) as (opened, _):
        for name in ("ann", "ben"):
            await save_person(
                database, Person(id=name, name=name, roles=("reviewer", "finance-reviewer", "support-reviewer"))
            )
        yield opened


async def own(house: House, who: str = "ann", **more: Any) -> Device:
    """Give a person a device with a passkey."""
    device = Device(**more)
    options = await passkeys.begin(house.database, who, HERE, house.clock.now())
    await passkeys.register(house.database, who, HERE, ("my key", device.make(options)), house.clock.now())
    return device


async def asked(house: House, *, number: int = 1) -> Any:
    """Have something of high risk wait for a review; give the review."""
    run = await tell(house, mail(), number=number)
    await work(house)
    review = await review_of(house, run)
    assert review["risk"] == "high"
    return review


async def approve(house: House, review: Any, who: str, signed: dict[str, Any] | None, **more: Any) -> str:
    """Approve."""
    given = Answer(review=review["id"], person=who, verdict="approve", signed=signed, **more)
    return await answer(house.database, given, house.clock.now())


async def to_sign(house: House, review: Any, who: str = "ann") -> dict[str, Any]:
    """Ask what has to be signed."""
    return await passkeys.options_for(house.database, review["id"], review["digest"], who, HERE)


async def test_an_approval_is_signed_and_anybody_can_check_it(house: House) -> None:
    """The ledger holds what the device signed; with the public key alone it proves who approved exactly what."""
    device, review = await own(house), await asked(house)

    await approve(house, review, "ann", device.sign(await to_sign(house, review)))

    [entry] = await find_entries(house.database, Search(kind="review.answered"))
    proof, body = entry.body["passkey"], entry.body
    client = base64url_to_bytes(proof["client_data"])
    signed = base64url_to_bytes(proof["authenticator_data"]) + hashlib.sha256(client).digest()
    public, signature = device.key.public_key(), base64url_to_bytes(proof["signature"])
    public.verify(signature, signed, ec.ECDSA(hashes.SHA256()))
    challenge = challenge_of(review["id"], body["digest"], body["person"])
    assert json.loads(client)["challenge"] == bytes_to_base64url(challenge)
    with pytest.raises(InvalidSignature):
        public.verify(signature, signed + b"x", ec.ECDSA(hashes.SHA256()))


async def test_who_has_a_passkey_needs_it(house: House) -> None:
    """From the first passkey on, a high-impact approval without it is refused; a reject needs none."""
    await own(house)
    review = await asked(house)

    with pytest.raises(NotAllowed, match="passkey"):
        await approve(house, review, "ann", None)

    given = Answer(review=review["id"], person="ann", verdict="reject", reason="no")
    assert await answer(house.database, given, house.clock.now()) == "rejected"


async def test_what_is_demanded_of_everybody_is(house: House) -> None:
    """Demanded passkeys bind who has none too, until a second person takes the demand back."""
    review = await asked(house)
    await passkeys.demand(house.database, "ruth.adler", house.clock.now())

    with pytest.raises(NotAllowed, match="passkey"):
        await approve(house, review, "ben", None)
    with pytest.raises(NotAllowed, match="second person"):
        await passkeys.relax(house.database, "ruth.adler", house.clock.now())
    with pytest.raises(Conflict):
        await passkeys.demand(house.database, "you", house.clock.now())
    await passkeys.relax(house.database, "you", house.clock.now())
    with pytest.raises(NotFound):
        await passkeys.relax(house.database, "you", house.clock.now())

    assert await approve(house, review, "ben", None) in {"open", "approved"}


async def test_not_everybody_demands(house: House) -> None:
    """Demanding is for who sets the limits of risk."""
    with pytest.raises(NotAllowed):
        await passkeys.demand(house.database, "ann", house.clock.now())


@pytest.mark.parametrize(
    "attack",
    [
        "another review",
        "another text",
        "another person",
        "another site",
        "unverified",
        "broken",
        "another key",
        "empty",
    ],
)
async def test_a_signature_is_good_for_one_thing(house: House, attack: str) -> None:
    """A signature over anything else than this review, this text and this person approves nothing."""
    device, review = await own(house), await asked(house)
    await own(house, "ben", id=b"device-2")
    other = await asked(house, number=2)
    options, more = await to_sign(house, review), dict[str, Any]()
    match attack:
        case "another review":
            signed = device.sign(await to_sign(house, other))
        case "another text":
            signed, more = device.sign(options), {"arguments": review["arguments"] | {"text": "Other"}}
        case "another person":
            signed = device.sign(await to_sign(house, review, "ben"))
        case "another site":
            signed = device.sign(options, origin="https://evil.example")
        case "unverified":
            signed = device.sign(options, verified=False)
        case "another key":
            signed = Device(id=device.id).sign(options)
        case "broken":
            signed = device.sign(options)
            signed["response"]["signature"] = bytes_to_base64url(b"x" * 70)
        case _:
            signed = {}

    with pytest.raises(NotAllowed):
        await approve(house, review, "ann", signed, **more)
    assert await find_entries(house.database, Search(kind="review.answered")) == ()


async def test_a_copied_device_is_noticed(house: House) -> None:
    """A counter that does not go up shows that there are two of one device: the second is refused."""
    device = await own(house)
    first, second = await asked(house), await asked(house, number=2)
    await approve(house, first, "ann", device.sign(await to_sign(house, first)))
    device.count = 0

    with pytest.raises(NotAllowed):
        await approve(house, second, "ann", device.sign(await to_sign(house, second)))


async def test_somebody_elses_passkey_is_refused(house: House) -> None:
    """A passkey approves for its own person only."""
    await own(house)
    device, review = await own(house, "ben", id=b"device-2"), await asked(house)

    with pytest.raises(NotAllowed, match="not a passkey of"):
        await approve(house, review, "ann", device.sign(await to_sign(house, review)))


async def test_a_removed_passkey_signs_no_more(house: House) -> None:
    """After it is removed it approves nothing; somebody else may not remove it, an administrator may."""
    device, review = await own(house), await asked(house)
    shown, now = bytes_to_base64url(device.id), house.clock.now()

    with pytest.raises(NotAllowed):
        await passkeys.remove(house.database, "ann", shown, "ben", now)
    await passkeys.remove(house.database, "ann", shown, "you", now)
    with pytest.raises(NotFound):
        await passkeys.remove(house.database, "ann", "é" + shown, "ann", now)

    with pytest.raises(NotAllowed):
        await approve(house, review, "ann", device.sign(await to_sign(house, review)))


@pytest.mark.parametrize("attack", ["twice", "late", "never asked", "another site", "garbage"])
async def test_a_passkey_is_made_once_and_here(house: House, attack: str) -> None:
    """An answer given twice, too late, unasked, from another site or that is none, makes no passkey."""
    options = await passkeys.begin(house.database, "ann", HERE, house.clock.now())
    made = Device().make(options, origin="https://evil.example" if attack == "another site" else HERE.origin)
    who, now = "ann", house.clock.now()
    match attack:
        case "twice":
            await passkeys.register(house.database, who, HERE, ("a", made), now)
        case "late":
            now += timedelta(minutes=6)
        case "never asked":
            who = "ben"
        case "garbage":
            made = {"id": 1}
        case _:
            pass

    with pytest.raises((Conflict, InputInvalid)):
        await passkeys.register(house.database, who, HERE, ("a", made), now)


async def test_what_is_of_low_risk_needs_none(house: House) -> None:
    """A passkey is asked for what is of high impact, and for nothing else."""
    await own(house, "ann")
    run = await tell(house, act("crm.notify_owner", account="A-101", message="hello"))
    await work(house)
    review = await review_of(house, run)

    assert await approve(house, review, "ann", None) in {"open", "approved"}
    assert "waiting" not in (await states_of(house, run))[1:2] or review["risk"] != "high"
