"""`/settings`: how the pages are read, and how the person who looks signs in."""

from collections.abc import Sequence
from functools import cache
from typing import Annotated, Final
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from babel.dates import get_timezone_location
from fastapi import APIRouter, Form, Request, Response
from webauthn.helpers import bytes_to_base64url

from remit.errors import InputInvalid
from remit.governance import passkeys
from remit.governance.accounts import change_password, list_sign_ins
from remit.governance.personal_tokens import LONGEST_DAYS, list_tokens, mint_token, revoke_token
from remit.governance.sessions import end_sessions, list_sessions
from remit.runtime.house import House
from remit.runtime.notifying import list_notices
from remit.store.database import Row
from remit.web.asked import AskedHouse
from remit.web.browser import forget_session, session_id
from remit.web.pages.preferences import Preferences, save_preferences
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=1000)]

THEMES: Final = ("light", "dark")
_LOCALES: Final = (
    "en_GB", "en_US", "en_IE", "en_AU", "en_CA", "en_IN", "de_DE", "de_AT", "de_CH", "fr_FR", "fr_CH", "fr_CA",
    "it_IT", "it_CH", "es_ES", "es_MX", "pt_PT", "pt_BR", "nl_NL", "nl_BE", "da_DK", "sv_SE", "nb_NO", "fi_FI",
    "pl_PL", "cs_CZ", "sk_SK", "hu_HU", "ro_RO", "el_GR", "tr_TR", "ja_JP", "ko_KR", "zh_Hans_CN", "hi_IN",
)  # fmt: skip
_LOOKED_AT: Final = 50  # notices, for which channels reach somebody


@router.get("/settings")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """Show everything a person sets for themselves."""
    return page(request, visitor, "settings.html", await _shown(request, house, visitor))


@router.post("/settings")
async def save(
    house: AskedHouse,
    visitor: AskedVisitor,
    locale: Typed = "",
    time_zone: Typed = "",
    theme: Typed = "",
    keys: Typed = "",
) -> Response:
    """Keep how the pages are read."""
    if locale not in {"", *_LOCALES} or time_zone not in {"", *_zones()} or theme not in {"", *THEMES}:
        raise InputInvalid("a language, a time zone or a theme is none that is offered. Choose from the lists")
    liked = Preferences(locale=locale, time_zone=time_zone, theme=theme, keys=bool(keys))
    await save_preferences(house.database, visitor.person.id, liked)
    return see_other("/settings", "Kept. It holds in every browser you sign in with.")


@router.post("/settings/password")
async def set_password(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    current: Typed = "",
    password: Typed = "",
    again: Typed = "",
) -> Response:
    """Change the own password; every session ends, this one too."""
    if password != again:
        raise InputInvalid("the new password was not typed the same twice. Type it again")
    address = request.client.host if request.client else ""
    await change_password(house.database, visitor.person.id, (current, password), address, house.clock.now())
    response = see_other("/sign-in?next=/settings")
    forget_session(request, response)
    return response


@router.post("/settings/sign-out-everywhere")
async def sign_out_everywhere(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """End every session of the visitor; personal tokens go on until they are revoked."""
    await end_sessions(house.database, visitor.person.id)
    response = page(request, None, "signed_out.html", {"farewell": ""})
    forget_session(request, response)
    return response


@router.post("/settings/tokens")
async def mint(
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    days: Annotated[int, Form(ge=1, le=LONGEST_DAYS)] = 30,
) -> Response:
    """Make a token, and show it this once; so the answer is the page itself."""
    who = visitor.person.id
    token = await mint_token(house.database, who, days, who, house.clock.now())
    return page(request, visitor, "settings.html", {**await _shown(request, house, visitor), "token": token})


@router.get("/settings/tokens")
async def show_tokens(_: AskedVisitor) -> Response:
    """Lead somebody who loads the page again to the settings: the token was shown once."""
    return see_other("/settings#tokens")


@router.post("/settings/tokens/{token}/revoke")
async def revoke(house: AskedHouse, visitor: AskedVisitor, token: UUID) -> Response:
    """Let a token count no more."""
    who = visitor.person.id
    await revoke_token(house.database, who, token, who, house.clock.now())
    return see_other("/settings#tokens", "The token counts no more, from the next request on.")


@router.post("/settings/passkeys/remove")
async def remove_passkey(house: AskedHouse, visitor: AskedVisitor, passkey: Typed = "") -> Response:
    """Remove a passkey; what it signed stays valid."""
    who = visitor.person.id
    await passkeys.remove(house.database, who, passkey, who, house.clock.now())
    return see_other("/settings#passkeys", "The passkey is removed; what it signed stays valid in the ledger.")


async def _shown(request: Request, house: House, visitor: Visitor) -> dict[str, object]:
    who, now = visitor.person.id, house.clock.now()
    rows = await house.database.fetch("list_passkeys", who)
    sign_ins = await list_sign_ins(house.database, who)
    return {
        "locales": [(name, Locale.parse(name).get_display_name("en") or name) for name in _LOCALES],
        "zones": _zones(),
        "themes": THEMES,
        "has_password": any(not row["issuer"] for row in sign_ins),
        "sign_ins": sign_ins,
        "sessions": await list_sessions(house.database, who, now, this=session_id(request)),
        "tokens": await list_tokens(house.database, who, now),
        "passkeys": [(bytes_to_base64url(row["id"]), row) for row in rows],
        "channels": _channels(await list_notices(house.database, who, limit=_LOOKED_AT)),
        "looked_at": _LOOKED_AT,
        "token": "",
        "longest_days": LONGEST_DAYS,
    }


def _channels(notices: Sequence[Row]) -> list[tuple[str, str, str]]:
    """Tell by which channel and address the last notices went, each with what became of the newest."""
    found: dict[tuple[str, str], str] = {}
    for notice in notices:
        for each in notice["deliveries"]:
            found.setdefault((each["channel"], each["address"]), each["state"])
    return [(channel, address, state) for (channel, address), state in found.items()]


@cache
def _zones() -> tuple[str, ...]:
    """List the time zones a person can choose: places, and UTC."""
    places = (
        zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/"))
    )
    return ("UTC", *sorted(zone for zone in places if get_timezone_location(zone, locale="en")))
