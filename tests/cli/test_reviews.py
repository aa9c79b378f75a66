from uuid import UUID

from remit.governance.reviews import list_reviews
from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import notify, send, states_of, tell, told, work


async def _review(house: House) -> UUID:
    [row] = await list_reviews(house.database)
    return row["id"]


async def test_a_review_is_asked_about_handed_on_and_edited(remit: Remit, asked: House) -> None:
    """Question, reply, hand on and edit are shown on the review, which lists who can answer and what is missing."""
    number = str(await _review(asked))
    questioned = await remit("question", "ask", number, "since when?", "--json")
    listed = await remit("question", "list", "--json", REMIT_PERSON="sara.lind")
    replied = await remit("question", "reply", str(listed.json[0]["id"]), "since May", REMIT_PERSON="sara.lind")
    handed = await remit("review", "hand-on", number, "nina.kowalski", "--reason", "she knows them")
    shown = await remit("review", "show", number)
    edited = await remit("review", "edit", number, "--set", "score=60", REMIT_PERSON="nina.kowalski")
    after = await remit("review", "show", number)

    assert listed.json[0]["id"] == questioned.json["question"]
    assert [one.code for one in (questioned, replied, handed, edited)] == [0, 0, 0, 0]
    assert "you asks sara.lind: since when?" in shown.out
    assert "since May" in shown.out
    assert "1 more, reviewer among them" in shown.out
    assert "nina.kowalski score:" in after.out


async def test_what_people_corrected_is_listed(remit: Remit, asked: House) -> None:
    """A reject with its code stands in the list, with how often people overrode."""
    rejected = await remit("review", "reject", str(await _review(asked)), "--reason", "no", "--code", "not-needed")
    shown = await remit("review", "feedback")
    as_json = await remit("review", "feedback", "--json")

    assert rejected.code == 0
    assert "reject, not-needed" in shown.out
    assert "1 of 1 overridden in 30 days, 100%" in shown.out
    assert [one["reason"] for one in as_json.json["corrections"]] == ["no"]


async def test_a_batch_is_shown_and_then_answered(remit: Remit, asked: House) -> None:
    """Without the seal nothing is answered; with it each of mine is; with another none."""
    for number in range(3):
        await send(asked, told(notify(f"message {number}"), number=f"batch {number}"))
    await work(asked)

    seen = await remit("review", "batch", "as-told", "crm.notify_owner", "--json")
    wrong = await remit("review", "batch", "as-told", "crm.notify_owner", "--seal", "0" * 64)
    shown = await remit("review", "batch", "as-told", "crm.notify_owner")
    mine = await remit("review", "list", "--mine", "--worker", "as-told", "--json")
    done = await remit("review", "batch", "as-told", "crm.notify_owner", "--seal", seen.json["seal"][:12], "--json")
    none = await remit("review", "batch", "as-told", "crm.notify_owner")
    odd = await remit("review", "batch", "as-told", "crm.notify_owner", "--verdict", "perhaps")

    assert (seen.json["count"], wrong.code, len(mine.json)) == (3, 5, 3)
    assert f"--seal {seen.json['seal'][:12]}" in shown.out
    assert [one["state"] for one in done.json] == ["approved"] * 3
    assert (none.code, odd.code) == (3, 6)


async def test_rotas_absences_and_delegations_are_said_and_listed(remit: Remit, asked: House) -> None:
    """Each is set, listed and ended by its command, and counts."""
    rota = await remit("rota", "set", "reviewer@customer_experience", "nina.kowalski", "sara.lind")
    away = await remit("absence", "note", "nina.kowalski", "--days", "3", "--json")
    rotas = await remit("rota", "list", "--json")
    lent = await remit(
        "delegation", "give", "paul.novak", "reviewer", "--days", "2", "--json", REMIT_PERSON="nina.kowalski"
    )
    mine = await remit("review", "list", "--mine", "--json", REMIT_PERSON="paul.novak")
    listed = [await remit(what, "list") for what in ("rota", "absence", "delegation")]
    ended = [
        await remit("absence", "end", away.json["absence"]),
        await remit("delegation", "end", lent.json["delegation"], REMIT_PERSON="paul.novak"),
        await remit("rota", "set", "reviewer@customer_experience"),
    ]
    twice = await remit("delegation", "end", lent.json["delegation"])
    odd = await remit("absence", "end", "not-a-number")

    assert "nina.kowalski, sara.lind" in rota.out
    assert [one["is_away"] for one in rotas.json] == [True, False]
    assert len(mine.json) == len(await list_reviews(asked.database))
    assert all("nina.kowalski" in one.out for one in listed)
    assert [one.code for one in ended] == [0, 0, 0]
    assert (twice.code, odd.code) == (5, 6)


async def test_a_bypass_is_asked_granted_and_ended(remit: Remit, asked: House) -> None:
    """One asks, another grants; under it nothing waits; after its end it does."""
    asking = ("bypass", "ask", "customer_experience", "stage-assistive", "--reason", "the queue is long")
    number = (await remit(*asking, "--json")).json["bypass"]
    same = await remit("bypass", "grant", number)
    other = await remit("bypass", "grant", number, REMIT_PERSON="ruth.adler")
    listed = await remit("bypass", "list")
    during = await tell(asked, notify(), number="during")
    await work(asked)
    ended = await remit("bypass", "end", number)
    after = await tell(asked, notify(), number="after")
    await work(asked)
    odd = await remit("bypass", "ask", "customer_experience", "halted", "--reason", "x")
    one = await remit("bypass", "ask", "customer_experience", "as-told/crm.notify_owner", "--reason", "x")
    own = await remit("bypass", "ask", "customer_experience", "as-told/review:three-people", "--reason", "x")

    assert (same.code, other.code, ended.code, odd.code) == (4, 0, 0, 6)
    assert (one.code, own.code) == (0, 0)
    assert "ruth.adler" in listed.out
    assert [await states_of(asked, run) for run in (during, after)] == [["done", "performed"], ["waiting", "waiting"]]
    assert [one["ended_by"] for one in (await remit("bypass", "list", "--all", "--json")).json] == [None, None, "you"]
