from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from remit.ledger.key import load_signer
from remit.ledger.sequencer import drain
from remit.runtime.house import House
from tests.houses import work


def event(type_: str = "test.double_write", **more: Any) -> dict[str, Any]:
    """Make a CloudEvent that nobody sent yet."""
    made = {"specversion": "1.0", "id": str(uuid4()), "source": "test", "type": type_, "data": {"account": "A-101"}}
    return made | more


async def asked_before(asking: httpx.AsyncClient, house: House) -> dict[str, Any]:
    """Send a signal whose worker asks before it acts; give the review."""
    await asking.post("/v1/signals", json=event("test.asks_before"))
    await work(house)
    [review] = (await asking.get("/v1/reviews")).json()
    return review


async def test_a_signal_sent_twice_is_taken_in_once(asking: httpx.AsyncClient) -> None:
    """The second time a signal comes, the answer names the runs of the first and says that nothing is new."""
    signal = event()

    first = await asking.post("/v1/signals", json=signal)
    second = await asking.post("/v1/signals", json=signal)

    assert (first.status_code, second.status_code) == (202, 202)
    assert (first.json()["is_new"], second.json()["is_new"]) == (True, False)
    assert len(first.json()["runs"]) == 1
    assert second.json()["runs"] == first.json()["runs"]


async def test_a_signal_comes_in_binary_mode(asking: httpx.AsyncClient) -> None:
    """With `ce-` headers the body is the data alone, and header values may be percent-encoded."""
    headers = {
        "ce-specversion": "1.0",
        "ce-id": "7",
        "ce-source": "test",
        "ce-type": "test.double_write",
        "ce-subject": "account%3AA-101",
    }

    answer = await asking.post("/v1/signals", json={"account": "A-101"}, headers=headers)

    run = (await asking.get(f"/v1/runs/{answer.json()['runs'][0]}")).json()
    assert (run["subject"], run["data"]) == ("account:A-101", {"account": "A-101"})


async def test_a_batch_with_one_bad_signal_is_refused_whole(asking: httpx.AsyncClient) -> None:
    """Nothing of a batch is taken in when one of its parts is no CloudEvent, so that it can be sent again."""
    headers = {"content-type": "application/cloudevents-batch+json"}
    good, bad = event(), {"specversion": "1.0"}

    refused = await asking.post("/v1/signals", json=[good, bad], headers=headers)
    taken = await asking.post("/v1/signals", json=[good, good], headers=headers)

    assert refused.status_code == 422
    assert [part["is_new"] for part in taken.json()] == [True, False]


async def test_a_run_is_found_by_each_filter(asking: httpx.AsyncClient, house: House) -> None:
    """State, worker and trace each find the run, and another value of each does not."""
    await asking.post("/v1/signals", json=event())
    await work(house)
    [run] = (await asking.get("/v1/runs")).json()

    found = {
        f"{name}={value}": len((await asking.get("/v1/runs", params={name: value})).json())
        for name, value in (
            ("state", "done"),
            ("state", "open"),
            ("worker", "double-write"),
            ("worker", "somebody"),
            ("trace_id", run["trace_id"]),
            ("trace_id", "0"),
            ("before", run["changed_at"]),
        )
    }

    assert list(found.values()) == [1, 0, 1, 0, 1, 0, 0]


async def test_an_approval_over_the_api_lets_the_run_go_on(asking: httpx.AsyncClient, house: House) -> None:
    """Approving with the digest as shown ends the run as done, and the review as used."""
    review = await asked_before(asking, house)
    body = {"verdict": "approve", "digest": review["digest"]}

    answer = await asking.post(f"/v1/reviews/{review['id']}/answer", json=body)
    await work(house)

    assert answer.json() == {"state": "approved"}
    assert (await asking.get(f"/v1/reviews/{review['id']}")).json()["state"] == "used"
    assert (await asking.get(f"/v1/runs/{review['run']}")).json()["state"] == "done"


async def test_an_approval_of_something_else_is_refused(asking: httpx.AsyncClient, house: House) -> None:
    """An answer with another digest than the proposal's is a conflict, and the review stays open."""
    review = await asked_before(asking, house)

    answer = await asking.post(f"/v1/reviews/{review['id']}/answer", json={"verdict": "approve", "digest": "another"})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:remit:conflict")
    assert (await asking.get(f"/v1/reviews/{review['id']}")).json()["state"] == "open"


async def test_whoever_sent_the_signal_may_not_approve(asking: httpx.AsyncClient, house: House) -> None:
    """A signal sent with `Remit-Person` counts as asked for by that person, whose approval is refused."""
    await asking.post("/v1/signals", json=event("test.asks_before"), headers={"Remit-Person": "you"})
    await work(house)
    [review] = (await asking.get("/v1/reviews")).json()

    body = {"verdict": "approve", "digest": review["digest"]}
    answer = await asking.post(f"/v1/reviews/{review['id']}/answer", json=body)

    assert answer.status_code == 403
    assert "somebody else" in answer.json()["detail"]


