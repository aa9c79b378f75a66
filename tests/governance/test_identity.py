import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest

from remit.errors import Conflict, IdentityRevoked, InputInvalid, NotAllowed, NotFound, SettingsInvalid
from remit.governance.identity import Change, list_identities, restore, revoke, rotate
from remit.governance.token import TrustDomain
from remit.practice.company import Company
from remit.runtime.context import Context
from remit.runtime.house import House
from remit.runtime.rest import wait_for_identity
from remit.runtime.run import Leave, read_claimed
from remit.runtime.schedule import wake_runs
from tests.houses import (
    answer_review,
    done_of,
    kinds_of,
    notify,
    rows_of,
    score,
    settle,
    state_of,
    states_of,
    tell,
    until,
    work,
    work_at_once,
)

HANDED: dict[str, Any] = {"hand_over": "told-on", "context": {"account": "A-101", "steps": [score()]}}
LOOKED = {"read": "crm.get_account", "arguments": {"account": "A-101"}}


def change(who: str = "ken.ito", worker: str = "as-told", reason: str = "it was stolen") -> Change:
    """Say that an identity is to be changed."""
    return Change(worker=worker, reason=reason, who=who)


async def revoked(house: House, who: str = "ken.ito") -> int:
    """Revoke the identity of the sample worker."""
    return await revoke(house.database, change(who), house.clock.now())


async def restored(house: House, who: str = "you") -> int:
    """Restore it."""
    return await restore(house.database, change(who), house.clock.now())


async def _waits(house: House, run: UUID) -> tuple[str, str]:
    [row] = await rows_of(house, "SELECT state, waits_for FROM run WHERE id = $1", run)
    return row["state"], row["waits_for"]


@pytest.mark.parametrize("step", [score(), LOOKED, HANDED], ids=["write", "read", "handoff"])
async def test_a_revoked_worker_does_nothing_and_loses_nothing(
    opened: tuple[House, Company], step: dict[str, Any]
) -> None:
    """A run of a revoked worker waits, says why, and goes on from where it was once a second person restores it."""
    house, company = opened
    run = await tell(house, {"wait": {"minutes": 1}}, step)
    await work(house)
    await revoked(house)
    house.clock.advance(minutes=1)
    await wake_runs(house, house.clock.now())
    await work(house)

    waited, reason, done = await _waits(house, run), (await state_of(house, run))["reason"], await done_of(company)
    opened_again = await restored(house)
    await settle(house)

    assert waited == ("waiting", "identity")
    assert "revoked by ken.ito: it was stolen" in reason
    assert done == []
    assert opened_again == 1
    assert (await state_of(house, run))["state"] == "done"
    assert "identity.refused" in await kinds_of(house, run)


async def _read(context: Context) -> Any:
    return await context.read("crm.get_account", account="A-101")


async def _act(context: Context) -> Any:
    arguments = {"account": "A-101", "score": 40, "reason": "usage is down"}
    return await context.act("crm.set_health_score", arguments, purpose="it was told to")


async def _hand_over(context: Context) -> Any:
    return await context.hand_over("told-on", **HANDED["context"])


@pytest.mark.parametrize("do", [_read, _act, _hand_over])
async def test_the_next_thing_a_run_does_is_refused(
    opened: tuple[House, Company], do: Callable[[Context], Awaitable[Any]]
) -> None:
    """A run that is under way when the identity is revoked reads, writes and hands over nothing more, and waits."""
    house, company = opened
    run = await tell(house, score())
    row = await house.database.fetch_row("claim_run", run, house.clock.now())
    assert row is not None
    context = Context(house, read_claimed(row))
    await context.begin()
    await _read(context)
    await revoked(house)

    with pytest.raises(Leave):
        await do(context)

    assert await _waits(house, run) == ("waiting", "identity")
    assert [step["name"] for step in await rows_of(house, "SELECT name FROM step")] == ["crm.get_account"]
    assert await done_of(company) == []
    assert await rows_of(house, "SELECT FROM handoff") == []


async def test_a_signal_that_comes_while_it_is_revoked_waits(opened: tuple[House, Company]) -> None:
    """What comes in is kept, and begins nothing before the identity is restored."""
    house, company = opened
    await revoked(house)
    run = await tell(house, score())
    await work(house)

    waited, done = await _waits(house, run), await done_of(company)
    await restored(house)
    await work(house)

    assert (waited, done) == (("waiting", "identity"), [])
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.set_health_score 1"]


async def test_an_approval_given_meanwhile_is_kept(opened: tuple[House, Company]) -> None:
    """An action whose review is answered while its worker is revoked is done after it is restored, once."""
    house, company = opened
    run = await tell(house, notify())
    await work(house)
    await revoked(house)
    await answer_review(house, run)
    await work(house)

    waited, done = await _waits(house, run), await done_of(company)
    await restored(house)
    await work(house)

    assert (waited, done) == (("waiting", "identity"), [])
    assert await states_of(house, run) == ["done", "performed"]
    assert await done_of(company) == ["crm.notify_owner 1"]


async def test_no_intent_is_recorded_after_the_answer(opened: tuple[House, Company]) -> None:
    """Under load, every write the worker began stands in the ledger before its revocation."""
    house, _ = opened
    for number in range(30):
        await tell(house, score(), score(41), number=number)
    working = asyncio.create_task(work_at_once(house))

    await until(lambda: rows_of(house, "SELECT 1 FROM action"))
    await revoked(house)
    begun = await rows_of(house, "SELECT count(*) FROM action")
    await working

    assert await rows_of(house, "SELECT count(*) FROM action") == begun
    assert {row["state"] for row in await rows_of(house, "SELECT state FROM run")} <= {"done", "waiting"}


