import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from remit.charters import registry
from remit.errors import CharterInvalid, Conflict, InputInvalid, NotAllowed, NotFound, PlaybookInvalid, PolicyInvalid
from remit.governance.change import Change, ChangeKind, Proposal
from remit.governance.changes import Changes, list_changes
from remit.governance.house import HouseRules
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.executor import execute
from remit.runtime.house import House
from remit.store.database import Database
from tests.houses import SAMPLE_WORKERS, act, done_of, opened_house, rows_of, score, states_of, tell, until, work

ASKS = """
@id("score-seen")
@sentence("Somebody looks at every health score.")
@roles("account-owner")
forbid (principal, action, resource == Operation::"crm.set_health_score");
"""
STOPS = ASKS.replace('@roles("account-owner")\n', "")


def rule(text: str | None = ASKS, name: str = "scores.cedar", **more: Any) -> Proposal:
    """A proposal of a rule file."""
    return Proposal(kind=ChangeKind.RULE, name=name, text=text, **{"why": "we were asked to", "author": "you", **more})


def stage(text: str = "assistive", name: str = "as-told/crm.set_health_score", **more: Any) -> Proposal:
    """A proposal of a stage."""
    return Proposal(kind=ChangeKind.STAGE, name=name, text=text, **{"why": "too early", "author": "you", **more})


def charter(*changes: tuple[str, str], **more: Any) -> Proposal:
    """A proposal of another charter for the worker that does as it is told."""
    text = (SAMPLE_WORKERS / "as_told" / "charter.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return Proposal(kind=ChangeKind.CHARTER, name="as-told", text=text, **{"why": "new tasks", "author": "you", **more})


def changes_of(house: House) -> Changes:
    """The changes as one process of the house makes them."""
    return Changes(house.database, house.connections.operations, house.roster.shipped)


async def replayed(house: House, proposal: Proposal) -> Change:
    """Draft a change and replay it."""
    changes, now = changes_of(house), house.clock.now()
    return await changes.replay((await changes.draft(proposal, now)).id, proposal.author, now)


async def approved(house: House, proposal: Proposal, by: str = "ruth.adler") -> Change:
    """Draft, replay and approve a change."""
    change = await replayed(house, proposal)
    return await changes_of(house).approve(change.id, change.stamp, by, house.clock.now())


@pytest.fixture
async def two_houses(database: Database) -> AsyncGenerator[tuple[House, House, Company]]:
    """Two processes on one database, as far as a test can have two: each with a roster and a gateway of its own."""
    async with opened_house(database) as (one, company), opened_house(database) as (other, _):
        yield one, other, company


# ── in force everywhere ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_rule_approved_in_one_process_decides_the_next_action_of_another(
    two_houses: tuple[House, House, Company],
) -> None:
    """Before the approval a score is set; after it the very next one asks a person, in a process nobody told."""
    one, other, company = two_houses
    before = await tell(other, score(), number=1)
    await work(other)

    await approved(one, rule())
    after = await tell(other, score(), number=2)
    await work(other)

    assert await states_of(other, before) == ["done", "performed"]
    assert await states_of(other, after) == ["waiting", "waiting"]
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_a_rule_taken_away_again_stops_nobody(two_houses: tuple[House, House, Company]) -> None:
    """What was forbidden by an approved rule is done again once its file is taken away."""
    one, other, _ = two_houses
    await approved(one, rule(STOPS))
    forbidden = await tell(other, score(), number=1)
    await work(other)

    await approved(one, rule(None))
    again = await tell(other, score(), number=2)
    await work(other)

    assert await states_of(other, forbidden) == ["exception", "forbidden"]
    assert await states_of(other, again) == ["done", "performed"]


async def test_a_file_that_came_with_the_house_can_be_changed(two_houses: tuple[House, House, Company]) -> None:
    """A change overlays a packaged file: its rules are gone, the others stay."""
    one, _, _ = two_houses

    await approved(one, rule(ASKS, name="money.cedar"))
    await one.roster.refresh()

    rules = (await one.roster.mandate("as-told")).policy.rules
    assert "money-large" not in rules
    assert {"score-seen", "halted", "irreversible"} <= set(rules)


