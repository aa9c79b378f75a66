import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from remit.governance.accounts import set_password
from remit.governance.personal_tokens import list_tokens, mint_token, revoke_token
from remit.governance.roles import Person, person, save_person
from remit.governance.sessions import IDLE, LONGEST
from remit.runtime.house import House
from remit.web.app import create_app
from remit.web.ways import SignInWays
from tests.houses import notify, rows_of, tell, work
from tests.web.conftest import TOKEN

PASSWORD = "seven green bottles"


def browser_of(house: House, ways: SignInWays | None = None, scheme: str = "http") -> httpx.AsyncClient:
    """Open a browser that holds nothing yet."""
    app = create_app(house, token=TOKEN, person="you", ways=ways)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"{scheme}://localhost")


@pytest.fixture
async def browser(house: House) -> AsyncGenerator[httpx.AsyncClient]:
    """A browser that holds nothing yet, in a house where Ken has a password."""
    await set_password(house.database, "ken.ito", PASSWORD, "ken.ito", house.clock.now())
    async with browser_of(house) as opened:
        yield opened


async def sign_in(browser: httpx.AsyncClient, who: str = "ken.ito", password: str = PASSWORD) -> httpx.Response:
    """Type a name and a password."""
    return await browser.post("/v1/sign-in", json={"person": who, "password": password})


async def signed_in(browser: httpx.AsyncClient) -> dict[str, str]:
    """Sign in; give the headers a page sends with what it changes."""
    answer = await sign_in(browser)
    assert answer.status_code == 200, answer.text
    return {"X-CSRF-Token": answer.json()["csrf_token"], "Origin": "http://localhost"}


async def leave(house: House, who: str) -> None:
    """Have somebody leave."""
    someone = await person(house.database, who)
    gone = Person(id=who, name=someone.name, mail=someone.mail, roles=someone.roles, is_active=False)
    await save_person(house.database, gone)


async def test_a_password_begins_a_session(browser: httpx.AsyncClient) -> None:
    """Whoever gives their id and password is taken for themselves, by a cookie no script can read."""
    answer = await sign_in(browser)
    me = await browser.get("/v1/me")

    assert answer.status_code == 200
    assert (me.json()["person"], me.json()["way"]) == ("ken.ito", "session")
    cookie = answer.headers["set-cookie"].lower()
    assert cookie.startswith("remit_session=")
    assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/"))


async def test_with_https_no_other_host_can_set_the_cookie(house: House) -> None:
    """Behind https, also a proxy's, the cookie goes over https only and is bound to this very host."""
    await set_password(house.database, "ken.ito", PASSWORD, "ken.ito", house.clock.now())
    proxied = SignInWays(public_url="https://remit.example.com")
    async with browser_of(house, scheme="https") as direct, browser_of(house, proxied) as behind:
        cookies = [(await sign_in(each)).headers["set-cookie"] for each in (direct, behind)]

    assert all(cookie.startswith("__Host-remit_session=") for cookie in cookies)
    assert all("secure" in cookie.lower() and "domain" not in cookie.lower() for cookie in cookies)


async def test_each_sign_in_has_a_new_session(browser: httpx.AsyncClient, house: House) -> None:
    """An id somebody planted or saw before is worth nothing afterwards, and the earlier session is over."""
    await sign_in(browser)
    first = browser.cookies["remit_session"]

    await sign_in(browser)

    assert browser.cookies["remit_session"] != first
    assert await rows_of(house, "SELECT count(*) FROM session") == [(1,)]
    browser.cookies.clear()
    assert (await browser.get("/v1/me", headers={"Cookie": f"remit_session={first}"})).status_code == 401


@pytest.mark.parametrize("forged", ["", "x", "A" * 43, "é", "'; DROP TABLE session; --", "x" * 5000])
async def test_a_forged_session_is_refused(browser: httpx.AsyncClient, forged: str) -> None:
    """Whatever a cookie says that the house did not give, nobody is taken for anybody."""
    answer = await browser.get("/v1/me", headers=[(b"cookie", b"remit_session=" + forged.encode())])

    assert answer.status_code == 401


