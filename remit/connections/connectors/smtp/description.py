"""How a mail server is described in `connections.yaml`."""

from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from remit.connections.connectors.smtp.address import domain_of

_LOOPBACK: Final = {"127.0.0.1", "localhost", "::1"}


class Description(BaseModel):
    """A mail server, and who writes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] = 587
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str
    """the address that messages come from"""
    user: str = ""
    """who the password of the vault belongs to; empty means that the server asks for none"""
    ca_file: str = ""
    """the certificate authority to trust, for a server with a certificate of one's own"""

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if not domain_of(self.sender):
            raise ValueError("`sender` is an address like `workers@example.com`, without a name")
        if self.security == "none" and self.user and self.host not in _LOOPBACK:
            raise ValueError("a password is not sent over a line that is not encrypted. Use `security: starttls`")
        return self
