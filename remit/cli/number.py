"""The number of something as a list prints it whole."""

from typing import Annotated
from uuid import UUID

import typer

from remit.errors import InputInvalid

Number = Annotated[str, typer.Argument(help="its number")]


def read_number(text: str) -> UUID:
    """Read a number as it is listed.

    Raises:
        InputInvalid: It is none.
    """
    try:
        return UUID(text)
    except ValueError:
        raise InputInvalid(f"`{text[:40]}` is no number. Copy it whole from the list") from None
