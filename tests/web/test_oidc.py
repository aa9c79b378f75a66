import base64
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Generator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from remit.connections.vault import Secret, Vault
from remit.errors import SettingsInvalid
from remit.governance.groups import read_groups
from remit.governance.roles import Person, person, save_person
from remit.runtime.house import House
from remit.settings import Settings
from remit.store.database import Database
from remit.web.app import create_app
from remit.web.oidc import SECRET, Provider
from remit.web.ways import SignInWays, read_ways
from tests.houses import rows_of
from tests.web.conftest import TOKEN

GROUPS = (
    "finance-leads=domain-lead@finance, finance-leads=business-owner@finance, "
    "reviewers=finance-reviewer, auditors=auditor"
)
HOME = "http://localhost"


@pytest.fixture(scope="module")
def issuer() -> Generator[str]:
    """A provider that runs, on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        number = listening.fileno()
        environment = {**os.environ, "REMIT_TEST_SOCKET": str(number), "PYTHONWARNINGS": "ignore"}
        script = Path(__file__).parent / "oidc_provider.py"
        with subprocess.Popen([sys.executable, script], env=environment, pass_fds=[number]) as process:
            try:
                yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            finally:
                process.terminate()


@pytest.fixture
def vault(database: Database) -> Vault:
    """A vault."""
    return Vault(database, Secret(base64.b64encode(b"v" * 32).decode()))


@pytest.fixture
async def provider(issuer: str, vault: Vault) -> Provider:
    """The provider as the house asks it; it tells the truth at first."""
    await vault.put(SECRET, "client secret: with signs/")
    await told(issuer, "truth")
    return Provider(issuer, "remit", public_url=HOME, vault=vault)


@pytest.fixture
async def browser(house: House, provider: Provider) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser in a house with a provider."""
    async with browser_of(house, provider) as opened:
        yield opened


def browser_of(house: House, provider: Provider, groups: str = GROUPS) -> httpx.AsyncClient:
    """Open a browser that holds nothing."""
    ways = SignInWays(provider=provider, groups=read_groups(groups))
    app = create_app(house, token=TOKEN, person="you", ways=ways)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME)


async def ask(issuer: str, method: str, path: str, **more: Any) -> httpx.Response:
    """Ask the provider something."""
    async with httpx.AsyncClient(base_url=issuer, trust_env=False, timeout=30) as asking:
        return await asking.request(method, path, **more)


async def told(issuer: str, what: str) -> None:
    """Tell the provider how to lie."""
    assert (await ask(issuer, "POST", f"/test/{what}")).status_code == 200


async def known(issuer: str, subject: str, **claims: Any) -> None:
    """Have the provider know somebody."""
    assert (await ask(issuer, "PUT", f"/users/{subject}", json=claims)).status_code == 204


async def mail_of(house: House, who: str, mail: str = "") -> None:
    """Give a person a mail address."""
    someone = await person(house.database, who)
    given = mail or f"{who}@corp.example"
    await save_person(house.database, Person(id=who, name=someone.name, mail=given, roles=someone.roles))


async def went(browser: httpx.AsyncClient, subject: str, **query: str) -> str:
    """Go to the provider and sign in there; give the address it sends the browser back to."""
    answer = await browser.get("/v1/sign-in/oidc", params=query)
    assert answer.status_code == 303, answer.text
    async with httpx.AsyncClient(trust_env=False, timeout=30) as asking:
        back = await asking.post(answer.headers["location"], data={"sub": subject})
    assert back.status_code in {302, 303}, back.text
    return back.headers["location"]


async def signed_in(browser: httpx.AsyncClient, subject: str, **query: str) -> httpx.Response:
    """Sign in by the provider; give the last answer."""
    return await browser.get(await went(browser, subject, **query))


async def who_is(browser: httpx.AsyncClient) -> dict[str, Any]:
    """Tell for whom the browser acts."""
    return (await browser.get("/v1/me")).json()


