"""The form of a charter as JSON Schema 2020-12, so that an editor completes words and underlines mistakes.

It says less than `charter_file.py` checks: what must hold between two fields stands there alone.
"""

import json
from pathlib import Path
from typing import Any, Final, cast

from remit.charters.charter_form import CharterForm

SCHEMA_FILE: Final = Path(__file__).with_name("charter.schema.json")
"""Where the schema is kept; `python -m remit.charters.schema` writes it anew."""


def charter_schema() -> dict[str, Any]:
    """Make the schema from the form."""
    made = cast("dict[str, Any]", _cleaned(CharterForm.model_json_schema(mode="validation")))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Charter", **made}


def schema_text() -> str:
    """Write the schema as it stands in its file."""
    return json.dumps(charter_schema(), indent=2, ensure_ascii=False) + "\n"


def _cleaned(node: Any) -> Any:
    """Leave out what says nothing to an author: names of our classes, and a null that nobody can write."""
    match node:
        case dict():
            fields = {key: _cleaned(value) for key, value in cast("dict[str, Any]", node).items()}
            if isinstance(fields.get("title"), str):
                del fields["title"]
            if fields.get("default", ...) in (None, [], ""):
                del fields["default"]
            branches = [each for each in fields.get("anyOf", ()) if each != {"type": "null"}]
            if len(branches) == 1:
                del fields["anyOf"]
                return {**branches[0], **fields}
            return {**fields, "anyOf": branches} if branches else fields
        case list():
            return [_cleaned(each) for each in cast("list[Any]", node)]
        case _:
            return node


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