async def test_what_the_database_holds_is_no_session(browser: httpx.AsyncClient, house: House) -> None:
    """Whoever reads the table cannot act for anybody: it holds hashes of ids, of tokens and of passwords."""
    await sign_in(browser)
    token = await mint_token(house.database, "ken.ito", 30, "ken.ito", house.clock.now())

    kept = str(await rows_of(house, "SELECT id, person FROM session")) + str(
        await rows_of(house, "SELECT hash FROM personal_token")
    )
    secrets = str(await rows_of(house, "SELECT secret FROM sign_in"))

    assert browser.cookies["remit_session"] not in kept
    assert token not in kept
    assert PASSWORD not in secrets
    assert "$argon2id$" in secrets


@pytest.mark.parametrize("passed", [IDLE, LONGEST])
async def test_a_session_ends_by_itself(browser: httpx.AsyncClient, house: House, passed: timedelta) -> None:
    """Nobody is in any more after the idle time, nor after the whole time however busy the session was."""
    await sign_in(browser)
    while passed > IDLE:  # busy until the end
        step = IDLE - timedelta(seconds=61)
        house.clock.ahead += step
        passed -= step
        assert (await browser.get("/v1/me")).status_code == 200 or passed <= timedelta()
    house.clock.ahead += passed

    assert (await browser.get("/v1/me")).status_code == 401


async def test_a_busy_session_goes_on(browser: httpx.AsyncClient, house: House) -> None:
    """Each use puts off the end of an idle session."""
    await sign_in(browser)

    for _ in range(3):
        house.clock.ahead += IDLE * 0.7
        assert (await browser.get("/v1/me")).status_code == 200


async def test_whoever_left_is_out_at_once(browser: httpx.AsyncClient, house: House) -> None:
    """A session and a token of a person who has left are refused at the very next request, and no new one begins."""
    await sign_in(browser)
    token = await mint_token(house.database, "ken.ito", 30, "ken.ito", house.clock.now())
    await leave(house, "ken.ito")

    by_session = await browser.get("/v1/me")
    browser.cookies.clear()
    by_token = await browser.get("/v1/me", headers={"Authorization": f"Bearer {token}"})

    assert {by_session.status_code, by_token.status_code, (await sign_in(browser)).status_code} == {401}


async def test_signing_out_ends_this_session(browser: httpx.AsyncClient) -> None:
    """The id a browser held is worth nothing once it signed out, even if somebody kept it."""
    headers = await signed_in(browser)
    kept = browser.cookies["remit_session"]

    answer = await browser.post("/v1/sign-out", headers=headers)

    assert answer.json() == {"next": ""}
    assert "remit_session" not in browser.cookies
    assert (await browser.get("/v1/me", headers={"Cookie": f"remit_session={kept}"})).status_code == 401


async def test_signing_out_everywhere_ends_all(browser: httpx.AsyncClient, house: House) -> None:
    """Every browser of the person is out, and nobody else's."""
    await set_password(house.database, "maria.rossi", PASSWORD, "maria.rossi", house.clock.now())
    headers = await signed_in(browser)
    async with browser_of(house) as second, browser_of(house) as other:
        await sign_in(second)
        await sign_in(other, "maria.rossi")

        await browser.post("/v1/sign-out/everywhere", headers=headers)

        assert [(await each.get("/v1/me")).status_code for each in (browser, second, other)] == [401, 401, 200]


async def test_a_new_password_ends_every_session(browser: httpx.AsyncClient, house: House) -> None:
    """Whoever knew the old password is out, and the person is told."""
    await sign_in(browser)

    await set_password(house.database, "ken.ito", PASSWORD * 2, "ken.ito", house.clock.now())

    assert (await browser.get("/v1/me")).status_code == 401
    assert (await sign_in(browser)).status_code == 401
    assert (await sign_in(browser, password=PASSWORD * 2)).status_code == 200
    told = await rows_of(house, "SELECT recipient, title FROM notice WHERE kind = 'password.set'")
    assert ("ken.ito", "your password was set by `ken.ito`") in [tuple(row) for row in told]


# ── other sites ────────────────────────────────────────────────────────────────────────────────────────────────────


async def halted(browser: httpx.AsyncClient, headers: dict[str, str]) -> int:
    """Ask to stop everything, as a page would; give the status of the answer."""
    body = {"scope": "everything", "reason": "just to see"}
    return (await browser.post("/v1/halts", json=body, headers=headers)).status_code


