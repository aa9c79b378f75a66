import re
from dataclasses import fields
from pathlib import Path

import pytest

from remit.errors import SettingsInvalid
from remit.settings import PREFIX, Settings, read_settings

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_stands_in_the_docs() -> None:
    """The page of settings has a line for each setting, with its default, and for no other."""
    rows = dict(re.findall(r"^\| `(REMIT_\w+)` \| [^|]+ \| ([^|]+) \|", DOCS.read_text(), re.MULTILINE))
    named = {field.name: rows.pop(f"{PREFIX}{field.name.upper()}") for field in fields(Settings)}

    plain = {name: said.strip("`") for name, said in named.items() if said.startswith("`") and " in " not in said}

    assert rows == {}
    assert plain == {
        name: {"True": "yes", "False": "no"}.get(str(getattr(Settings(), name)), str(getattr(Settings(), name)))
        for name in plain
    }
    assert {name for name, said in named.items() if said == "empty"} == {
        field.name for field in fields(Settings) if getattr(Settings(), field.name) == ""
    }


@pytest.mark.parametrize(
    ("variable", "text", "said"),
    [
        ("REMIT_PORT", "many", "`REMIT_PORT` cannot be `many`. It takes a whole number from 0 to 65535"),
        ("REMIT_PORT", "65536", "`REMIT_PORT` cannot be `65536`. It takes a whole number from 0 to 65535"),
        ("REMIT_PORT", "", "`REMIT_PORT` cannot be ``. It takes a whole number from 0 to 65535"),
        ("REMIT_CONCURRENCY", "1", "`REMIT_CONCURRENCY` cannot be `1`. It takes a whole number from 2 to 1000"),
        ("REMIT_PRACTICE", "maybe", "`REMIT_PRACTICE` cannot be `maybe`. It takes yes or no"),
        ("REMIT_PROT", "1", "unknown setting `REMIT_PROT`. Did you mean `REMIT_PORT`?"),
        ("REMIT_XYZ", "1", "unknown setting `REMIT_XYZ`. See docs/settings.md for those there are"),
    ],
)
def test_a_wrong_setting_is_told_what_it_takes(variable: str, text: str, said: str) -> None:
    """An unknown variable or a value that cannot be used is an error that names it and what would do."""
    with pytest.raises(SettingsInvalid) as caught:
        read_settings({variable: text})

    assert str(caught.value) == said


def test_each_kind_of_setting_is_read() -> None:
    """Paths, numbers, texts and yes or no become values; other variables are none of ours."""
    environment = {
        "REMIT_DATA_DIRECTORY": "/data",
        "REMIT_PORT": "0",
        "REMIT_HOST": "::1",
        "REMIT_PRACTICE": "NO",
        "REMIT_API_HOSTS": " a.example, ,b.example ",
        "PATH": "x",
    }

    settings = read_settings(environment)

    assert settings == Settings(
        data_directory=Path("/data"), port=0, host="::1", practice=False, api_hosts=" a.example, ,b.example "
    )
    assert settings.drop == Path("/data/drop")
    assert settings.hosts == ("::1", "a.example", "b.example")


def test_the_drop_folder_can_be_elsewhere() -> None:
    """A drop folder that is set is used as it is."""
    assert read_settings({"REMIT_DROP_DIRECTORY": "/in"}).drop == Path("/in")