async def test_a_rotation_is_not_noticed_by_a_run(opened: tuple[House, Company]) -> None:
    """Runs that began before a rotation, and those after it, get new tokens by themselves and are done."""
    house, company = opened
    for number in range(10):
        await tell(house, score(), LOOKED, score(41), number=number)
    working = asyncio.create_task(work_at_once(house))

    generations = [await rotate(house.database, change(), house.clock.now()) for _ in range(2)]
    await working

    assert generations == [2, 3]
    assert {row["state"] for row in await rows_of(house, "SELECT state FROM run")} == {"done"}
    assert len(await done_of(company)) == 20


async def test_a_run_refused_just_before_the_restoration_goes_on(opened: tuple[House, Company]) -> None:
    """A run that is laid to rest when the identity is in force again is woken, and waits for nobody."""
    house, _ = opened
    run = await tell(house, score())
    row = await house.database.fetch_row("claim_run", run, house.clock.now())
    assert row is not None
    claimed = read_claimed(row)

    await wait_for_identity(house, claimed, claimed.claim(), "it was revoked")
    await wake_runs(house, house.clock.now())
    await work(house)

    assert await states_of(house, run) == ["done", "performed"]


# ── who may ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("what", [rotate, revoke, restore])
@pytest.mark.parametrize("who", ["maria.rossi", "ruth.adler", "jonas.weber", "nobody", ""])
async def test_only_a_technical_owner_changes_an_identity(
    opened: tuple[House, Company], what: Callable[..., Awaitable[int]], who: str
) -> None:
    """Whoever lacks the permission is refused, and nothing is written."""
    house, _ = opened

    with pytest.raises(NotAllowed):
        await what(house.database, change(who), house.clock.now())

    assert await rows_of(house, "SELECT FROM worker_identity") == []


async def test_who_revoked_does_not_restore(opened: tuple[House, Company]) -> None:
    """Giving an identity back takes a second person."""
    house, _ = opened
    await revoked(house)

    with pytest.raises(NotAllowed, match="a second person has to restore it"):
        await restored(house, "ken.ito")

    assert await restored(house, "you") == 0


async def test_of_two_people_at_once_one_revokes(opened: tuple[House, Company]) -> None:
    """The second is told that it is done, and by whom; the ledger has it once."""
    house, _ = opened

    outcomes = await asyncio.gather(revoked(house, "ken.ito"), revoked(house, "you"), return_exceptions=True)

    assert [type(outcome) for outcome in outcomes if outcome != 2] == [Conflict]
    assert len(await rows_of(house, "SELECT FROM entry WHERE kind = 'identity.revoked'")) == 1


async def test_what_makes_no_sense_is_refused(opened: tuple[House, Company]) -> None:
    """An unknown worker, a missing reason, and a change that is made already each say what is wrong."""
    house, _ = opened
    database, now = house.database, house.clock.now()

    with pytest.raises(NotFound):
        await revoke(database, change(worker="nobody"), now)
    with pytest.raises(NotFound):
        await list_identities(database, TrustDomain("remit.internal"), "nobody")
    for reason in ("", "  ", "\0", "x" * 4001):
        with pytest.raises(InputInvalid):
            await revoke(database, change(reason=reason), now)
    with pytest.raises(Conflict):
        await restore(database, change(), now)
    await revoked(house)
    with pytest.raises(Conflict):
        await rotate(database, change(), now)
    with pytest.raises(Conflict):
        await revoke(database, change("you"), now)


async def test_the_owners_are_told(opened: tuple[House, Company]) -> None:
    """Both owners of the worker hear of a revocation and of its end."""
    house, _ = opened
    await revoked(house)
    await restored(house)

    told = await rows_of(house, "SELECT kind, recipient FROM notice WHERE kind LIKE 'identity.%'")

    [owners] = [row["owners"] for row in await rows_of(house, "SELECT owners FROM worker WHERE name = 'as-told'")]
    kinds = ("identity.revoked", "identity.restored")
    assert {(row["kind"], row["recipient"]) for row in told} == {(kind, to) for kind in kinds for to in owners}


async def test_an_identity_says_who_the_worker_is(opened: tuple[House, Company]) -> None:
    """It has the SPIFFE id, what the company knows it by, domain, process, owners, systems, and what waits for it."""
    house, _ = opened
    await revoked(house)
    await tell(house, score())
    await work(house)

    [shown] = await list_identities(house.database, house.gateway.issuer.trust, "as-told")

    assert shown.id == f"spiffe://remit.internal/{shown.domain}/worker/as-told"
    assert shown.systems
    assert shown.process
    assert (shown.business_owner, shown.technical_owner) != ("", "")
    assert (shown.is_revoked, shown.generation, shown.waiting_runs) == (True, 2, 1)
    assert (shown.changed_by, shown.reason) == ("ken.ito", "it was stolen")


async def test_a_worker_that_is_revoked_gets_no_token(opened: tuple[House, Company]) -> None:
    """The one that mints refuses, too."""
    house, _ = opened
    run = await tell(house, score())
    await revoked(house)

    with pytest.raises(IdentityRevoked):
        await house.gateway.issuer.mint("as-told", run, 0)


def test_an_unsound_trust_domain_is_refused() -> None:
    """What cannot stand in a SPIFFE id is an error of the settings."""
    for name in ("", "Example.com", "a/b", "a b", "x" * 256):
        with pytest.raises(SettingsInvalid, match="REMIT_TRUST_DOMAIN"):
            TrustDomain(name)
