import re
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest

from remit.clock import new_id
from remit.errors import SignInRefused
from remit.governance.accounts import set_password, sign_in
from remit.governance.approvals import expire_reviews
from remit.governance.bypasses import Bypass, ask_bypass, end_bypass, grant_bypass
from remit.governance.change import ChangeKind, Proposal
from remit.governance.changes import Changes
from remit.governance.completeness import measure_completeness
from remit.governance.drills import Drilled, begin_drill, end_drill
from remit.governance.exports import Taking, take_records
from remit.governance.halts import HaltReport, lift, stop
from remit.governance.house import HouseRules
from remit.governance.identity import Change, restore, revoke, rotate
from remit.governance.incidents import Section, Writing, close_incident, write_section
from remit.governance.linking import Known, welcome
from remit.governance.personal_tokens import list_tokens, mint_token, revoke_token
from remit.governance.questions import Question, ask, reply
from remit.governance.readiness import Readiness, Signing
from remit.governance.review_rota import HandOn, Rota, Turn, hand_on, set_rota
from remit.governance.reviews import list_reviews
from remit.governance.roles import Person, record_person
from remit.governance.stand_ins import Absence, Delegation, end_delegation, give_delegation, note_absence
from remit.ledger.entry import EntryKind
from remit.ledger.key import load_signer
from remit.ledger.read import RecordedEntry, Search, find_entries
from remit.ledger.record_export import Wanted
from remit.ledger.records import Format
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.handoffs import fail_overdue
from remit.runtime.house import House
from remit.runtime.reversals import Request, request_reversal
from tests.house.repository import DOCS
from tests.houses import act, answer_review, mail, notify, score, tell, work

WITHOUT_RUN = {
    "absence.noted",
    "bypass.asked",
    "bypass.ended",
    "bypass.granted",
    "change.drafted",
    "change.replayed",
    "change.settled",
    "charter.registered",
    "completeness.measured",
    "delegation.ended",
    "delegation.given",
    "drill.performed",
    "halt.answered",
    "halt.lifted",
    "halt.set",
    "identity.restored",
    "identity.revoked",
    "identity.rotated",
    "incident.closed",
    "incident.opened",
    "incident.written",
    "ledger.exported",
    "password.set",
    "person.linked",
    "person.saved",
    "readiness.signed",
    "rota.set",
    "session.opened",
    "session.refused",
    "token.minted",
    "token.revoked",
}
SHOWN_ELSEWHERE = {
    "hold.lifted": "tests/governance/test_erasure.py",
    "hold.set": "tests/governance/test_erasure.py",
    "limit.spiked": "tests/governance/test_spikes.py",
    "passkey.added": "tests/governance/test_passkeys.py",
    "passkey.removed": "tests/governance/test_passkeys.py",
    "passkeys.demanded": "tests/governance/test_passkeys.py",
    "passkeys.relaxed": "tests/governance/test_passkeys.py",
    "retention.enforced": "tests/governance/test_erasure.py",
    "secret.kept": "tests/cli/test_vault.py",
    "secret.removed": "tests/cli/test_vault.py",
    "subject.erased": "tests/governance/test_erasure.py",
}
"""Kinds whose own tests write them; they would change what the others here show."""

HANDED = {"hand_over": "told-on", "context": {"account": "A-101", "steps": [score()]}}


def documented() -> Mapping[str, set[str]]:
    """Read from the page which fields the body of each kind has."""
    rows = re.findall(
        r"^\| `([a-z]+\.[a-z]+)` \| [^|]+ \| ([^|]+) \|$", (DOCS / "entries.md").read_text(), re.MULTILINE
    )
    return {kind: set(re.findall(r"`(\w+)`", body)) for kind, body in rows}


