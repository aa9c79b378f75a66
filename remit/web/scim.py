"""`/scim/v2`: people as an identity provider keeps them, by SCIM 2.0 (RFC 7643, RFC 7644).

The protocol is `scim2-server`'s; here are the storage on the house's own tables, and the token. Reading and searching
go through all users or groups in memory, which is right for thousands of people and not for millions.
"""

import hmac
from typing import Any, Final, cast

from scim2_models import (
    AuthenticationScheme,
    ChangePassword,
    ForbiddenException,
    InvalidValueException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimProvider,
    SearchRequest,
    UnauthorizedException,
)
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.memory import InMemoryStorage
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse
from scim2_server.storage import AsyncScimStorage, SearchPage
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)

from remit import clock
from remit.clock import Clock
from remit.connections.vault import Secret, Vault
from remit.errors import InputInvalid, NotAllowed, SecretMissing
from remit.governance.claim import as_kept
from remit.governance.groups import Groups
from remit.governance.provisioning import follow, leave, person_for, user_of
from remit.governance.roles import person
from remit.store.database import Database, Transaction

SECRET: Final = "scim"  # noqa: S105  # the name of the vault's entry, not a token
"""The entry of the vault that holds the token of the identity provider; without it nobody comes in."""


class _Memory(InMemoryStorage):
    """All resources of some kinds, as the library keeps them; versions are those of the house."""

    def next_version(self) -> str:
        return f'W/"{clock.new_id().hex}"'


class PeopleStorage(AsyncScimStorage):
    """The tables of the house as the library's storage. A change and what follows from it are one transaction."""

    def __init__(self, database: Database, provider: ScimProvider, groups: Groups, time: Clock) -> None:
        self._database = database
        self._models: dict[str, Any] = {str(kind.name): provider.model_for(kind) for kind in provider.resource_types}
        self._groups = groups
        self._clock = time

    async def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Give one user or group."""
        memory = await self._load(self._database, resource_type)
        return memory.get(resource_type, resource_id, response_parameters=response_parameters)

    async def search(
        self, resource_types: list[ResourceType], search_request: SearchRequest[Any], *, position: Any = None
    ) -> SearchPage:
        """Give the users and groups that match, a page of them."""
        memory = await self._load(self._database, *resource_types)
        return memory.search(resource_types, search_request, position=position)

    async def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Keep a new user or group; a user becomes a person."""
        async with self._database.transaction() as transaction:
            await transaction.execute("lock_people")
            made = (await self._load(transaction, resource_type)).create(resource_type, resource)
            data = _as_kept(made)
            someone = None
            if resource_type.name == "User":
                someone = await person_for(transaction, user_of(data))
                await transaction.execute("save_person", someone.id, someone.name, "", list(someone.roles), False)
            await transaction.execute("save_provisioned", made.id, resource_type.name, data, someone and someone.id)
            await self._follow(transaction)
        return made

    async def update(
        self, resource_type: ResourceType, resource: Resource[Any], *, expected_version: str | None = None
    ) -> Resource[Any]:
        """Keep what became of a user or group."""
        async with self._database.transaction() as transaction:
            await transaction.execute("lock_people")
            memory = await self._load(transaction, resource_type)
            updated = memory.update(resource_type, resource, expected_version=expected_version)
            await transaction.execute("save_provisioned", updated.id, resource_type.name, _as_kept(updated), None)
            await self._follow(transaction)
        return updated

    async def delete(
        self, resource_type: ResourceType, resource_id: str, *, expected_version: str | None = None
    ) -> None:
        """Forget a user or group; the user's person has left."""
        async with self._database.transaction() as transaction:
            await transaction.execute("lock_people")
            memory = await self._load(transaction, resource_type)
            memory.delete(resource_type, resource_id, expected_version=expected_version)
            rows = await transaction.fetch("list_provisioned", [resource_type.name])
            await transaction.execute("remove_provisioned", resource_id)
            for row in rows:
                if row["id"] == resource_id and row["person"]:
                    await _permitted(leave(transaction, await person(transaction, row["person"]), self._clock.now()))
            await self._follow(transaction)

    async def _follow(self, transaction: Transaction) -> None:
        await _permitted(follow(transaction, self._groups, self._clock.now()))

    async def _load(self, source: Database | Transaction, *kinds: ResourceType) -> _Memory:
        memory = _Memory(clock=self._clock.now)
        rows = await source.fetch("list_provisioned", [kind.name for kind in kinds])
        models = self._models
        memory.resources = [cast("Resource[Any]", models[row["kind"]].model_validate(row["data"])) for row in rows]
        return memory


async def _permitted(doing: Any) -> None:
    """Tell in the protocol's words what the house does not let happen; the transaction rolls back."""
    try:
        await doing
    except (NotAllowed, InputInvalid) as error:
        raise ForbiddenException(detail=str(error)) from None


def _as_kept(resource: Resource[Any]) -> dict[str, Any]:
    """Write a resource as it is kept: a password never is, people sign in elsewhere."""
    data = resource.model_dump(mode="json", exclude_none=True)
    data.pop("password", None)
    try:
        return as_kept(data)
    except InputInvalid as error:
        raise InvalidValueException(detail=str(error)) from None


class ScimApplication(ASGIApplication):
    """SCIM for whoever bears the token in the vault."""

    def __init__(self, storage: PeopleStorage, provider: ScimProvider, vault: Vault) -> None:
        super().__init__(storage, provider)
        self._vault = vault

    async def dispatch_request(self, request: ScimRequest) -> ScimResponse:
        """Refuse a request without the token, whatever it asks; it is read anew, so that changing it takes effect."""
        scheme, _, said = (request.header("Authorization") or "").partition(" ")
        try:
            token: Secret = await self._vault.open_secret(SECRET)
        except SecretMissing:
            raise UnauthorizedException(detail="provisioning is not set up: the vault has no `scim`") from None
        if scheme.lower() != "bearer" or not hmac.compare_digest(said.encode(), token.reveal().encode()):
            raise UnauthorizedException
        return await self.handler.handle(request)


def create_scim(database: Database, vault: Vault, groups: Groups, time: Clock) -> ScimApplication:
    """Make the application to be mounted at `/scim`; its paths begin with `/v2`."""
    config = load_default_service_provider_config().model_copy(
        update={"authentication_schemes": [_BEARER], "change_password": ChangePassword(supported=False)}
    )
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    return ScimApplication(PeopleStorage(database, provider, groups, time), provider, vault)


_BEARER: Final = AuthenticationScheme(
    type=AuthenticationScheme.Type.oauthbearertoken,
    name="bearer token",
    description="the token in the vault's entry `scim`",
)
