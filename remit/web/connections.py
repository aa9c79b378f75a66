"""`/v1/connections`: the connected systems as this process knows them."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from remit.connections.connection import Connection, WhenUnavailable
from remit.connections.health import Health
from remit.connections.operation import Operation
from remit.connections.pace import Limits
from remit.web.asked import AskedHouse, AskedPerson

router = APIRouter(prefix="/v1/connections", tags=["connections"])


class ShownConnection(BaseModel):
    """A connected system."""

    system: str
    is_well: bool = Field(description="whether the last thing it did was to answer; so is one nobody has asked yet")
    health: Health
    when_unavailable: WhenUnavailable
    breaker: str = Field(
        description="`closed`; `open` while it failed too often and is left alone; `half_open`: one tries"
    )
    limits: Limits = Field(description="how often it may be asked, and where its vendor says so")
    time_limit: float = Field(description="the seconds after which a request counts as lost")
    operations: list[Operation]


@router.get("", summary="List the connected systems")
async def list_connections(house: AskedHouse, _: AskedPerson) -> list[ShownConnection]:
    """List the connected systems with their health since this process started, and what each can be asked."""
    return [_shown(connection) for connection in house.connections]


def _shown(connection: Connection) -> ShownConnection:
    return ShownConnection(
        system=connection.system,
        is_well=connection.health.is_well,
        health=connection.health,
        when_unavailable=connection.when_unavailable,
        breaker=connection.breaker,
        limits=connection.limits,
        time_limit=connection.time_limit,
        operations=list(connection.operations.values()),
    )
