"""What is typed into the form that asks for an action to be taken back."""

import pytest

from remit.errors import InputInvalid
from remit.web.pages.taking_back import read_arguments
from tests.houses import rows_of, score, tell, work
from tests.pages.conftest import Site


def test_what_was_text_stays_text() -> None:
    """A text that looks like a number is one no more than before; a number is read as a number, unknown ones too."""
    done = {"invoice": "2031", "score": 40, "flags": ["a"]}
    form = {
        "reason": "wrong",
        "argument.invoice": "2030",
        "argument.score": "75",
        "argument.flags": '["b"]',
        "argument.note": "as it was",
        "argument.count": "3",
        "argument.empty": " ",
    }

    given = read_arguments(form, done)

    assert given == {"invoice": "2030", "score": 75, "flags": ["b"], "note": "as it was", "count": 3}


def test_what_was_a_number_is_no_text() -> None:
    """A text where a number was is refused, with what to write."""
    with pytest.raises(InputInvalid, match="Write a number as a number"):
        read_arguments({"argument.score": "high"}, {"score": 40})


@pytest.mark.parametrize(
    "key", ["", "x:1", "00000000-0000-0000-0000-000000000000:0", "00000000-0000-0000-0000-000000000000"]
)
async def test_an_action_there_is_not_is_not_found(site: Site, key: str) -> None:
    """A key that names no action leads to a page that says so, and requests nothing."""
    await tell(site.house, score(), number=1)
    await work(site.house)
    page = await site.visit("/stop")
    token = await page.locator("input[name=csrf_token]").first.get_attribute("value")

    form: dict[str, str | float | bool] = {
        "csrf_token": token or "",
        "key": key,
        "reason": "wrong",
        "argument.score": "1",
    }
    answer = await page.context.request.post("/stop/00000000-0000-0000-0000-000000000000/reversals", form=form)

    assert answer.status == 404
    assert await rows_of(site.house, "SELECT id FROM run WHERE reverses <> ''") == []
