"""How people can sign in, as the settings say."""

from dataclasses import dataclass, field

from remit.connections.vault import Vault
from remit.errors import SettingsInvalid
from remit.governance.groups import Groups, read_groups
from remit.settings import Settings
from remit.web.oidc import Provider


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWays:
    """What the house needs to know to let people in."""

    public_url: str = ""
    """under which name browsers know the house, when it stands behind a proxy"""
    provider: Provider | None = None
    """the identity provider; without one people sign in with passwords alone"""
    groups: Groups = field(default_factory=dict[str, tuple[str, ...]])


def read_ways(settings: Settings, vault: Vault) -> SignInWays:
    """Read how people can sign in.

    Raises:
        SettingsInvalid: Only half of what an identity provider needs is set, or it cannot be asked safely.
    """
    if bool(settings.oidc_issuer) != bool(settings.oidc_client_id):
        raise SettingsInvalid("`REMIT_OIDC_ISSUER` and `REMIT_OIDC_CLIENT_ID` go together. Set both, or none")
    provider = None
    if settings.oidc_issuer:
        home = settings.link_base.rstrip("/")
        provider = Provider(settings.oidc_issuer, settings.oidc_client_id, public_url=home, vault=vault)
    return SignInWays(public_url=settings.public_url, provider=provider, groups=read_groups(settings.groups))