async def test_somebody_signs_in_by_the_provider(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """Whoever the provider knows by a verified mail address of a person here is that person, from then on by its id."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="Ken.Ito@corp.example", email_verified=True)
    answer = await signed_in(browser, "k1", next="/reviews/1")
    await known(issuer, "k1", email="changed@corp.example", email_verified=True)
    browser.cookies.clear()
    await signed_in(browser, "k1")

    assert (answer.status_code, answer.headers["location"]) == (303, "/reviews/1")
    assert (await who_is(browser))["person"] == "ken.ito"
    rows = await rows_of(house, "SELECT issuer, subject, person, secret FROM sign_in")
    assert [tuple(row) for row in rows] == [(issuer, "k1", "ken.ito", "")]


async def test_the_visit_is_bound_by_state_nonce_and_verifier(
    browser: httpx.AsyncClient, house: House, issuer: str
) -> None:
    """The provider is asked with a state, a nonce and the hash of a verifier, which the exchange then shows."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    await signed_in(browser, "k1")

    asked = (await ask(issuer, "GET", "/test/asked")).json()
    begun, exchanged = asked["/oauth2/authorize"], asked["/oauth2/token"]
    hashed = hashlib.sha256(exchanged["code_verifier"].encode()).digest()
    assert begun["code_challenge"] == base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
    assert begun["code_challenge_method"] == "S256"
    assert all(len(begun[name]) >= 43 for name in ("state", "nonce"))
    assert "client_secret" not in exchanged


async def test_another_state_is_refused(browser: httpx.AsyncClient, issuer: str) -> None:
    """A code that comes back with a state nobody gave begins nothing."""
    back = await went(browser, "k1")
    code = parse_qs(urlsplit(back).query)["code"][0]

    for state in ("", "guessed", "x" * 43):
        answer = await browser.get("/v1/sign-in/oidc/callback", params={"code": code, "state": state})
        assert (answer.status_code, "remit_session" in browser.cookies) == (401, False)


async def test_another_browser_cannot_come_back(
    browser: httpx.AsyncClient, house: House, provider: Provider, issuer: str
) -> None:
    """Whoever lures somebody to the end of their own visit does not sign them in: the state is the first browser's."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    back = await went(browser, "k1")
    async with browser_of(house, provider) as lured:
        begun = await lured.get("/v1/sign-in/oidc")
        answer = await lured.get(back)

        assert (begun.status_code, answer.status_code) == (303, 401)
        assert "remit_session" not in lured.cookies


async def test_a_visit_comes_back_once(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """The same address a second time begins nothing, nor one that comes too late."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    back = await went(browser, "k1")
    first = await browser.get(back)
    second = await browser.get(back)
    late = await went(browser, "k1")
    house.clock.advance(minutes=11)

    assert (first.status_code, second.status_code) == (303, 401)
    assert (await browser.get(late)).status_code == 401


@pytest.mark.parametrize(
    "lie",
    ["nonce", "no_nonce", "audience", "issuer", "expired", "future", "key", "none", "hmac", "garbage", "subject"],
)
async def test_a_wrong_id_token_proves_nobody(browser: httpx.AsyncClient, house: House, issuer: str, lie: str) -> None:
    """A token for another visit, house, time or person, or that no published key signed, begins no session."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    await told(issuer, lie)

    answer = await signed_in(browser, "k1")

    assert answer.status_code == 401, answer.text
    assert "remit_session" not in browser.cookies
    assert await rows_of(house, "SELECT count(*) FROM session") == [(0,)]


async def test_a_provider_may_change_its_key(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """A key that is not known is looked for once more; the old one counts no more once the new ones are read."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    first = await signed_in(browser, "k1")
    await told(issuer, "rotate")
    second = await signed_in(browser, "k1")

    assert (first.status_code, second.status_code) == (303, 303)


async def test_a_mail_address_nobody_verified_is_nobodys(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """Whoever wrote a person's address into their own account is not that person."""
    await mail_of(house, "ken.ito")
    for claims in ({}, {"email_verified": False}, {"email_verified": "true"}):
        await known(issuer, "evil", email="ken.ito@corp.example", **claims)
        assert (await signed_in(browser, "evil")).status_code == 403

    assert await rows_of(house, "SELECT count(*) FROM sign_in") == [(0,)]


async def test_a_second_account_does_not_become_a_person(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """Once a person is linked, another account with the same verified address is refused; so are two with one."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    await known(issuer, "k2", email="ken.ito@corp.example", email_verified=True)
    first = await signed_in(browser, "k1")
    second = await signed_in(browser, "k2")
    for who in ("maria.rossi", "you"):
        await mail_of(house, who, "both@corp.example")
    await known(issuer, "b", email="both@corp.example", email_verified=True)

    assert (first.status_code, second.status_code) == (303, 403)
    assert (await signed_in(browser, "b")).status_code == 403


async def test_nobody_comes_in_without_a_mapped_group(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """Who is not here comes in by a group that is mapped, with its roles and no others; any other is refused."""
    await known(issuer, "n1", email="new@corp.example", email_verified=True, groups=["everybody"])
    refused = await signed_in(browser, "n1")
    await known(
        issuer, "n1", email="new@corp.example", email_verified=True, name="New", groups=["everybody", "finance-leads"]
    )
    taken = await signed_in(browser, "n1")

    assert (refused.status_code, taken.status_code) == (403, 303)
    someone = await person(house.database, "new")
    assert (someone.name, someone.mail) == ("New", "new@corp.example")
    assert someone.roles == ("business-owner@finance", "domain-lead@finance")


async def test_a_change_of_groups_changes_roles(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """At each sign-in the roles of the groups replace those they brought before; what was given by hand stays."""
    await save_person(
        house.database,
        Person(id="lee", name="Lee", mail="lee@corp.example", roles=("on-call", "finance-reviewer")),
    )

    async def roles(*groups: str) -> set[str]:
        await known(issuer, "l1", email="lee@corp.example", email_verified=True, groups=list(groups))
        assert (await signed_in(browser, "l1")).status_code == 303
        return set((await person(house.database, "lee")).roles)

    by_hand = {"on-call", "finance-reviewer"}
    assert await roles("finance-leads", "reviewers") == by_hand | {"domain-lead@finance", "business-owner@finance"}
    assert await roles("reviewers") == by_hand
    assert await roles() == by_hand
    entries = await rows_of(house, "SELECT count(*) FROM entry WHERE kind = 'person.saved' AND about = 'person:lee'")
    assert entries == [(2,)]


async def test_groups_that_do_not_go_together_let_nobody_in(
    browser: httpx.AsyncClient, house: House, issuer: str
) -> None:
    """An auditor who would also act is refused, and nothing of it stays."""
    await known(issuer, "n1", email="new@corp.example", email_verified=True, groups=["auditors", "reviewers"])

    assert (await signed_in(browser, "n1")).status_code == 403
    assert await rows_of(house, "SELECT count(*) FROM sign_in") == [(0,)]


async def test_whoever_left_does_not_come_in(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """The provider may still know somebody whom the house does not any more."""
    await save_person(house.database, Person(id="lee", name="Lee", mail="lee@corp.example", is_active=False))
    await known(issuer, "l1", email="lee@corp.example", email_verified=True, groups=["finance-leads"])

    assert (await signed_in(browser, "l1")).status_code == 403


async def test_a_provisioned_person_has_their_roles_from_there(
    browser: httpx.AsyncClient, house: House, issuer: str
) -> None:
    """Whom the provider also keeps here over SCIM signs in, and the groups of the ID token change nothing."""
    await save_person(house.database, Person(id="lee", name="Lee", mail="lee@corp.example", roles=("on-call",)))
    await rows_of(house, "INSERT INTO scim_resource VALUES ('u', 'User', '{}', 'lee')")
    await known(issuer, "l1", email="lee@corp.example", email_verified=True, groups=["finance-leads"])

    assert (await signed_in(browser, "l1")).status_code == 303
    assert (await person(house.database, "lee")).roles == ("on-call",)


async def test_signing_out_tells_where_the_provider_does(browser: httpx.AsyncClient, house: House, issuer: str) -> None:
    """Signing out ends the session here, and names the address that ends the provider's, which leads back."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)
    await signed_in(browser, "k1")
    headers = {"X-CSRF-Token": (await who_is(browser))["csrf_token"]}

    answer = await browser.post("/v1/sign-out", headers=headers)

    place = urlsplit(str(answer.json()["next"]))
    assert f"{place.scheme}://{place.netloc}{place.path}" == f"{issuer}/oauth2/end_session"
    assert parse_qs(place.query) == {"client_id": ["remit"], "post_logout_redirect_uri": [f"{HOME}/"]}
    assert (await ask(issuer, "GET", answer.json()["next"])).status_code == 200
    assert (await browser.get("/v1/me")).status_code == 401


@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a\r\nb: c"])
async def test_nobody_is_led_elsewhere(browser: httpx.AsyncClient, house: House, issuer: str, place: str) -> None:
    """After signing in the browser goes to a path of this house only."""
    await mail_of(house, "ken.ito")
    await known(issuer, "k1", email="ken.ito@corp.example", email_verified=True)

    assert (await signed_in(browser, "k1", next=place)).headers["location"] == "/"


async def test_a_refusal_of_the_provider_is_told(browser: httpx.AsyncClient, issuer: str) -> None:
    """When the provider sends back an error, or a code it does not take, nobody is signed in."""
    state = parse_qs(urlsplit(await went(browser, "k1")).query)["state"][0]
    back = await browser.get("/v1/sign-in/oidc/callback", params={"state": state, "error": "access_denied"})
    state = parse_qs(urlsplit(await went(browser, "k1")).query)["state"][0]
    forged = await browser.get("/v1/sign-in/oidc/callback", params={"state": state, "code": "forged"})

    assert (back.status_code, forged.status_code) == (401, 401)


async def test_a_provider_that_is_away_is_told(house: House, vault: Vault) -> None:
    """Nobody waits for ever, and the message says whose fault it is."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    async with browser_of(
        house, Provider(f"http://127.0.0.1:{port}", "remit", public_url=HOME, vault=vault)
    ) as browser:
        answer = await browser.get("/v1/sign-in/oidc")

    assert (answer.status_code, answer.json()["type"]) == (502, "urn:remit:system-failed")


async def test_a_house_without_a_provider_says_so(house: House) -> None:
    """The paths are there and say which setting is missing."""
    app = create_app(house, token=TOKEN, person="you")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=HOME) as browser:
        answers = [await browser.get(path) for path in ("/v1/sign-in/oidc", "/v1/sign-in/oidc/callback")]

    assert [answer.status_code for answer in answers] == [404, 404]


@pytest.mark.parametrize(
    "wrong",
    [
        {"oidc_issuer": "https://id.example"},
        {"oidc_client_id": "remit"},
        {"oidc_issuer": "http://id.example", "oidc_client_id": "remit"},
        {"oidc_issuer": "id.example", "oidc_client_id": "remit"},
    ],
)
async def test_half_a_provider_is_a_mistake(vault: Vault, wrong: dict[str, str]) -> None:
    """A provider needs both settings, and https unless it runs on this machine; a start with less fails."""
    with pytest.raises(SettingsInvalid):
        read_ways(Settings(**wrong), vault)  # pyright: ignore[reportArgumentType]  # texts only
