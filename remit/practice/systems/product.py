"""The product's own telemetry: weekly usage of each account. It can only be read."""

from typing import Any, Final

from remit.connections.operation import Kind, Operation
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records


async def _get_usage(records: Records, asked: Arguments) -> Data | None:
    usage = await records.get("usage", asked["account"])
    weeks = asked.get("weeks", 0)
    return usage if usage is None or weeks <= 0 else usage | {"weeks": usage["weeks"][-weeks:]}


async def _list_usage(records: Records, asked: Arguments) -> list[dict[str, Any]]:
    """Give each account's last weeks. A week nobody reported is not in the list: that is not the same as none used."""
    weeks = max(asked.get("weeks", 5), 1)
    return [usage | {"weeks": usage["weeks"][-weeks:]} for usage in await records.find("usage")]


PRODUCT: Final = (
    Deed(
        operation=Operation(
            name="product.get_usage",
            kind=Kind.READ,
            summary="Read an account's usage by week, oldest first.",
            required=("account",),
        ),
        takes={"account": Shape.TEXT, "weeks": Shape.NUMBER},
        does=_get_usage,
    ),
    Deed(
        operation=Operation(
            name="product.list_usage", kind=Kind.READ, summary="List the last weeks' usage of every account."
        ),
        takes={"weeks": Shape.NUMBER},
        does=_list_usage,
    ),
)
"""What the telemetry can be asked."""