@pytest.fixture
async def entries(opened: tuple[House, Company]) -> list[RecordedEntry]:
    """What stands in the ledger of a house where everything happened that can happen."""
    house, company = opened
    await company.fail("mail", "send_message", "error_after")
    await tell(house, HANDED, number=1)
    await tell(house, act("crm.set_health_score", account="nobody", score=1, reason="x"), number=2)
    sent, edited, _ = [await tell(house, step, number=3 + at) for at, step in enumerate((mail(), notify(), notify()))]
    await work(house)
    await answer_review(house, sent)
    await answer_review(house, edited, arguments={"account": "A-101", "message": "edited"})
    await work(house)
    halted = await stop(house.database, "everything", "just to see", "you", house.clock.now())
    await lift(house.database, "everything", "seen", "ken.ito", house.clock.now())
    await review_incident(house, halted)
    drill = await begin_drill(house.database, "ken.ito", house.clock.now(), due_at=None)
    await end_drill(house.database, cast("UUID", drill), Drilled.failed(new_id(), "to see"), house.clock.now())
    await change_identity(house)
    await talk_about_reviews(house)
    await change_stage(house)
    await sign_readiness(house)
    await take_back(house)
    await sign_people_in(house)
    await record_person(house.database, Person(id="new", name="New"), by="you", now=house.clock.now())
    await execute(house, await tell(house, HANDED, number=6))
    await take_out(house)
    house.clock.advance(hours=25)
    await expire_reviews(house.database, house.clock.now())
    await fail_overdue(house.database, house.clock.now())
    await work(house)
    return list(await find_entries(house.database, Search(), limit=500))


async def talk_about_reviews(house: House) -> None:
    """Ask, reply, hand on, stand in and let a rule rest."""
    await tell(house, notify("to talk about"), number="talk")
    await work(house)
    now, day = house.clock.now(), timedelta(days=1)
    [*_, row] = await list_reviews(house.database)
    question = await ask(house.database, Question(review=row["id"], by="you", words="why?"), now)
    await reply(house.database, question, "sara.lind", "usage is down", now)
    await hand_on(house.database, HandOn(review=row["id"], by="you", to="nina.kowalski", reason="hers"), now)
    await set_rota(house.database, Rota(role="reviewer", domain="", turns=(Turn(person="ken.ito"),)), "you", now)
    await note_absence(house.database, Absence(person="ken.ito", since=now, until=now + day), "ken.ito", now)
    given = Delegation(delegator="you", delegate="paul.novak", role="reviewer", until=now + day)
    await end_delegation(house.database, await give_delegation(house.database, given, now), "you", now)
    asked = Bypass(domain="finance", rule="stage-assistive", reason="to see", lasts=timedelta(minutes=5))
    bypass = await ask_bypass(house.database, HouseRules.load(), asked, "you", now)
    await grant_bypass(house.database, bypass, "ruth.adler", now)
    await end_bypass(house.database, bypass, "you", now)


async def take_out(house: House) -> None:
    """Take the record out of the house, and measure how complete it is."""
    now, hour = house.clock.now(), timedelta(hours=1)
    with tempfile.TemporaryDirectory() as folder:
        signer, taking = load_signer(Path(folder)), Taking(directory=Path(folder) / "out", who="you", now=now)
        await take_records(house.database, signer, Wanted(form=Format.CSV, search=Search()), taking)
    await measure_completeness(
        house.database, house.connections, since=now - hour, until=now + hour, who="you", now=now
    )


async def review_incident(house: House, halted: HaltReport) -> None:
    """Write the whole review of what a halt opened, and close it."""
    incident = cast("UUID", halted.incident)
    for section in Section:
        owner = "ken.ito" if section is Section.FIX else ""
        given = Writing(incident=incident, section=section, words="to see", owner=owner, who="ken.ito")
        await write_section(house.database, given, house.clock.now())
    await close_incident(house.database, incident, "ken.ito", house.clock.now())


async def take_back(house: House) -> None:
    """Have something done, and request that it is taken back."""
    done = await tell(house, score(), number="done")
    await work(house)
    request = Request(key=f"{done}:1", who="ken.ito", reason="to see", arguments={"score": 72})
    await request_reversal(house.database, house.connections.operations, request, house.clock.now())


async def change_stage(house: House) -> None:
    """Draft and replay a change of a stage, and reject it."""
    changes = Changes(house.database, house.connections.operations, house.roster.shipped)
    said = {"name": "as-told/crm.set_health_score", "text": "assistive", "why": "to see", "author": "you"}
    drafted = await changes.draft(Proposal(kind=ChangeKind.STAGE, **said), house.clock.now())
    await changes.replay(drafted.id, "you", house.clock.now())
    await changes.reject(drafted.id, "seen", "ruth.adler", house.clock.now())


async def sign_readiness(house: House) -> None:
    """Sign a line of a worker's launch checklist."""
    readiness = Readiness(house.database, house.connections, house.roster.shipped)
    now = house.clock.now()
    checked = (await readiness.packet("as-told", now)).line("triggers")
    signing = Signing(worker="as-told", line="triggers", digest=checked.digest, note="read", who="ruth.adler")
    await readiness.sign(signing, now)


