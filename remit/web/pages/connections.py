"""`/connections`: how the connected systems are doing, what each can be asked, and which secrets are kept for them."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from remit.connections.connection import Connection
from remit.connections.vault import Vault
from remit.errors import InputInvalid, NotFound
from remit.governance.authority import Permission, roles_with
from remit.governance.secrets import keep_secret, list_secrets, remove_secret
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Form(max_length=200)]


@router.get("/connections")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """List the connected systems with their health, and the names of the secrets."""
    may = visitor.person.may(Permission.CONNECTIONS_MODIFY)
    shown: dict[str, object] = {
        "connections": [_shown(each, visitor) for each in house.connections],
        "secrets": await list_secrets(house.database),
        "has_vault": request.app.state.vault is not None,
        "refusal": "" if may else f"Keeping secrets is for {', '.join(roles_with(Permission.CONNECTIONS_MODIFY))}.",
    }
    return page(request, visitor, "connections.html", shown)


@router.get("/connections/{system}")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor, system: str) -> Response:
    """Show one connected system: its health, its limits, and what it can be asked."""
    found = next((each for each in house.connections if each.system == system), None)
    if found is None:
        raise NotFound(f"no system `{system[:100]}` is connected. `/connections` shows those that are")
    shown = {**_shown(found, visitor), "users": await _users(house, system)}
    return page(request, visitor, "connection.html", shown)


@router.post("/connections/secrets")
async def keep(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    name: Name = "",
    value: Annotated[str, Form(max_length=20_000)] = "",
) -> Response:
    """Keep a secret, in place of an older one of the same name."""
    secret = (name.strip(), value.strip("\r\n"))
    await keep_secret(house.database, _vault(request), secret, visitor.person.id, house.clock.now())
    return see_other("/connections#vault", f"“{name.strip()}” is in the vault, for the next start on.")


@router.post("/connections/secrets/remove")
async def remove(request: Request, house: AskedHouse, visitor: AskedVisitor, name: Name = "") -> Response:
    """Remove a secret."""
    await remove_secret(house.database, _vault(request), name, visitor.person.id, house.clock.now())
    return see_other("/connections#vault", f"“{name}” is gone from the vault.")


def _vault(request: Request) -> Vault:
    vault: Vault | None = request.app.state.vault
    if vault is None:
        raise InputInvalid("this process has no key of the vault. Use `remit vault put` on the machine of the house")
    return vault


def _shown(connection: Connection, visitor: Visitor) -> dict[str, Any]:
    scope = f"connection:{connection.system}"
    return {
        "connection": connection,
        "halt": next((halt for halt in visitor.halts if halt["scope"] in {scope, "everything"}), None),
        "stop": f"/stop?scope={quote(scope)}",
    }


async def _users(house: House, system: str) -> list[str]:
    """List the workers whose charter opens a system."""
    rows = await house.database.fetch("list_halt_tree")
    return [row["name"] for row in rows if system in row["systems"]]
