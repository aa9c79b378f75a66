"""The nine ways in that an attacker would try: each leads nowhere, and each would lead in without its one guard.

Every attack is run twice: against the house as it is, and with the one guard that stands in its way taken out. So a
guard that is only believed to hold, or an attack that would fail anyhow, is found here.
"""

import re
import subprocess
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from remit.errors import PolicyInvalid, RemitError
from remit.governance import answerers, approvals, facts, issuer, policy_check
from remit.governance.approvals import Answer, answer
from remit.governance.decision import Decision, Verdict
from remit.governance.issuer import Issuer, Token
from remit.governance.policy import Policy
from remit.governance.roles import Person, record_person
from remit.governance.token import TokenKey
from remit.practice.company import Company
from remit.runtime.house import House
from remit.store.database import QUERIES, Database
from tests.houses import act, notify, opened_house, review_of, rows_of, score, send, tell, told, work

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Attack:
    """One way in: what the attacker does, and the guard in the way."""

    run: Callable[[House, Patch], Awaitable[None]]
    without_guard: Callable[[Patch], None]
    mark: str = ""
    """what the attacker's effect says, where the same action may rightly have another"""


def _always(value: object) -> Callable[..., object]:
    """Give a function that answers the same to everything."""

    def answer_it(*_: object) -> object:
        return value

    return answer_it


# ── tokens ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def forged_token(house: House, patch: Patch) -> None:
    """Sign a token with a key of one's own, for the right worker, run and fence."""
    genuine = Issuer.mint

    async def forge(issuer: Issuer, worker: str, run: Any, fence: int) -> Token:
        token = await genuine(issuer, worker, run, fence)
        row: Any = await house.database.fetch_row("find_bearer", worker, run, issuer._key.id)
        bearer = facts_of_bearer(row, worker, run)
        return replace(token, text=TokenKey().sign(bearer, issuer.trust, row["domain"], house.clock.now()))

    patch.setattr(Issuer, "mint", forge)
    await tell(house, score())
    await work(house)


def facts_of_bearer(row: Any, worker: str, run: Any) -> Any:
    """Say for whom the forged token speaks."""
    return issuer._bearer(row, worker, run)


async def replayed_token(house: House, patch: Patch) -> None:
    """Show the token of another run of the same worker, copied before."""
    genuine, copied = Issuer.mint, list[Token]()

    async def replay(issuer: Issuer, worker: str, run: Any, fence: int) -> Token:
        token = await genuine(issuer, worker, run, fence)
        copied.append(token)
        return copied[0]

    first = told(number="first")
    await send(house, first)
    patch.setattr(Issuer, "mint", replay)
    await work(house)
    await tell(house, score())
    await work(house)


def no_token_check(patch: Patch) -> None:
    """Believe every token."""

    async def believe(*_: Any) -> None: ...

    patch.setattr(Issuer, "check", believe)


# ── approvals ──────────────────────────────────────────────────────────────────────────────────────────────────────


async def approve(house: House, run: Any, who: str, **more: Any) -> None:
    """Approve the open review of a run, as far as the house lets."""
    review = await review_of(house, run)
    with suppress(RemitError):
        await answer(
            house.database, Answer(review=review["id"], person=who, verdict="approve", **more), house.clock.now()
        )


async def expired_approval(house: House, _: Patch) -> None:
    """Approve after the review has run out."""
    run = await tell(house, notify())
    await work(house)
    house.clock.ahead += timedelta(days=30)
    await approve(house, run, "you")
    await work(house)


def no_expiry(patch: Patch) -> None:
    """Take answers at any time."""
    genuine = approvals.hold_review

    async def ignore(transaction: Any, number: Any, now: Any) -> Any:
        return await genuine(transaction, number, now - timedelta(days=365))

    patch.setattr(approvals, "hold_review", ignore)


async def altered_arguments(house: House, _: Patch) -> None:
    """Have one message approved, and put another in its place before it is sent."""
    run = await tell(house, notify("usage is down"))
    await work(house)
    await approve(house, run, "you")
    await rows_of(house, 'UPDATE review SET arguments = arguments || \'{"message": "pay me"}\' WHERE run = $1', run)
    await work(house)


def no_digest(patch: Patch) -> None:
    """Bind approvals to nothing."""
    patch.setattr(facts, "approval_digest", _always("anything"))
    genuine = facts._review

    def unbound(row: Any) -> Any:
        review = genuine(row)
        return review and replace(review, digest="anything")

    patch.setattr(facts, "_review", unbound)


async def own_approval(house: House, _: Patch) -> None:
    """Ask for something, and approve it oneself."""
    run = await tell(house, notify(), requested_by="you")
    await work(house)
    await approve(house, run, "you")
    await work(house)


def no_separation(patch: Patch) -> None:
    """Let whoever asked answer."""

    async def nobody(*_: Any) -> dict[str, str]:
        return {}

    patch.setattr(answerers, "excluded_people", nobody)
    everybody = (
        "SELECT $3::text AS person, unnest(roles) AS role, NULL::uuid AS delegation, $3::text AS delegator"
        " FROM review WHERE id = $1 AND $2::timestamptz IS NOT NULL"
    )
    patch.setitem(QUERIES, "list_answerers", everybody)
    statement = QUERIES["gather_facts"]
    start = statement.index("AND NOT EXISTS (SELECT FROM excluded")
    patch.setitem(
        QUERIES,
        "gather_facts",
        statement[:start] + statement[start:].replace("excluded.person = answer.person", "false", 1),
    )


