"""What is no bypass, and who asks for none."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from remit.errors import InputInvalid, NotAllowed, NotFound
from remit.governance.bypasses import (
    end_bypass,
    grant_bypass,
    list_bypasses,
)
from tests.governance.resting import ask_to_rest
from tests.houses import (
    Opened,
)


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"rule": "halted"}, "no rule that may be bypassed"),
        ({"rule": "origin-unproven"}, "no rule that may be bypassed"),
        ({"rule": "x" * 10_000}, "no rule that may be bypassed"),
        ({"rule": ""}, "what is to rest"),
        ({"rule": "", "worker": "as-told"}, "what is to rest"),
        ({"rule": "review:three-people"}, "name its worker too"),
        ({"domain": "finance", "worker": "as-told", "rule": "stage-assistive"}, "works in customer_experience"),
        ({"domain": "moon"}, "is no domain"),
        ({"domain": ""}, "is no domain"),
        ({"lasts": timedelta(hours=4, seconds=1)}, "four hours at most"),
        ({"lasts": timedelta()}, "four hours at most"),
        ({"lasts": timedelta(hours=-1)}, "four hours at most"),
        ({"reason": " "}, "needs a reason"),
        ({"reason": "\x00"}, "cannot be kept"),
    ],
)
async def test_what_is_no_bypass_is_refused(opened: Opened, asked: dict[str, Any], says: str) -> None:
    """A bypass names what is to rest, why, and for four hours at most."""
    house, _ = opened

    with pytest.raises(InputInvalid, match=says):
        await ask_to_rest(house, **asked)

    assert await list_bypasses(house.database, house.clock.now(), is_running=False) == []


async def test_not_everybody_asks_and_what_is_not_there_is_not_found(opened: Opened) -> None:
    """Asking is a permission in the domain; a number that never was is not found."""
    house, _ = opened

    for person in ("nina.kowalski", "maria.rossi", "jonas.weber", "nobody"):
        with pytest.raises(NotAllowed):
            await ask_to_rest(house, by=person)
    for call in (grant_bypass, end_bypass):
        with pytest.raises(NotFound):
            await call(house.database, UUID(int=1), "you", house.clock.now())
