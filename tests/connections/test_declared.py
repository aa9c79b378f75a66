import base64
import os
from pathlib import Path

import pytest

from remit.connections.connection import WhenUnavailable
from remit.connections.connections import Connections
from remit.connections.declared import open_declared
from remit.connections.pace import Limits
from remit.connections.vault import Secret, Vault
from remit.errors import SecretMissing, SettingsInvalid
from remit.store.database import Database
from tests.connections.erp_server import Erp

SOUND = """\
- system: erp
  kind: http_json
  description: the books
  secret: erp-token
  when_unavailable: pause
  timeout_seconds: 5
  concurrency: 2
  per_minute: 600
  settings:
    base_url: {url}
    auth: bearer
    operations:
      - name: add_note
        kind: write
        summary: Add a note
        method: POST
        path: /notes
        body: {{text: "{{text}}", share: 0.25, on: 2024-01-02, reference: "{{key}}"}}
        statuses: {{409: busy}}
- system: inbox
  kind: drop_folder
  settings: {{folder: {folder}}}
- system: mail
  kind: smtp
  settings: {{host: 127.0.0.1, sender: remit@example.com}}
"""

BAD_PATH = """\
- system: a
  kind: http_json
  settings:
    base_url: https://x.example
    operations:
      - name: get_it
        kind: read
        summary: Get
        path: nowhere
"""


MISTAKES = [
    ("system: erp", 1, "expected a list"),
    ("- erp\n", 1, "expected a part of the list"),
    ("- system: erp\n  kind: soap\n", 2, "one of http_json, smtp, drop_folder"),
    ("- system: erp\n", 1, "`kind` cannot be ``"),
    ("- kind: drop_folder\n  settings: {folder: /x}\n", 1, "`system`: is missing"),
    ("- system: Erp 1\n  kind: drop_folder\n  settings: {folder: /x}\n", 1, "`system`"),
    ("- system: a\n  kind: drop_folder\n  settings: {folder: x}\n", 3, "full path"),
    ("- system: a\n  kind: drop_folder\n  setings: {folder: /x}\n  settings: {folder: /x}\n", 3, "spelling"),
    ("- system: a\n  kind: drop_folder\n  concurrency: 0\n  settings: {folder: /x}\n", 3, "`concurrency`"),
    ("- system: a\n  kind: drop_folder\n  timeout_seconds: .nan\n  settings: {folder: /x}\n", 3, "`timeout_sec"),
    ("- system: a\n  kind: drop_folder\n  when_unavailable: guess\n  settings: {folder: /x}\n", 3, "'retry'"),
    ("- system: a\n  kind: drop_folder\n  system: b\n", 3, "not YAML"),
    ("- system: a\n\tkind: b\n", 2, "not YAML"),
    ("- !!python/object/apply:os.system ['true']\n", 1, "expected a part of the list"),
    (2 * "- system: a\n  kind: drop_folder\n  settings: {folder: /x}\n", 4, "declared twice"),
    ("- system: a\n  kind: smtp\n  secret: gone\n  settings: {host: h, sender: a@b.c}\n", 1, "no secret `gone`"),
    ("- system: a\n  kind: smtp\n  settings: {host: h, sender: a@b.c, user: u}\n", 1, "no `secret`"),
    (BAD_PATH, 9, "begins with one `/`"),
]


@pytest.fixture
def vault(database: Database) -> Vault:
    """A vault."""
    return Vault(database, Secret(base64.b64encode(os.urandom(32)).decode()))


async def test_declared_systems_are_connected(vault: Vault, erp: Erp, tmp_path: Path) -> None:
    """What is declared is connected: with its secret, its limits, its templates and their types."""
    await vault.put("erp-token", "planted")
    path = tmp_path / "connections.yaml"
    path.write_text(SOUND.format(url=erp.url, folder=tmp_path))

    connections = Connections(await open_declared(path, vault))
    answer = await connections.for_operation("erp.add_note").perform("erp.add_note", {"text": "hi"}, "k")
    await connections.close()

    connection = connections.for_operation("erp.add_note")
    assert answer == {"text": "hi", "share": 0.25, "on": "2024-01-02", "reference": "k", "number": 1}
    assert erp.asked[0].headers["authorization"] == "Bearer planted"
    assert connection.limits == Limits(time_limit=5, concurrency=2, is_shared=True, per_minute=600, opens_after=5)
    assert connection.when_unavailable is WhenUnavailable.PAUSE
    assert [one.system for one in connections] == ["erp", "inbox", "mail"]


@pytest.mark.parametrize("text", [None, "", "# nothing yet\n", "[]"])
async def test_nothing_declared_is_nothing_connected(vault: Vault, tmp_path: Path, text: str | None) -> None:
    """No file, or an empty one, is no mistake."""
    path = tmp_path / "connections.yaml"
    if text is not None:
        path.write_text(text)

    assert await open_declared(path, vault) == ()


async def test_a_mistake_is_named_with_its_line(vault: Vault, tmp_path: Path) -> None:
    """Who made a mistake reads in which file and line, and what to do."""
    path = tmp_path / "connections.yaml"
    for text, line, words in MISTAKES:
        path.write_text(text)

        with pytest.raises((SettingsInvalid, SecretMissing)) as raised:
            await open_declared(path, vault)

        assert str(raised.value).startswith(f"{path}:{line}: "), text
        assert words in str(raised.value)


async def test_a_file_that_is_none_is_refused(vault: Vault, tmp_path: Path) -> None:
    """A wrong file is an error of the settings, not a crash."""
    path = tmp_path / "connections.yaml"
    itself = b"- &a\n  system: a\n  kind: drop_folder\n  settings: *a\n"
    for content in (b"\xff\xfe\x00", b"#" * 1_000_001, b"[" * 500, itself):
        path.write_bytes(content)

        with pytest.raises(SettingsInvalid):
            await open_declared(path, vault)


async def test_the_guide_declares_what_it_says(vault: Vault, tmp_path: Path) -> None:
    """The example of the guide is a file that can be used."""
    guide = (Path(__file__).parents[2] / "docs" / "connections.md").read_text()
    await vault.put("erp-token", "planted")
    await vault.put("mail-password", "planted")
    path = tmp_path / "connections.yaml"
    path.write_text(guide.split("```yaml\n")[1].split("```")[0])

    connections = Connections(await open_declared(path, vault))
    await connections.close()

    assert [connection.system for connection in connections] == ["erp", "mail", "drop"]
    assert connections.operation("erp.hold_invoice").reversed_by == "erp.release_invoice"