async def approval_by_a_leaver(house: House, _: Patch) -> None:
    """Approve, leave, and have the approval used afterwards."""
    run = await tell(house, notify())
    await work(house)
    await approve(house, run, "sara.lind")
    gone = Person(
        id="sara.lind", name="Sara", roles=("business-owner", "support-reviewer", "reviewer"), is_active=False
    )
    await record_person(house.database, gone, by="you", now=house.clock.now())
    await rows_of(house, "UPDATE person SET roles = '{business-owner}', is_active = true WHERE id = 'sara.lind'")
    await work(house)


def no_look_at_the_person(patch: Patch) -> None:
    """Count what somebody said whatever has become of them."""
    statement = QUERIES["gather_facts"]
    asked = "still_counts(answer.person, answer.role, answer.delegation, review.domain)"
    assert asked in statement
    patch.setitem(QUERIES, "gather_facts", statement.replace(asked, "true"))


# ── scope, halts ───────────────────────────────────────────────────────────────────────────────────────────────────


async def write_outside_scope(house: House, _: Patch) -> None:
    """Have a worker do what its charter prohibits."""
    [found] = await rows_of(house, "SELECT id FROM practice.record WHERE kind = 'opportunity' ORDER BY id LIMIT 1")
    await tell(
        house, act("crm.update_opportunity", opportunity=found["id"], changes={"next_step": "x"}, reason="because")
    )
    await work(house)


def no_rules(patch: Patch) -> None:
    """Permit whatever is asked."""
    patch.setattr(Policy, "decide", _always(Decision(verdict=Verdict.PERMIT, rules=("any",), reasons=("Any.",))))


async def write_during_a_halt(house: House, _: Patch) -> None:
    """Have work begun before a halt go on during it."""
    await rows_of(
        house,
        "INSERT INTO halt (id, scope, reason, set_by, set_at)"
        " VALUES (gen_random_uuid(), 'everything', 'x', 'you', now())",
    )
    await tell(house, score())
    await work(house)


def no_halts(patch: Patch) -> None:
    """Look at no halt, neither where runs are claimed nor where writes are decided."""
    for name in ("gather_facts", "claim_run"):
        patch.setitem(QUERIES, name, re.sub(r"(halt\.)?lifted_at IS NULL", "false", QUERIES[name]))


ATTACKS = {
    "forged token": Attack(forged_token, no_token_check),
    "replayed token": Attack(replayed_token, no_token_check),
    "expired approval": Attack(expired_approval, no_expiry),
    "approval of altered arguments": Attack(altered_arguments, no_digest, mark="pay me"),
    "own approval": Attack(own_approval, no_separation),
    "approval by a leaver": Attack(approval_by_a_leaver, no_look_at_the_person),
    "write outside scope": Attack(write_outside_scope, no_rules),
    "write during a halt": Attack(write_during_a_halt, no_halts),
}


@pytest.fixture
async def house(database: Database) -> AsyncGenerator[tuple[House, Company]]:
    """A whole house."""
    async with opened_house(database) as opened:
        yield opened


async def effects(company: Company, attack: Attack) -> int:
    """Count what the attacker brought about in the systems."""
    return len([one for one in await company.effects() if attack.mark in str(one.arguments)])


@pytest.mark.parametrize("name", ATTACKS)
async def test_an_attack_leads_nowhere(house: tuple[House, Company], monkeypatch: Patch, name: str) -> None:
    """Against the house as it is, no effect reaches any system."""
    opened, company = house

    await ATTACKS[name].run(opened, monkeypatch)

    assert await effects(company, ATTACKS[name]) == 0


@pytest.mark.parametrize("name", ATTACKS)
async def test_without_its_guard_the_attack_leads_in(
    house: tuple[House, Company], monkeypatch: Patch, name: str
) -> None:
    """With the one guard taken out, the same attack has its effect: the guard is what held."""
    opened, company = house
    ATTACKS[name].without_guard(monkeypatch)

    await ATTACKS[name].run(opened, monkeypatch)

    assert await effects(company, ATTACKS[name]) == 1


# ── rule text ──────────────────────────────────────────────────────────────────────────────────────────────────────

DEEP = "forbid (principal, action, resource) when { " + "(" * 10_000 + "true" + ")" * 10_000 + " };"


def test_rule_text_that_crashes_the_parser_is_an_error() -> None:
    """Text nested ten thousand deep is refused with what to do, and this process goes on."""
    with pytest.raises(PolicyInvalid, match="nested"):
        policy_check.read_foreign(DEEP, "a draft")


def test_without_the_bound_only_the_child_dies(monkeypatch: Patch) -> None:
    """With the bound taken out the text ends the process that parses it, a child: here it is an error still."""
    monkeypatch.setattr(policy_check, "_check_bounds", _always(None))

    with pytest.raises(PolicyInvalid, match="failed"):
        policy_check.read_foreign(DEEP, "a draft")


def test_without_both_guards_the_process_dies() -> None:
    """Parsed in a process without bound and child, the same text ends that process."""
    code = f"import cedarpy\ncedarpy.policies_to_json_str({DEEP!r})\nprint('survived')"

    done = subprocess.run([sys.executable, "-"], input=code.encode(), capture_output=True, check=False, timeout=60)

    assert done.returncode < 0
