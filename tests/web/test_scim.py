"""Provisioning over SCIM: every check of a tester written by others, and what it does not look at."""

import asyncio
import base64
from collections.abc import AsyncGenerator, Mapping
from typing import Any, cast

import httpx
import httpx2
import pytest
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import Status, check_server
from starlette.applications import Starlette
from starlette.routing import Mount

from remit.clock import Clock
from remit.connections.vault import Secret, Vault
from remit.errors import SettingsInvalid
from remit.governance.groups import read_groups
from remit.governance.roles import Person, person, save_person
from remit.ledger.read import Search, find_entries
from remit.store.database import Database
from remit.web.scim import SECRET, create_scim
from remit.web.serving import listen, serve
from tests.houses import opened_house, rows_of, score, states_of, tell, work

TOKEN = "t0ken-of-the-provider"
GROUPS = "finance-leads=domain-lead@finance, finance-leads=business-owner@finance, admins=administrator"


@pytest.fixture
async def url(database: Database) -> AsyncGenerator[str]:
    """A house's SCIM on a port of this machine."""
    vault = Vault(database, Secret(base64.b64encode(b"v" * 32).decode()))
    await vault.put(SECRET, TOKEN)
    stop, begun = asyncio.Event(), asyncio.Event()
    app = Starlette(routes=[Mount("/scim", cast("Any", create_scim(database, vault, read_groups(GROUPS), Clock())))])
    with listen("127.0.0.1", 0) as listening:
        task = asyncio.create_task(serve(app, listening, begun=begun.set, stop=stop))
        await begun.wait()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/scim/v2"
        stop.set()
        await task


@pytest.fixture
async def client(url: str) -> AsyncGenerator[httpx.AsyncClient]:
    """An identity provider."""
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    async with httpx.AsyncClient(base_url=url, headers=headers, trust_env=False) as asking:
        yield asking