async def test_a_halt_is_set_listed_and_lifted_by_a_second_person(asking: httpx.AsyncClient) -> None:
    """The person who set a halt cannot lift it; another one can, and it is gone from the list."""
    body = {"scope": "everything", "reason": "just to see"}

    stopped = await asking.post("/v1/halts", json=body)
    listed = [halt["scope"] for halt in (await asking.get("/v1/halts")).json()]
    same = await asking.post("/v1/halts/lift", json=body)
    other = await asking.post("/v1/halts/lift", json=body, headers={"Remit-Person": "ken.ito"})

    assert (stopped.status_code, listed) == (201, ["everything"])
    assert (same.status_code, other.status_code) == (403, 200)
    assert (await asking.get("/v1/halts")).json() == []


async def test_a_worker_is_shown_with_its_charter_in_words(asking: httpx.AsyncClient) -> None:
    """The registry lists the workers, and shows one as record, sentences and text."""
    names = [worker["name"] for worker in (await asking.get("/v1/workers")).json()]

    shown = (await asking.get("/v1/workers/double-write")).json()

    assert "double-write" in names
    assert shown["record"]["status"] == "live"
    assert shown["record"]["version"]
    assert "name: double-write" in shown["charter"]
    assert shown["sentences"]


async def test_an_unknown_worker_is_not_found(asking: httpx.AsyncClient) -> None:
    """The answer names the nearest worker there is."""
    answer = await asking.get("/v1/workers/double-wirte")

    assert answer.status_code == 404
    assert "`double-write`" in answer.json()["detail"]


async def test_the_connected_systems_are_listed_with_their_health(asking: httpx.AsyncClient, house: House) -> None:
    """A system that was asked has a time of its last answer; one that nobody asked yet is well without."""
    await asking.post("/v1/signals", json=event())
    await work(house)

    systems = {each["system"]: each for each in (await asking.get("/v1/connections")).json()}

    assert systems["crm"]["health"]["last_success"] is not None
    assert systems["mail"]["health"]["last_success"] is None
    assert all(each["is_well"] for each in systems.values())
    assert "crm.get_account" in {operation["name"] for operation in systems["crm"]["operations"]}


async def test_entries_are_paged_without_gap_or_double(asking: httpx.AsyncClient, house: House) -> None:
    """Going from page to page by `before` gives the same entries as one large page."""
    await asking.post("/v1/signals", json=event())
    await work(house)
    whole = [entry["serial"] for entry in (await asking.get("/v1/ledger/entries", params={"limit": 500})).json()]

    paged: list[int] = []
    while page := (
        await asking.get("/v1/ledger/entries", params={"limit": 3, "before": (paged or [2**63 - 1])[-1]})
    ).json():
        paged += [entry["serial"] for entry in page]

    assert len(whole) > 6
    assert paged == whole


async def test_an_entry_has_a_proof_once_it_is_signed(asking: httpx.AsyncClient, house: House, tmp_path: Any) -> None:
    """Before the first checkpoint there is none to give; after it, the entry's proof leads to it."""
    await asking.post("/v1/signals", json=event())
    before = await asking.get("/v1/ledger/checkpoint")
    await drain(house.database, load_signer(tmp_path))

    [entry] = (await asking.get("/v1/ledger/entries", params={"kind": "signal.received"})).json()
    checkpoint = (await asking.get("/v1/ledger/checkpoint")).text
    proof = (await asking.get(f"/v1/ledger/entries/{entry['id']}/proof")).text

    assert before.status_code == 404
    assert checkpoint.splitlines()[2] in proof


async def test_entries_are_found_between_two_moments(asking: httpx.AsyncClient, house: House) -> None:
    """`since` includes its moment and `until` does not."""
    await asking.post("/v1/signals", json=event())
    [entry] = (await asking.get("/v1/ledger/entries", params={"kind": "signal.received"})).json()
    later = (house.clock.now() + timedelta(days=1)).isoformat()

    counts = [
        len((await asking.get("/v1/ledger/entries", params={"kind": "signal.received", name: value})).json())
        for name, value in (("since", entry["at"]), ("since", later), ("until", entry["at"]), ("until", later))
    ]

    assert counts == [1, 0, 0, 1]


async def test_metrics_count_runs_by_state(asking: httpx.AsyncClient, house: House) -> None:
    """Prometheus reads how many runs are done, without a token."""
    await asking.post("/v1/signals", json=event())
    await work(house)

    text = (await asking.get("/metrics", headers={"Authorization": ""})).text

    assert 'remit_runs{state="done",waits_for="",worker="double-write"} 1.0' in text
    assert "remit_unsequenced_entries" in text
