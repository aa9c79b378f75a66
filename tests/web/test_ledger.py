"""The ledger over the API: searched by what entries concern, and taken out with its proofs by whoever may."""

import io
import tarfile
from pathlib import Path

import httpx
import pytest

from remit.ledger.key import load_signer
from remit.ledger.note import Signer
from remit.ledger.read import Search, find_entries
from remit.ledger.sequencer import drain
from remit.ledger.verify_records import verify_records
from remit.runtime.house import House
from remit.web.app import create_app
from tests.houses import answer_review, notify, score, tell, work
from tests.web.conftest import TOKEN


@pytest.fixture
async def worked(house: House) -> House:
    """A house where one run is done and one was rejected by a person."""
    await tell(house, score(), number=1)
    run = await tell(house, notify(), number=2)
    await work(house)
    await answer_review(house, run, "reject", person="tom.becker")
    await work(house)
    return house


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    """The key of the house."""
    return load_signer(tmp_path / "keys")


async def test_entries_are_found_by_what_they_concern(worked: House, asking: httpx.AsyncClient) -> None:
    """By workflow, account and person, alone and together; what nothing concerns finds nothing."""
    found: list[tuple[int, list[str]]] = []
    for filters in (
        {"person": "tom.becker"},
        {"account": "A-101", "kind": "run.settled"},
        {"account": "A-101", "person": "tom.becker"},
        {"ticket": "A-101"},
        {"workflow": "nobody's"},
    ):
        answer = await asking.get("/v1/ledger/entries", params=filters)
        found.append((answer.status_code, [entry["kind"] for entry in answer.json()]))

    assert found == [
        (200, ["review.answered"]),
        (200, ["run.settled", "run.settled"]),
        (200, ["review.answered"]),
        (200, []),
        (200, []),
    ]


async def test_what_cannot_be_looked_for_is_said(worked: House, asking: httpx.AsyncClient) -> None:
    """A subject without a kind, and an end before the beginning, are refused with words."""
    about = await asking.get("/v1/ledger/entries", params={"about": "A-101"})
    times = {"since": "2026-03-02T00:00:00Z", "until": "2026-03-01T00:00:00Z"}
    turned = await asking.get("/v1/ledger/entries", params=times)

    assert (about.status_code, turned.status_code) == (422, 422)
    assert "`A-101` is no subject" in about.text
    assert "nothing is between" in turned.text


async def test_records_are_taken_out_with_their_proofs(worked: House, signer: Signer, tmp_path: Path) -> None:
    """The tar holds an export that verifies, and the ledger says who took it."""
    app = create_app(worked, token=TOKEN, person="jonas.weber")
    app.state.signer = signer
    await drain(worked.database, signer)
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": f"Bearer {TOKEN}"}

    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        answer = await client.get("/v1/ledger/export", params={"format": "csv", "person": "tom.becker"})

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/x-tar")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as tar:
        tar.extractall(tmp_path / "taken", filter="data")
    checked = verify_records(tmp_path / "taken/export", signer.verifier.as_text())
    assert (checked.is_whole, checked.records) == (True, 1)
    [entry] = await find_entries(worked.database, Search(kind="ledger.exported"))
    assert (entry.body["person"], entry.body["format"], entry.body["records"]) == ("jonas.weber", "csv", 1)
    assert entry.body["search"] == {"concerning": ["person:tom.becker"]}


async def test_a_person_without_the_permission_takes_nothing_out(worked: House, signer: Signer) -> None:
    """A reviewer may read and not export; a process without the key exports nothing; neither leaves an entry."""
    app = create_app(worked, token=TOKEN, person="lena.fischer")
    transport, headers = httpx.ASGITransport(app), {"Authorization": f"Bearer {TOKEN}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", headers=headers) as client:
        keyless = await client.get("/v1/ledger/export", params={"format": "csv"})
        app.state.signer = signer
        refused = await client.get("/v1/ledger/export", params={"format": "csv"})
        unknown = await client.get("/v1/ledger/export", params={"format": "xml"})

    assert (keyless.status_code, refused.status_code, unknown.status_code) == (409, 403, 422)
    assert await find_entries(worked.database, Search(kind="ledger.exported")) == ()
