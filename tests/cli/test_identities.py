from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import score, states_of, tell, work


async def test_an_identity_is_rotated_revoked_and_restored(remit: Remit, asked: House) -> None:
    """Each command says what it did, the list shows the state, and what waited goes on after the last."""
    rotated = await remit("identity", "rotate", "as-told", "--reason", "every month", "--json")
    revoked = await remit("identity", "revoke", "as-told", "--reason", "stolen", REMIT_PERSON="ken.ito")
    run = await tell(asked, score(), number="identity")
    await work(asked)
    listed = await remit("identity", "list", "--json")
    shown = await remit("identity", "show", "as-told")
    restored = await remit("identity", "restore", "as-told", "--reason", "found", "--json")
    await work(asked)

    assert rotated.json == {"worker": "as-told", "generation": 2}
    assert "the identity of `as-told` is revoked" in revoked.out
    assert {one["worker"]: one["is_revoked"] for one in listed.json}["as-told"] is True
    assert "spiffe://remit.internal/customer_experience/worker/as-told, revoked" in shown.out
    assert "by ken.ito: stolen" in shown.out
    assert restored.json == {"worker": "as-told", "runs": 1}
    assert await states_of(asked, run) == ["done", "performed"]


async def test_who_may_not_is_told_so(remit: Remit) -> None:
    """Another role, the same person, an unknown worker and a missing reason each have their exit code."""
    await remit("identity", "revoke", "as-told", "--reason", "stolen")

    codes = [
        (await remit("identity", "revoke", "double-write", "--reason", "x", REMIT_PERSON="maria.rossi")).code,
        (await remit("identity", "restore", "as-told", "--reason", "x")).code,
        (await remit("identity", "rotate", "as-told", "--reason", "x")).code,
        (await remit("identity", "show", "nobody")).code,
        (await remit("identity", "revoke", "double-write")).code,
    ]

    assert codes == [4, 4, 5, 3, 6]


async def test_the_trust_domain_is_a_setting(remit: Remit) -> None:
    """The SPIFFE ids begin with it; one that cannot stand there is an error."""
    listed = await remit("identity", "list", "--json", REMIT_TRUST_DOMAIN="workers.example.com")
    refused = await remit("identity", "list", REMIT_TRUST_DOMAIN="https://example.com")

    assert all(one["id"].startswith("spiffe://workers.example.com/") for one in listed.json)
    assert refused.code == 1
    assert "REMIT_TRUST_DOMAIN" in refused.error