async def test_a_charter_approved_in_one_process_binds_the_next_action_of_another(
    two_houses: tuple[House, House, Company],
) -> None:
    """A grant taken from a charter forbids the very next action in a process that knew the old one."""
    one, other, company = two_houses
    await work(other)
    grant = "  - {operation: crm.set_health_score, stage: high_trust, because: it is permitted}\n"
    proposal = charter((grant, ""))

    await approved(one, proposal)
    run = await tell(other, score())
    await work(other)

    assert await states_of(other, run) == ["exception", "forbidden"]
    assert await done_of(company) == []


async def test_a_stage_approved_in_one_process_binds_the_next_action_of_another(
    two_houses: tuple[House, House, Company],
) -> None:
    """A worker set back to the assistive stage for one operation asks a person from the next time on."""
    one, other, _ = two_houses

    await approved(one, stage())
    run = await tell(other, score())
    await work(other)

    assert await states_of(other, run) == ["waiting", "waiting"]


async def test_rules_changed_while_many_act_are_followed_from_the_commit_on(
    two_houses: tuple[House, House, Company],
) -> None:
    """Actions in full flow on two processes: none that was decided after the approval followed the old rules."""
    one, other, _ = two_houses
    change = await replayed(one, rule(STOPS))
    runs = [await tell(one, score(), number=number) for number in range(40)]

    await asyncio.gather(
        *(execute((one, other)[at % 2], run) for at, run in enumerate(runs)),
        changes_of(one).approve(change.id, change.stamp, "ruth.adler", one.clock.now()),
    )
    await work(one)

    found = await find_entries(one.database, Search(), limit=500)
    entries = sorted(found, key=lambda entry: entry.serial)  # as they were committed, not as their clocks say
    said = [entry.body["decision"]["verdict"] if entry.kind == "action.decided" else entry.kind for entry in entries]
    after = said[said.index("change.settled") :]
    assert "permit" not in after
    assert len([word for word in said if word in {"permit", "forbid"}]) == 40