async def change_identity(house: House) -> None:
    """Rotate, revoke and restore the identity of a worker, one of whose runs is refused meanwhile."""
    changes = [Change(worker="as-told", reason="just to see", who=who) for who in ("you", "ken.ito")]
    await rotate(house.database, changes[0], house.clock.now())
    await revoke(house.database, changes[0], house.clock.now())
    await tell(house, score(), number="refused")
    await work(house)
    await restore(house.database, changes[1], house.clock.now())


async def sign_people_in(house: House) -> None:
    """Have a person sign in with a password and by a provider, be refused, and have a token made and revoked."""
    database, now = house.database, house.clock.now()
    await set_password(database, "ken.ito", "seven green bottles", "ken.ito", now)
    await sign_in(database, ("ken.ito", "seven green bottles"), "127.0.0.1", now)
    with pytest.raises(SignInRefused):
        await sign_in(database, ("ken.ito", "seven red bottles"), "127.0.0.1", now)
    known = Known(issuer="https://id", subject="7", name="New", user_name="new", mail="", groups=["a"])
    await welcome(database, known, {"a": ("on-call",)}, now)
    await mint_token(database, "ken.ito", 1, "ken.ito", now)
    [token] = await list_tokens(database, "ken.ito", now)
    await revoke_token(database, "ken.ito", token["id"], "ken.ito", now)


async def test_every_entry_has_the_fields_the_page_says(entries: list[RecordedEntry]) -> None:
    """Each kind of entry there is was written, with exactly the fields of its line and nothing left out."""
    bodies = {entry.kind: set(entry.body) for entry in entries}

    assert set(bodies) == {kind.value for kind in EntryKind} - SHOWN_ELSEWHERE.keys()
    assert bodies == {kind: fields for kind, fields in documented().items() if kind not in SHOWN_ELSEWHERE}


async def test_every_entry_says_who_when_and_in_which_story(entries: list[RecordedEntry]) -> None:
    """Whatever a worker did or had done to its actions names the worker, its run and its trace, in order of time."""
    of_runs = [entry for entry in entries if entry.kind not in WITHOUT_RUN]
    in_order = sorted(of_runs, key=lambda entry: entry.serial)

    assert [entry.kind for entry in of_runs if not (entry.worker and entry.run and entry.trace_id)] == []
    assert [entry.at for entry in in_order] == sorted(entry.at for entry in of_runs)


async def test_the_story_of_one_edited_action_can_be_told(entries: list[RecordedEntry]) -> None:
    """The entries of one run answer what began it, what was decided and why, who approved what, and what came of it."""
    [answered] = [entry for entry in entries if entry.kind == "review.answered" and entry.body["edited"]]
    told = [entry for entry in reversed(entries) if entry.run == answered.run]
    began, asked, _, decided, performed, settled = told

    assert [entry.kind for entry in told] == [
        "signal.received",
        "action.decided",
        "review.answered",
        "action.decided",
        "action.performed",
        "run.settled",
    ]
    assert (began.body["type"], began.body["runs"][0]["worker"]) == ("test.as_told", "as-told")
    assert began.body["runs"][0]["version"] == settled.body["version"]
    assert (asked.body["state"], asked.body["decision"]["verdict"]) == ("waiting", "review")
    assert (answered.body["person"], answered.body["verdict"]) == ("you", "approve")
    assert decided.body["action"]["arguments"] == answered.body["edited"]
    assert decided.body["decision"]["rules"] == ["grant:crm.notify_owner"]
    assert decided.body["decision"]["policy"] == asked.body["decision"]["policy"]
    assert performed.body["operation"] == "crm.notify_owner"
    assert (settled.body["state"], settled.body["reason"]) == ("done", "did as told")


async def test_what_was_read_stands_with_what_was_decided(opened: tuple[House, Company]) -> None:
    """The systems read, what they were asked and the digest of their answers stand on the record, in order."""
    house, _ = opened
    read = {"read": "crm.get_account", "arguments": {"account": "A-101"}}
    run = await tell(house, read, {"classify": "thank you"}, score())

    await work(house)

    [decided] = await find_entries(house.database, Search(run=run, kind="action.decided"))
    steps = decided.body["steps"]
    assert [(step["kind"], step["name"]) for step in steps] == [("read", "crm.get_account"), ("judge", "classify")]
    assert steps[0]["asked"] == {"account": "A-101"}
    assert all(re.fullmatch(r"[0-9a-f]{64}", step["answer"]) for step in steps)
