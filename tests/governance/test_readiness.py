from pathlib import Path

import pytest

from remit.errors import Conflict, InputInvalid, NotAllowed, NotFound
from remit.governance.change import ChangeKind, Proposal
from remit.governance.changes import Changes
from remit.governance.readiness import LineState, Readiness, Signing
from remit.governance.readiness_lines import LINES
from remit.governance.roles import Person, save_person
from remit.governance.shares import Share
from remit.ledger.read import Search, find_entries
from remit.practice.company import Company
from remit.runtime.house import House


def readiness_of(house: House) -> Readiness:
    """Give the checklists of a house."""
    return Readiness(house.database, house.connections, house.roster.shipped)


async def sign(house: House, line: str, who: str, note: str = "", digest: str = "") -> LineState:
    """Sign a line as it is now."""
    readiness, now = readiness_of(house), house.clock.now()
    shown = digest or (await readiness.packet("as-told", now)).line(line).digest
    return await readiness.sign(Signing(worker="as-told", line=line, digest=shown, note=note, who=who), now)


async def state(house: House, line: str) -> LineState:
    """Tell the state of a line."""
    return (await readiness_of(house).packet("as-told", house.clock.now())).line(line).state


async def leave(house: House, who: str) -> None:
    """Have somebody leave."""
    await save_person(house.database, Person(id=who, name=who, is_active=False))


async def test_a_line_is_signed_and_stands_in_the_ledger(opened: tuple[House, Company]) -> None:
    """Whoever signs is on record, with the digest of what they saw."""
    house, _ = opened

    await sign(house, "triggers", "ruth.adler", "read it")

    [entry] = await find_entries(house.database, Search(kind="readiness.signed"))
    signed = (await readiness_of(house).packet("as-told", house.clock.now())).line("triggers")
    assert signed.state is LineState.SIGNED
    assert (entry.worker, entry.body["person"], entry.body["evidence"]) == ("as-told", "ruth.adler", signed.digest)


async def test_a_signature_is_stale_when_its_evidence_changes(opened: tuple[House, Company]) -> None:
    """Once a named owner has left, the signature under that line says nothing any more."""
    house, _ = opened
    await sign(house, "escalation", "ruth.adler")
    before = await state(house, "escalation")

    await leave(house, "maria.rossi")

    assert (before, await state(house, "escalation")) == (LineState.SIGNED, LineState.STALE)


async def test_evidence_that_changed_after_it_was_shown_is_not_signed(opened: tuple[House, Company]) -> None:
    """A signature names what was seen; of anything else it is refused."""
    house, _ = opened

    with pytest.raises(Conflict, match="not what was shown"):
        await sign(house, "triggers", "ruth.adler", digest="0" * 64)


async def test_nobody_signs_a_line_about_themselves(opened: tuple[House, Company]) -> None:
    """The owner named does not vouch for having been named, whatever other roles they hold."""
    house, _ = opened
    both = Person(id="sara.lind", name="Sara", roles=("business-owner", "technical-owner"))
    await save_person(house.database, both)

    with pytest.raises(NotAllowed, match="about you"):
        await sign(house, "business-owner", "sara.lind")

    assert await sign(house, "business-owner", "ken.ito") is LineState.SIGNED


async def test_nobody_signs_what_they_wrote(opened: tuple[House, Company]) -> None:
    """Who brought the stage in force signs no line that stands on the charter; others do."""
    house, _ = opened
    changes, now = Changes(house.database, house.connections.operations, house.roster.shipped), house.clock.now()
    said = {"name": "as-told/crm.set_health_score", "text": "assistive", "why": "to see", "author": "you"}
    drafted = await changes.draft(Proposal(kind=ChangeKind.STAGE, **said), now)
    replayed = await changes.replay(drafted.id, "you", now)
    await changes.approve(drafted.id, replayed.stamp, "ruth.adler", now)

    with pytest.raises(NotAllowed, match="you wrote"):
        await sign(house, "triggers", "you")

    assert await sign(house, "triggers", "ruth.adler") is LineState.SIGNED


@pytest.mark.parametrize(
    ("line", "who"), [("triggers", "ken.ito"), ("connections", "sara.lind"), ("retention", "you2")]
)
async def test_a_line_is_signed_by_its_side_alone(opened: tuple[House, Company], line: str, who: str) -> None:
    """Business does not sign for the systems, nor the systems for business, nor a stranger for anybody."""
    with pytest.raises(NotAllowed):
        await sign(opened[0], line, who)


async def test_what_is_missing_is_not_signed(opened: tuple[House, Company]) -> None:
    """Without a drill of the kill switch nobody can say that it was drilled."""
    with pytest.raises(Conflict, match="missing"):
        await sign(opened[0], "kill-switch", "ken.ito")


async def test_what_the_house_cannot_tell_needs_words(opened: tuple[House, Company]) -> None:
    """The figure of the business is written by whoever signs for it."""
    house, _ = opened

    with pytest.raises(InputInvalid, match="Say what you found"):
        await sign(house, "outcome", "sara.lind", "  ")

    assert await sign(house, "outcome", "sara.lind", "churn under 2 %") is LineState.SIGNED


async def test_unknown_workers_and_lines_are_named(opened: tuple[House, Company]) -> None:
    """The message says what there is."""
    house, _ = opened

    with pytest.raises(NotFound, match="no line `nothing`"):
        await sign(house, "nothing", "you")
    with pytest.raises(NotFound, match="there is no worker"):
        await readiness_of(house).packet("nobody", house.clock.now())


async def test_a_worker_is_ready_when_every_line_is_signed(opened: tuple[House, Company]) -> None:
    """Nothing else makes it so: one line left, and it is not."""
    house, _ = opened

    [packet] = [each for each in await readiness_of(house).packets(house.clock.now()) if each.worker.name == "as-told"]

    assert [each.line.key for each in packet.lines] == [line.key for line in LINES]
    assert not packet.is_ready
    assert {"limits", "kill-switch", "identity", "tried"} <= {
        each.line.key for each in packet.lines if each.state is LineState.MISSING
    }


async def test_the_page_names_every_line_state() -> None:
    """Whoever reads the page meets each state in its words."""
    text = (Path(__file__).parents[2] / "docs" / "readiness.md").read_text()

    assert [state for state in LineState if f"| {state} |" not in text] == []


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [(0, 0, 0.0, 1.0), (1, 1, 0.2065, 1.0), (50, 100, 0.4038, 0.5962), (0, 10, 0.0, 0.2775)],
)
def test_bounds_are_those_of_wilson(part: int, whole: int, low: float, high: float) -> None:
    """The bounds agree with published values, and never leave what is possible."""
    found = Share(part=part, whole=whole).bounds

    assert found == pytest.approx((low, high), abs=1e-3)