async def test_a_change_is_told_at_the_moment_it_held(opened: tuple[House, Company]) -> None:
    """An approval that waited for a decision under way stands after it in time, not at the moment it was asked for."""
    house, _ = opened
    change = await replayed(house, rule(STOPS))

    async def approve() -> None:
        await changes_of(house).approve(change.id, change.stamp, "ruth.adler", house.clock.now())

    async with house.database.transaction() as deciding:
        await deciding.execute("lock_halts_shared")
        approving = asyncio.create_task(approve())
        await until(lambda: rows_of(house, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
        decided = house.clock.now()
    await approving

    [settled] = await find_entries(house.database, Search(kind="change.settled"))
    assert settled.at > decided


# ── by two people ──────────────────────────────────────────────────────────────────────────────────────────────────


async def test_whoever_drafted_never_approves_nor_rejects(opened: tuple[House, Company]) -> None:
    """The author of a change cannot settle it, whatever roles they hold."""
    house, _ = opened
    change = await replayed(house, rule())

    for settle in (
        changes_of(house).approve(change.id, change.stamp, "you", house.clock.now()),
        changes_of(house).reject(change.id, "no", "you", house.clock.now()),
    ):
        with pytest.raises(NotAllowed, match="A second person decides"):
            await settle


@pytest.mark.parametrize(
    ("proposal", "by"),
    [
        (rule(author="ken.ito"), ""),
        (rule(author="jonas.weber"), ""),
        (rule(author="nobody"), ""),
        (stage(author="ruth.adler"), ""),
        (
            charter(("do what", "really do what"), author="ken.ito", playbook="async def run(context):\n    pass\n"),
            "ken.ito",
        ),
        (rule(), "ken.ito"),
        (rule(), "maria.rossi"),
        (rule(), "nobody"),
        (stage(), "ken.ito"),
        (charter(("do what", "really do what")), "jonas.weber"),
    ],
)
async def test_only_those_permitted_draft_and_approve(
    opened: tuple[House, Company], proposal: Proposal, by: str
) -> None:
    """Rules are changed by risk owners, workers by their owners; reviewers, auditors and strangers change nothing."""
    house, _ = opened
    if not by:
        with pytest.raises(NotAllowed):
            await changes_of(house).draft(proposal, house.clock.now())
        return
    change = await replayed(house, proposal)

    with pytest.raises(NotAllowed):
        await changes_of(house).approve(change.id, change.stamp, by, house.clock.now())


async def test_who_approves_holds_the_role_where_the_worker_is(opened: tuple[House, Company]) -> None:
    """The owner of another domain cannot approve a change of a worker."""
    house, _ = opened
    await save_person(house.database, Person(id="far", name="Far", roles=("business-owner@security",)))
    await save_person(house.database, Person(id="near", name="Near", roles=("business-owner@customer_experience",)))
    change = await replayed(house, stage())

    with pytest.raises(NotAllowed):
        await changes_of(house).approve(change.id, change.stamp, "far", house.clock.now())
    settled = await changes_of(house).approve(change.id, change.stamp, "near", house.clock.now())

    assert (settled.state, settled.settled_by) == ("approved", "near")


async def test_a_change_that_was_not_replayed_cannot_be_approved(opened: tuple[House, Company]) -> None:
    """Nobody puts in force what nobody has looked at."""
    house, _ = opened
    change = await changes_of(house).draft(rule(), house.clock.now())

    with pytest.raises(Conflict, match="Replay it first"):
        await changes_of(house).approve(change.id, "0" * 64, "ruth.adler", house.clock.now())


@pytest.mark.parametrize("stamp", ["", "0" * 64, "short"])
async def test_an_approval_is_bound_to_what_was_read(opened: tuple[House, Company], stamp: str) -> None:
    """Another stamp than that of text and replay approves nothing."""
    house, _ = opened
    change = await replayed(house, rule())

    with pytest.raises(Conflict, match="Read it again"):
        await changes_of(house).approve(change.id, stamp or change.stamp[:11], "ruth.adler", house.clock.now())


async def test_a_replay_is_stale_once_the_rules_have_changed(opened: tuple[House, Company]) -> None:
    """A change replayed before another took effect is replayed anew before it can be approved."""
    house, _ = opened
    first = await replayed(house, rule())
    await approved(house, rule(ASKS.replace("score-seen", "other"), name="other.cedar"))

    with pytest.raises(Conflict, match="Replay it again"):
        await changes_of(house).approve(first.id, first.stamp, "ruth.adler", house.clock.now())
    again = await changes_of(house).replay(first.id, "you", house.clock.now())
    settled = await changes_of(house).approve(first.id, again.stamp, "ruth.adler", house.clock.now())

    assert again.stamp != first.stamp
    assert settled.state == "approved"


async def test_a_change_of_what_has_changed_since_is_drafted_anew(opened: tuple[House, Company]) -> None:
    """Two changes of one file: the second to come would undo the first unseen, so it is not replayed."""
    house, _ = opened
    late = await changes_of(house).draft(rule(STOPS), house.clock.now())
    await approved(house, rule(ASKS))

    with pytest.raises(Conflict, match="draft it anew"):
        await changes_of(house).replay(late.id, "you", house.clock.now())


async def test_two_people_who_approve_at_once_approve_once(opened: tuple[House, Company]) -> None:
    """One of two approvals at the same moment counts, the other learns that it is settled; the file is there once."""
    house, _ = opened
    await save_person(house.database, Person(id="rita", name="Rita", roles=("risk-owner",)))
    change = await replayed(house, rule())

    ended = await asyncio.gather(
        *(changes_of(house).approve(change.id, change.stamp, by, house.clock.now()) for by in ("ruth.adler", "rita")),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in ended) == ["Change", "Conflict"]
    assert len(await rows_of(house, "SELECT number FROM rule_file")) == 1


async def test_two_stale_changes_approved_at_once_are_not_both_in_force(opened: tuple[House, Company]) -> None:
    """Two different changes replayed on the same base and approved at the same moment: the second one is stale."""
    house, _ = opened
    both = [await replayed(house, rule(ASKS.replace("score-seen", name), name=f"{name}.cedar")) for name in ("a", "b")]

    ended = await asyncio.gather(
        *(changes_of(house).approve(each.id, each.stamp, "ruth.adler", house.clock.now()) for each in both),
        return_exceptions=True,
    )

    assert sorted(type(each).__name__ for each in ended) == ["Change", "Conflict"]


async def test_the_same_draft_is_open_once(opened: tuple[House, Company]) -> None:
    """Drafting the same twice is one draft; after it was withdrawn it can be drafted again."""
    house, _ = opened
    changes, now = changes_of(house), house.clock.now()
    first = await changes.draft(rule(), now)

    with pytest.raises(Conflict, match="open already"):
        await changes.draft(rule(), now)
    await changes.withdraw(first.id, "you", now)
    again = await changes.draft(rule(), now)

    assert [row["state"] for row in await list_changes(house.database)] == ["draft", "withdrawn"]
    assert again.digest == first.digest


async def test_only_its_author_withdraws_a_change(opened: tuple[House, Company]) -> None:
    """Another person rejects it instead, with a reason."""
    house, _ = opened
    changes, now = changes_of(house), house.clock.now()
    change = await changes.draft(rule(), now)

    with pytest.raises(NotAllowed, match="Reject it instead"):
        await changes.withdraw(change.id, "ruth.adler", now)
    for reason in ("", " ", "x" * 4001, "\0"):
        with pytest.raises(InputInvalid, match="Say why"):
            await changes.reject(change.id, reason, "ruth.adler", now)
    rejected = await changes.reject(change.id, "not this month", "ruth.adler", now)

    assert (rejected.state, rejected.reason) == ("rejected", "not this month")


@pytest.mark.parametrize("ending", ["approve", "reject", "withdraw", "replay"])
async def test_what_is_settled_stays_settled(opened: tuple[House, Company], ending: str) -> None:
    """Nothing is done any more to a change that was approved."""
    house, _ = opened
    done = await approved(house, rule())
    changes, now = changes_of(house), house.clock.now()
    later = {
        "approve": changes.approve(done.id, done.stamp, "ruth.adler", now),
        "reject": changes.reject(done.id, "no", "ruth.adler", now),
        "withdraw": changes.withdraw(done.id, "you", now),
        "replay": changes.replay(done.id, "you", now),
    }

    for name, attempt in later.items():
        if name != ending:
            attempt.close()
    with pytest.raises(Conflict):
        await later[ending]


async def test_the_ledger_has_the_whole_story_of_a_change(opened: tuple[House, Company]) -> None:
    """Draft, replay and approval stand in the ledger with the digests and the people."""
    house, _ = opened

    change = await approved(house, rule())

    entries = await find_entries(house.database, Search(about=f"change:{change.id}"), limit=10)
    told = [(entry.kind, entry.body["digest"], entry.body["by"]) for entry in reversed(entries)]
    assert told == [
        ("change.drafted", change.digest, "you"),
        ("change.replayed", change.digest, "you"),
        ("change.settled", change.digest, "ruth.adler"),
    ]
    assert entries[0].body["stamp"] == entries[1].body["stamp"] == change.stamp


async def test_those_who_may_approve_are_told_and_the_author_hears_the_end(opened: tuple[House, Company]) -> None:
    """A replay addresses the risk owners; the approval the author."""
    house, _ = opened

    await approved(house, rule())

    told = {(row["kind"], row["recipient"]) for row in await rows_of(house, "SELECT kind, recipient FROM notice")}
    assert {("change.replayed", "role:risk-owner@"), ("change.settled", "you")} <= told


# ── drafts that cannot be used ─────────────────────────────────────────────────────────────────────────────────────

PERMITS = '@id("all") @sentence("All.") permit (principal, action, resource);'


@pytest.mark.parametrize(
    ("proposal", "error", "message"),
    [
        (rule(PERMITS), PolicyInvalid, "Only a charter grants"),
        (rule("a" * 1_000_001), InputInvalid, "longer than"),
        (rule("@" * 300_000), PolicyInvalid, "longer than"),
        (
            rule("forbid (principal, action, resource) when { " + "(" * 10_000 + ")" * 10_000 + " };"),
            PolicyInvalid,
            "deep",
        ),
        (rule(ASKS + "\0"), InputInvalid, "no text"),
        (rule(ASKS + "\ud800"), InputInvalid, "no text"),
        (rule(ASKS.replace("principal", "princip\u0430l")), PolicyInvalid, r"U\+0430"),
        (rule(ASKS.replace("crm.set", "\u0441rm.set")), PolicyInvalid, r"U\+0441"),
        (rule(ASKS.replace("Somebody", "Some\u202ebody")), PolicyInvalid, "nobody sees"),
        (rule(ASKS + ASKS), PolicyInvalid, "stands twice"),
        (rule(ASKS.replace("score-seen", "money-large")), PolicyInvalid, "stands twice"),
        (rule(ASKS.replace("score-seen", "halted")), PolicyInvalid, "stands twice"),
        (rule(ASKS.replace("principal,", 'principal == Worker::"as-tld",')), PolicyInvalid, "unknown worker `as-tld`"),
        (rule(ASKS.replace("crm.set_health_score", "crm.set_helth")), PolicyInvalid, "unknown operation"),
        (rule(ASKS.replace(";", " when { context.approvers > 3 };")), PolicyInvalid, "reads the approvals"),
        (rule(ASKS.replace("account-owner", "god")), PolicyInvalid, "unknown role"),
        (rule("// nothing here\n"), PolicyInvalid, "holds no rule"),
        (rule(""), PolicyInvalid, "holds no rule"),
        (rule("this is no rule"), PolicyInvalid, "cannot be used"),
        (rule(name="always.cedar"), PolicyInvalid, "as it is"),
        (rule(None, name="always.cedar"), PolicyInvalid, "as it is"),
        (rule(None, name="nothing.cedar"), NotFound, "no rule file"),
        (rule(name="../../etc/passwd"), InputInvalid, "cannot be called"),
        (rule(name="Money.cedar"), InputInvalid, "cannot be called"),
        (rule(name="money\n.cedar"), InputInvalid, "cannot be called"),
        (rule(why=" "), InputInvalid, "Say why"),
        (stage("trusted"), InputInvalid, "no stage"),
        (stage(name="nobody/crm.set_health_score"), NotFound, "no worker"),
        (stage(name="as-told/crm.nothing"), NotFound, "not granted"),
        (stage(name="as-told"), NotFound, "not granted"),
        (replace(stage(), text=None), InputInvalid, "only a rule file"),
        (replace(charter(), text="name: ["), CharterInvalid, "as-told/charter.yaml"),
        (replace(charter(), text=""), CharterInvalid, "as-told/charter.yaml"),
        (charter(("crm.set_health_score", "crm.set_helth")), CharterInvalid, "unknown operation"),
        (charter(("domain: customer_experience", "domain: revenue")), CharterInvalid, "belongs to customer_experience"),
        (charter(("name: as-told", "name: as-tld")), CharterInvalid, "Give both one name"),
        (charter(playbook="def run(context): pass"), PlaybookInvalid, "async def run"),
        (charter(playbook="async def run(:"), PlaybookInvalid, "no Python"),
        (charter(playbook="x = " + "(" * 10_000), PlaybookInvalid, "no Python"),
        (charter(playbook="x = " + "-" * 100_000 + "1"), PlaybookInvalid, "no Python"),
    ],
)
async def test_a_change_that_cannot_be_used_is_never_drafted(
    opened: tuple[House, Company], proposal: Proposal, error: type[Exception], message: str
) -> None:
    """Hostile, mistaken and empty texts end in one clear error; nothing is kept and the house goes on."""
    house, _ = opened

    with pytest.raises(error, match=message):
        await changes_of(house).draft(proposal, house.clock.now())

    run = await tell(house, score())
    await work(house)
    assert await states_of(house, run) == ["done", "performed"]
    assert await list_changes(house.database) == []


async def test_a_change_that_changes_nothing_is_refused(opened: tuple[House, Company]) -> None:
    """The same rules with other white space are the same rules; the stage there is is no other stage."""
    house, _ = opened
    await approved(house, rule())

    with pytest.raises(Conflict, match="Nothing would change"):
        await changes_of(house).draft(rule("// read again\n" + ASKS), house.clock.now())


async def test_a_playbook_of_a_draft_is_not_run(opened: tuple[House, Company], tmp_path: Path) -> None:
    """What stands in a drafted playbook does nothing before it is approved."""
    house, _ = opened
    left = tmp_path / "left"
    playbook = f"open({str(left)!r}, 'w').close()\n\n\nasync def run(context):\n    pass\n"

    await replayed(house, charter(playbook=playbook))

    assert not left.exists()


async def test_rules_that_cannot_be_read_any_more_permit_nothing(opened: tuple[House, Company]) -> None:
    """An approved file that no longer fits the house keeps everybody from acting; the process goes on."""
    house, company = opened
    await approved(house, rule())
    columns = "change, approved_at FROM rule_file"
    await rows_of(house, f"INSERT INTO rule_file (name, text, change, approved_at) SELECT name, 'no rule', {columns}")

    run = await tell(house, score())
    await work(house)

    assert (await states_of(house, run))[0] == "exception"
    assert await done_of(company) == []


# ── what it would have done ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_replay_shows_what_would_have_come_out_differently(opened: tuple[House, Company]) -> None:
    """Three scores that ran alone would have asked the account owner; what else was done stays as it was."""
    house, _ = opened
    for number in range(3):
        await tell(house, score(), act("crm.log_activity", account="A-101", kind="note", summary="x"), number=number)
    await work(house)

    shown = (await replayed(house, rule())).replay or {}

    assert shown["counts"] == {"permit → permit": 3, "permit → review": 3}
    assert {each["operation"] for each in shown["differences"]} == {"crm.set_health_score"}
    assert {(each["before"], each["after"]) for each in shown["differences"]} == {("permit", "review: account-owner")}
    assert shown["differences"][0]["rules_after"] == ["score-seen"]


async def test_a_replay_of_a_stage_or_charter_concerns_its_worker_alone(opened: tuple[House, Company]) -> None:
    """A stage is replayed over the decisions about that operation of that worker."""
    house, _ = opened
    await tell(house, score(), act("crm.log_activity", account="A-101", kind="note", summary="x"))
    await work(house)

    shown = (await replayed(house, stage())).replay or {}

    assert shown["counts"] == {"permit → review": 1}


async def test_a_decision_recorded_without_what_was_asked_is_counted_as_skipped(
    opened: tuple[House, Company],
) -> None:
    """Decisions of a house that did not keep what it asked are told of and not guessed at."""
    house, _ = opened
    await tell(house, score())
    await work(house)
    async with house.database.pool.acquire() as connection:
        await connection.execute("UPDATE action SET decision = decision - 'asked'")

    shown = (await replayed(house, rule())).replay or {}

    assert (shown["decided"], shown["skipped"]) == (0, 1)


@pytest.mark.parametrize("last", [0, -1, 10_001])
async def test_a_replay_is_over_a_number_it_can_hold(opened: tuple[House, Company], last: int) -> None:
    """None, fewer than none and too many are refused."""
    house, _ = opened
    change = await changes_of(house).draft(rule(), house.clock.now())

    with pytest.raises(InputInvalid, match="Take 1 to"):
        await changes_of(house).replay(change.id, "you", house.clock.now(), last=last)


async def test_the_charter_in_force_is_the_approved_one(opened: tuple[House, Company]) -> None:
    """An approved charter becomes the worker's current version, with its playbook as it was."""
    house, _ = opened
    [before] = [each for each in await registry.list_current(house.database) if each.worker == "as-told"]

    await approved(house, charter(("title: As", "title: Renewed As")))

    [after] = [each for each in await registry.list_current(house.database) if each.worker == "as-told"]
    assert after.digest != before.digest
    assert after.playbook == before.playbook
    assert "Renewed" in after.charter


async def test_the_rules_of_another_directory_are_overlaid_just_the_same(
    opened: tuple[House, Company], tmp_path: Path
) -> None:
    """A house that brought its own files changes them the same way."""
    house, _ = opened
    (tmp_path / "ours.cedar").write_text(ASKS)
    changes = Changes(house.database, house.connections.operations, HouseRules.load(tmp_path))
    now = house.clock.now() + timedelta(seconds=1)

    drafted = await changes.draft(rule(STOPS, name="ours.cedar"), now)
    shown = await changes.replay(drafted.id, "ruth.adler", now)

    assert shown.state == "replayed"
