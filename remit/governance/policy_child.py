"""Read rules from standard input and answer with what they are, in a process that may die of them.

Started by `policy_check` as a file of its own, so that it needs nothing of the house. It works on a small stack: what
it survives here is far from the limit of the process that asked.
"""

import json
import sys
import threading
from pathlib import Path
from typing import Any, cast

import cedarpy

_STACK = 1024 * 1024


def _answer(text: str, schema: str) -> dict[str, Any]:
    try:
        parsed = cedarpy.policies_to_json_str(text)
        result = cedarpy.validate_policies(  # pyright: ignore[reportUnknownMemberType]  # a bare `dict` there
            text, cedarpy.Schema.from_str(schema)
        )
    except ValueError as error:
        return {"parsed": "", "errors": [str(error)]}
    names = cast("dict[str, str]", result.id_annotations_by_policy_id)  # pyright: ignore[reportUnknownMemberType]  # bare `dict`
    errors = [f"rule `{names.get(error.policy_id, error.policy_id)}`: {error.error}" for error in result.errors]
    return {"parsed": parsed, "errors": errors}


def _main() -> None:
    schema = Path(sys.argv[1]).read_text(encoding="utf-8")
    text = sys.stdin.buffer.read().decode("utf-8")
    sys.stdout.write(json.dumps(_answer(text, schema)))


if __name__ == "__main__":
    threading.stack_size(_STACK)
    thread = threading.Thread(target=_main)
    thread.start()
    thread.join()