def user(name: str, **more: Any) -> dict[str, Any]:
    """Describe a user."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": f"{name}@x.example",
        "emails": [{"value": f"{name}@x.example", "primary": True}],
        **more,
    }


async def add(client: httpx.AsyncClient, name: str, **more: Any) -> str:
    """Add a user; give its id."""
    answer = await client.post("/Users", json=user(name, **more))
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


async def group(client: httpx.AsyncClient, name: str, *members: str) -> str:
    """Add a group; give its id."""
    described = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": name}
    answer = await client.post("/Groups", json=described | {"members": [{"value": member} for member in members]})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def replacing(**values: Any) -> Mapping[str, Any]:
    """Change attributes."""
    operations = [{"op": "replace", "path": path, "value": value} for path, value in values.items()]
    return {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}


async def test_every_check_of_the_tester_passes(database: Database, url: str) -> None:
    """Discovery, creating, reading, replacing, changing, removing, filtering: nothing the tester knows fails."""
    await save_person(database, Person(id="root", name="Root", roles=("administrator",)))

    def check() -> list[Any]:
        with httpx2.Client(base_url=url, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False) as asking:
            scim = SyncSCIMClient(asking)
            scim.discover()
            return check_server(scim)

    results = await asyncio.to_thread(check)

    assert len(results) > 50
    bad = [f"{one.title}: {one.reason}" for one in results if one.status in {Status.ERROR, Status.CRITICAL}]
    assert bad == []


@pytest.mark.parametrize("said", [None, "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"])
async def test_nobody_comes_in_without_the_token(client: httpx.AsyncClient, said: str | None) -> None:
    """A request without the token, or with another, learns and changes nothing, whatever it asks."""
    await add(client, "ann")
    client.headers = httpx.Headers([] if said is None else [(b"Authorization", said.encode())])

    answers = [
        await client.get("/Users"),
        await client.post("/Users", json=user("eve")),
        await client.get("/ServiceProviderConfig"),
        await client.post("/Bulk", json={"Operations": []}),
    ]

    assert {answer.status_code for answer in answers} == {401}
    assert all("ann" not in answer.text for answer in answers)


async def test_a_house_without_a_token_lets_nobody_in(database: Database) -> None:
    """Provisioning that was not set up refuses an empty token too."""
    vault = Vault(database, Secret(base64.b64encode(b"v" * 32).decode()))
    app = create_scim(database, vault, {}, Clock())
    async with httpx.AsyncClient(transport=httpx.ASGITransport(cast("Any", app)), base_url="http://x") as asking:
        answer = await asking.get("/v2/Users", headers={"Authorization": "Bearer "})

    assert answer.status_code == 401


async def test_a_filter_is_heeded(client: httpx.AsyncClient) -> None:
    """What is asked for is found and nothing else; a filter nobody understands is an error and never everybody."""
    await add(client, "ann")
    await add(client, "ben")

    found = (await client.get("/Users", params={"filter": 'userName eq "ANN@x.example"'})).json()
    nobody = (await client.get("/Users", params={"filter": 'userName eq "eve"'})).json()
    wrong = await client.get("/Users", params={"filter": "userName is ann"})

    assert [one["userName"] for one in found["Resources"]] == ["ann@x.example"]
    assert nobody["totalResults"] == 0
    assert wrong.status_code == 400


async def test_a_user_is_a_person_with_the_roles_of_the_groups(client: httpx.AsyncClient, database: Database) -> None:
    """Who joins a group holds its roles; who leaves it holds them no more; a group nobody mapped gives nothing."""
    ann = await add(client, "ann", displayName="Ann")
    leads = await group(client, "finance-leads", ann)
    await group(client, "lunch", ann)
    joined = await person(database, "ann")

    await client.patch(f"/Groups/{leads}", json=replacing(members=[]))

    assert (joined.name, joined.mail) == ("Ann", "ann@x.example")
    assert set(joined.roles) == {"business-owner@finance", "domain-lead@finance"}
    assert (await person(database, "ann")).roles == ()


async def test_each_change_stands_in_the_ledger(client: httpx.AsyncClient, database: Database) -> None:
    """Whoever comes, changes and leaves by the identity provider does so in an entry that says so."""
    ann = await add(client, "ann")
    await client.patch(f"/Users/{ann}", json=replacing(active=False))
    await client.patch(f"/Users/{ann}", json=replacing(nickName="A"))

    entries = await find_entries(database, Search(about="person:ann"))

    assert [(entry.body["is_active"], entry.body["by"]) for entry in entries] == [
        (False, "identity provider"),
        (True, "identity provider"),
    ]


async def test_a_user_with_a_known_address_is_that_person(client: httpx.AsyncClient, database: Database) -> None:
    """Somebody who was here already is not made twice; a namesake gets an id of their own."""
    await save_person(database, Person(id="maria.rossi", name="Maria", mail="M.Rossi@x.example"))
    await save_person(database, Person(id="ann", name="Another Ann", mail="other@x.example"))

    await add(client, "m.rossi")
    await add(client, "ann")

    assert (await person(database, "maria.rossi")).mail == "m.rossi@x.example"
    assert (await person(database, "ann-2")).mail == "ann@x.example"
    assert (await person(database, "ann")).name == "Another Ann"


@pytest.mark.parametrize("way", ["deactivated", "removed", "moved"])
async def test_the_last_administrator_stays(client: httpx.AsyncClient, database: Database, way: str) -> None:
    """An identity provider that takes away the last administrator is refused, and nothing changes."""
    ann = await add(client, "ann")
    admins = await group(client, "admins", ann)

    match way:
        case "deactivated":
            answer = await client.patch(f"/Users/{ann}", json=replacing(active=False))
        case "removed":
            answer = await client.delete(f"/Users/{ann}")
        case _:
            answer = await client.delete(f"/Groups/{admins}")

    assert answer.status_code == 403
    assert "administrator" in answer.json()["detail"]
    assert (await person(database, "ann")).holds("administrator")
    assert (await client.get(f"/Users/{ann}")).json().get("active") is not False


async def test_a_password_is_never_kept(client: httpx.AsyncClient, database: Database) -> None:
    """A password a provider sends is dropped before anything is written."""
    ann = await add(client, "ann", password="planted-pass")

    rows = await database.fetch("list_provisioned", ["User"])

    assert "planted-pass" not in str([dict(row) for row in rows])
    assert "password" not in (await client.get(f"/Users/{ann}")).json()


async def test_whoever_is_deactivated_answers_for_nothing(database: Database) -> None:
    """A seat holder deactivated by the provider leaves the seat vacant for the very next action."""
    vault = Vault(database, Secret(base64.b64encode(b"v" * 32).decode()))
    await vault.put(SECRET, TOKEN)
    app = create_scim(database, vault, {}, Clock())
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
    async with (
        opened_house(database) as (house, company),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", app)), base_url="http://x/v2", headers=headers
        ) as asking,
    ):
        sara = await asking.post("/Users", json=user("sara", emails=[{"value": "sara.lind@lindenhof.example"}]))
        await asking.patch(f"/Users/{sara.json()['id']}", json=replacing(active=False))

        run = await tell(house, score())
        await work(house)

        assert (await states_of(house, run))[1] == "forbidden"
        assert await company.effects() == []
        [row] = await rows_of(house, "SELECT is_active FROM person WHERE id = 'sara.lind'")
        assert not row["is_active"]


async def test_two_who_come_at_once_are_two(client: httpx.AsyncClient, database: Database) -> None:
    """Twenty users with the same name at the same moment: one is taken, the others are told; nobody is half there."""
    answers = await asyncio.gather(*(client.post("/Users", json=user("ann")) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 19
    assert len(await database.fetch("list_provisioned", ["User"])) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"userName": "\\u0000"}', b'{"userName": ""}', b'{"userName": "' + b"a" * 300_000 + b'"}'],
    ids=["nothing", "a list", "cut off", "NUL", "no name", "a long name"],
)
async def test_what_is_no_user_is_no_surprise(client: httpx.AsyncClient, database: Database, body: bytes) -> None:
    """Whatever comes in is taken or refused in the protocol's words, and never a 500."""
    answer = await client.post("/Users", content=body)

    assert answer.status_code < 500
    assert len(await database.fetch("list_provisioned", ["User"])) == (answer.status_code == 201)


@pytest.mark.parametrize("text", ["admins", "=administrator", "admins=king", "admins=auditor@moon"])
def test_a_mapping_that_says_nothing_is_told(text: str) -> None:
    """A group without a role, or with one there is not, is an error at the start."""
    with pytest.raises(SettingsInvalid, match="REMIT_GROUPS"):
        read_groups(text)