async def test_what_changes_something_needs_the_token_of_the_session(browser: httpx.AsyncClient) -> None:
    """With the cookie alone, or another session's token, nothing is changed; with it, it is."""
    headers = await signed_in(browser)

    refused = [
        await halted(browser, {}),
        await halted(browser, {"X-CSRF-Token": ""}),
        await halted(browser, {"X-CSRF-Token": "0" * 64}),
        await halted(browser, {"X-CSRF-Token": browser.cookies["remit_session"]}),
    ]

    assert refused == [403] * 4
    assert (await browser.get("/v1/halts")).json() == []
    assert await halted(browser, headers) < 300


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_page_of_another_site_changes_nothing(browser: httpx.AsyncClient, elsewhere: dict[str, str]) -> None:
    """Even with the right token, what another site made the browser send is refused; signing in too."""
    headers = await signed_in(browser)

    assert await halted(browser, headers | elsewhere) == 403
    answer = await browser.post("/v1/sign-in", json={"person": "ken.ito", "password": PASSWORD}, headers=elsewhere)
    assert answer.status_code == 403


async def test_a_page_behind_a_proxy_is_ours(house: House) -> None:
    """The origin may be the public name of the house."""
    await set_password(house.database, "ken.ito", PASSWORD, "ken.ito", house.clock.now())
    ways = SignInWays(public_url="https://remit.example.com")
    async with browser_of(house, ways, scheme="https") as browser:
        headers = await signed_in(browser) | {"Origin": "https://remit.example.com"}

        assert await halted(browser, headers) < 300


async def test_a_form_sends_the_token_in_a_field(browser: httpx.AsyncClient) -> None:
    """A page without a script can sign out, with the token in a hidden field; without it, it cannot."""
    token = (await signed_in(browser))["X-CSRF-Token"]

    without = await browser.post("/v1/sign-out", data={"csrf_token": ""})
    nul = await browser.post("/v1/sign-out", data={"csrf_token": "\x00"})
    with_it = await browser.post("/v1/sign-out", data={"csrf_token": token})

    assert (without.status_code, nul.status_code, with_it.status_code) == (403, 422, 200)


# ── guessing ───────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_unknown_and_wrong_are_told_alike(browser: httpx.AsyncClient, house: House) -> None:
    """Nobody learns from the answer whether a person is here, has left, or has no password."""
    await set_password(house.database, "maria.rossi", PASSWORD, "maria.rossi", house.clock.now())
    await leave(house, "maria.rossi")

    answers = [
        await sign_in(browser, "ken.ito", "something else"),
        await sign_in(browser, "nobody", PASSWORD),
        await sign_in(browser, "maria.rossi", PASSWORD),
        await sign_in(browser, "you", PASSWORD),
        await sign_in(browser, "\udfff".encode("utf-8", "replace").decode(), PASSWORD),
    ]

    assert {(answer.status_code, answer.text) for answer in answers} == {(401, answers[0].text)}
    assert all("set-cookie" not in answer.headers for answer in answers)


async def test_guessing_is_slowed_and_never_for_ever(browser: httpx.AsyncClient, house: House) -> None:
    """After a few wrong passwords even the right one has to wait, for a minute at most."""
    statuses = [(await sign_in(browser, password=f"wrong number {number}")).status_code for number in range(7)]
    right = await sign_in(browser)
    house.clock.advance(seconds=60)
    later = await sign_in(browser)

    assert statuses == [401] * 5 + [429] * 2 or statuses == [401] * 6 + [429]
    assert right.status_code == 429
    assert later.status_code == 200


async def test_many_guesses_at_once_are_not_one(browser: httpx.AsyncClient) -> None:
    """Guesses that all come at the same time are each counted before they are tried."""
    answers = await asyncio.gather(*(sign_in(browser, password=f"wrong number {number}") for number in range(15)))

    assert sum(answer.status_code == 401 for answer in answers) <= 6


async def test_an_unknown_name_is_slowed_alike(browser: httpx.AsyncClient) -> None:
    """Being slowed does not tell that a person is here either."""
    known = [(await sign_in(browser, "ken.ito", f"wrong number {number}")).status_code for number in range(7)]
    unknown = [(await sign_in(browser, "nobody", f"wrong number {number}")).status_code for number in range(7)]

    assert known == unknown


