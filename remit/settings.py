"""The settings: one frozen value, made once when a process starts."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any, cast

from remit.errors import SettingsInvalid

PREFIX = "REMIT_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What can be set, each by the environment variable `REMIT_` and its name in capitals."""

    data_directory: Path = Path(".remit")
    """where the embedded database, the keys and the drop folder live"""
    database_url: str = ""
    """a PostgreSQL to use instead of the embedded one"""
    host: str = "127.0.0.1"
    """the address the API listens on"""
    port: int = 8710
    """the port the API listens on; 0 takes any that is free"""
    api_hosts: str = ""
    """further host names the API answers to, separated by commas, as when it stands behind a proxy"""
    witnesses: str = ""
    """who countersigns the ledger's checkpoints: `URL KEY` of each, separated by commas"""
    groups: str = ""
    """which roles the groups of an identity provider give: `group=role` or `group=role@domain`, separated by commas"""
    oidc_issuer: str = ""
    """the identity provider people sign in with, as its own URL; empty means passwords alone"""
    oidc_client_id: str = ""
    """what the identity provider calls this house; the client's secret is `oidc` in the vault"""
    public_url: str = ""
    """what the links in notices begin with, as in `https://remit.example.com`; empty means `host` and `port`"""
    workers_directory: Path = Path(__file__).parent / "workers"
    """where the folders of workers are"""
    employ_at_once: bool = False
    """whether a changed folder of a worker is put to work at the next start, with no second person: for development"""
    drop_directory: Path = Path()
    """the folder whose new files become signals; empty means `drop` in the data directory"""
    vault_key: str = ""
    """the key of the vault, 32 bytes in base64; empty means the file `vault.key` in the data directory"""
    model: str = ""
    """the language model for judgements, as pydantic-ai names it; empty means local judgement"""
    concurrency: int = 16
    """how many runs one process works on at a time, 2 to 1000"""
    trust_domain: str = "remit.internal"
    """what the SPIFFE ids of workers begin with, behind `spiffe://`"""
    person: str = "you"
    """who gives commands on the command line: a person's id"""
    practice: bool = True
    """whether the practice company is open"""

    @property
    def drop(self) -> Path:
        """The drop folder, wherever it was set."""
        return self.data_directory / "drop" if self.drop_directory == Path() else self.drop_directory

    @property
    def link_base(self) -> str:
        """What the links in notices begin with."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.public_url or f"http://{host}:{self.port}"

    @property
    def hosts(self) -> tuple[str, ...]:
        """The host names the API answers to, besides those of this machine to itself."""
        return (self.host, *(host.strip() for host in self.api_hosts.split(",") if host.strip()))


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings from the environment.

    Raises:
        SettingsInvalid: A variable that begins with `REMIT_` is unknown, or a value cannot be used.
    """
    known: dict[str, type] = {field.name: type(cast("object", field.default)) for field in fields(Settings)}
    given = {name.removeprefix(PREFIX).lower(): text for name, text in environment.items() if name.startswith(PREFIX)}
    for name in sorted(given.keys() - known.keys()):
        near = get_close_matches(name, known, n=1)
        advice = f"Did you mean `{PREFIX}{near[0].upper()}`?" if near else "See docs/settings.md for those there are"
        raise SettingsInvalid(f"unknown setting `{PREFIX}{name.upper()}`. {advice}")
    values: dict[str, Any] = {name: _read(name, text, known[name]) for name, text in given.items()}
    return Settings(**values)


def _read(name: str, text: str, kind: type) -> object:
    try:
        return _parse(name, text, kind)
    except (KeyError, ValueError):
        wanted = f"{_WANTED[kind]} from {_RANGES[name][0]} to {_RANGES[name][-1]}" if kind is int else _WANTED[kind]
        raise SettingsInvalid(f"`{PREFIX}{name.upper()}` cannot be `{text[:100]}`. It takes {wanted}") from None


def _parse(name: str, text: str, kind: type) -> object:
    if kind is bool:
        return _BOOLEANS[text.strip().lower()]
    if kind is int:
        return _RANGES[name][_RANGES[name].index(int(text))]
    return Path(text) if issubclass(kind, Path) else text


_BOOLEANS = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
_RANGES: Mapping[str, range] = {"port": range(65536), "concurrency": range(2, 1001)}
_WANTED: Mapping[type, str] = {
    bool: "yes or no",
    int: "a whole number",
    str: "a text",
    type(Path()): "a path",
}
