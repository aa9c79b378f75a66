from remit.connections.vault import Vault, load_vault_key
from remit.governance.roles import Person, save_person
from remit.ledger.read import Search, find_entries
from remit.settings import read_settings
from remit.store.database import Database
from tests.cli.conftest import Remit


async def test_a_secret_goes_in_and_is_never_shown(remit: Remit, database: Database, settings: dict[str, str]) -> None:
    """A secret read from the input is opened by the house, listed by its name only, and removed."""
    put = await remit("vault", "put", "erp-token", given=b"s3cret-of-the-erp\n")

    listed = await remit("vault", "list", "--json")
    opened = await Vault(database, load_vault_key(read_settings(settings))).open_secret("erp-token")
    removed = await remit("vault", "remove", "erp-token")
    left = await remit("vault", "list")

    assert (put.code, removed.code, listed.json) == (0, 0, ["erp-token"])
    assert opened.reveal() == "s3cret-of-the-erp"
    assert "s3cret" not in put.out + put.error + listed.out
    assert left.out.strip() == "the vault is empty"


async def test_an_empty_secret_is_refused(remit: Remit) -> None:
    """Nothing to keep is an error that says how to send it in."""
    printed = await remit("vault", "put", "erp-token", given=b"\n")

    assert printed.code == 6
    assert "remit vault put NAME < file" in printed.error.replace("\n", " ")


async def test_not_everybody_keeps_secrets(remit: Remit, database: Database) -> None:
    """Once there are people, who may not connect systems keeps and removes nothing; who may stands in the ledger."""
    await save_person(database, Person(id="rita", name="Rita", roles=("reviewer",)))
    await save_person(database, Person(id="theo", name="Theo", roles=("technical-owner",)))

    refused = await remit("vault", "put", "erp-token", given=b"s3cret", REMIT_PERSON="rita")
    kept = await remit("vault", "put", "erp-token", given=b"s3cret", REMIT_PERSON="theo")
    stays = await remit("vault", "remove", "erp-token", REMIT_PERSON="rita")

    assert (refused.code, kept.code, stays.code) == (4, 0, 4)
    [entry] = await find_entries(database, Search(about="secret:erp-token"))
    assert (entry.kind, entry.body["person"]) == ("secret.kept", "theo")
    assert "s3cret" not in str(entry.body)