async def test_one_address_cannot_try_many_names(browser: httpx.AsyncClient, house: House) -> None:
    """One common password tried on everybody is slowed too, and what was typed as a name is not kept."""
    names = [f"person-{number}" for number in range(30)]
    statuses = [(await sign_in(browser, name, PASSWORD)).status_code for name in names]

    assert statuses.count(401) <= 22
    assert statuses[-1] == 429
    assert "person-" not in str(await rows_of(house, "SELECT * FROM sign_in_attempt"))


async def test_a_success_forgives(browser: httpx.AsyncClient) -> None:
    """Whoever mistypes a few times and then gets it right begins anew."""
    for _ in range(3):
        for number in range(4):
            await sign_in(browser, password=f"wrong number {number}")
        assert (await sign_in(browser)).status_code == 200


# ── tokens ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_personal_token_acts_for_its_person_alone(browser: httpx.AsyncClient, house: House) -> None:
    """A script acts for whoever made its token; it cannot say that it is somebody else."""
    token = await mint_token(house.database, "ken.ito", 30, "ken.ito", house.clock.now())
    headers = {"Authorization": f"Bearer {token}"}

    own = await browser.get("/v1/me", headers=headers)
    others = await browser.get("/v1/me", headers=headers | {"Remit-Person": "maria.rossi"})

    assert (own.json()["person"], own.json()["way"], own.json()["csrf_token"]) == ("ken.ito", "token", "")
    assert others.status_code == 403


async def test_a_personal_token_ends(browser: httpx.AsyncClient, house: House) -> None:
    """A token counts no more once it was revoked or its days are over; a wrong one never does."""
    database, now = house.database, house.clock.now()
    first, second = [await mint_token(database, "ken.ito", days, "ken.ito", now) for days in (30, 1)]
    [listed] = [row for row in await list_tokens(database, "ken.ito", now) if row["expires_at"] > now + timedelta(9)]

    await revoke_token(database, "ken.ito", listed["id"], "ken.ito", now)
    house.clock.advance(days=1)

    for token in (first, second, "remit_x", first[:-1], ""):
        assert (await browser.get("/v1/me", headers={"Authorization": f"Bearer {token}"})).status_code == 401


async def test_the_house_token_speaks_for_nobody_who_has_a_sign_in(browser: httpx.AsyncClient, house: House) -> None:
    """What many share cannot forge the approval of a person who can speak alone: nothing is answered."""
    run = await tell(house, notify())
    await work(house)
    headers = {"Authorization": f"Bearer {TOKEN}", "Remit-Person": "ken.ito"}
    [review] = (await browser.get("/v1/reviews", headers=headers | {"Remit-Person": "you"})).json()
    body = {"verdict": "approve", "digest": review["digest"]}

    forged = await browser.post(f"/v1/reviews/{review['id']}/answer", json=body, headers=headers)
    read = await browser.get("/v1/me", headers=headers)

    assert (forged.status_code, read.status_code) == (403, 403)
    assert "sign-in of their own" in forged.json()["detail"]
    assert await rows_of(house, "SELECT state FROM review WHERE run = $1", run) == [("open",)]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO sign_in VALUES ('https://id.example', 's', 'you', '', '{}', now())",
        "INSERT INTO passkey VALUES ('k', 'you', 'n', 'k', 0, 'r', 'o', now())",
        "INSERT INTO scim_resource VALUES ('u', 'User', '{}', 'you')",
    ],
)
async def test_every_sign_in_of_their_own_counts(browser: httpx.AsyncClient, house: House, statement: str) -> None:
    """An account at the identity provider, a passkey, or being provisioned ends what the house token may."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    before = await browser.get("/v1/me", headers=headers)

    await rows_of(house, statement)

    assert (before.status_code, (await browser.get("/v1/me", headers=headers)).status_code) == (200, 403)


async def test_two_browsers_at_once_are_two_sessions(browser: httpx.AsyncClient, house: House) -> None:
    """Signing in twice at the same moment gives two sessions, and both count."""
    async with browser_of(house) as other:
        answers: Any = await asyncio.gather(sign_in(browser), sign_in(other))

        assert [answer.status_code for answer in answers] == [200, 200]
        assert [(await each.get("/v1/me")).status_code for each in (browser, other)] == [200, 200]
