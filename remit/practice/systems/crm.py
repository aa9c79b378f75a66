"""The CRM: accounts, contacts and opportunities."""

from typing import Any, Final

from remit.connections.operation import Kind, Operation, Risk, Touch
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records

_CHANGEABLE: Final = frozenset({"stage", "next_step", "next_step_on", "close_on", "decision_maker", "forecast", "note"})
_STAGES: Final = ("discovery", "qualified", "proposal", "negotiation", "won", "lost")
_BEST: Final = 100


async def _get_account(records: Records, asked: Arguments) -> Data | None:
    return await records.get("account", asked["account"])


async def _find_accounts(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("account", **asked)


async def _get_opportunity(records: Records, asked: Arguments) -> Data | None:
    return await records.get("opportunity", asked["opportunity"])


async def _list_opportunities(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("opportunity", **asked)


async def _list_contacts(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("contact", account=asked["account"])


async def _list_activities(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("activity", **asked)


async def _set_health_score(records: Records, asked: Arguments) -> dict[str, Any]:
    score = asked["score"]
    if not 0 <= score <= _BEST:
        raise SystemRefused(f"a health score is 0 to {_BEST}, not {score}. Give one in that range")
    account = await records.take("account", asked["account"])
    change = {"health_score": score, "health_reason": asked["reason"], "health_set_on": records.today}
    await records.save("account", account | change)
    return {"account": account["id"], "health_score": score, "previous": account["health_score"]}


async def _update_opportunity(records: Records, asked: Arguments) -> dict[str, Any]:
    changes: dict[str, Any] = asked["changes"]
    if not changes or not changes.keys() <= _CHANGEABLE:
        raise SystemRefused(f"the `changes` have to be some of {', '.join(sorted(_CHANGEABLE))}. Leave the rest out")
    if "stage" in changes and changes["stage"] not in _STAGES:
        raise SystemRefused(f"an opportunity has no stage `{changes['stage']}`. The stages are {', '.join(_STAGES)}")
    opportunity = await records.take("opportunity", asked["opportunity"])
    previous = {name: opportunity.get(name) for name in changes}
    await records.save("opportunity", opportunity | changes | {"last_activity_on": records.today})
    return {"opportunity": opportunity["id"], "changed": changes, "previous": previous}


async def _log_activity(records: Records, asked: Arguments) -> dict[str, Any]:
    await records.take("account", asked["account"])
    activity = asked | {"id": await records.number("ACT"), "on": records.today}
    await records.save("activity", activity)
    return {"activity": activity["id"]}


async def _notify_owner(records: Records, asked: Arguments) -> dict[str, Any]:
    account = await records.take("account", asked["account"])
    role = asked.get("role", "owner")
    if role not in {"owner", "csm"}:
        raise SystemRefused(f"an account has an `owner` and a `csm`, not a `{role[:80]}`. Name one of the two")
    if not account[role]:
        raise SystemRefused(f"account `{account['id']}` has no {role}. Have one named first")
    notice = {"id": await records.number("NTC"), "account": account["id"], "to": account[role], "on": records.today}
    await records.save("notice", notice | {"message": asked["message"]})
    return {"notice": notice["id"], "to": account[role]}


CRM: Final = (
    Deed(
        operation=Operation(
            name="crm.get_account", kind=Kind.READ, summary="Read a customer account.", required=("account",)
        ),
        takes={"account": Shape.TEXT},
        does=_get_account,
    ),
    Deed(
        operation=Operation(
            name="crm.find_accounts", kind=Kind.READ, summary="Find accounts by name, tier, owner or success manager."
        ),
        takes={"name": Shape.TEXT, "tier": Shape.TEXT, "owner": Shape.TEXT, "csm": Shape.TEXT, "domain": Shape.TEXT},
        does=_find_accounts,
    ),
    Deed(
        operation=Operation(
            name="crm.get_opportunity", kind=Kind.READ, summary="Read an opportunity.", required=("opportunity",)
        ),
        takes={"opportunity": Shape.TEXT},
        does=_get_opportunity,
    ),
    Deed(
        operation=Operation(
            name="crm.list_opportunities", kind=Kind.READ, summary="List opportunities by account, stage or owner."
        ),
        takes={"account": Shape.TEXT, "stage": Shape.TEXT, "owner": Shape.TEXT},
        does=_list_opportunities,
    ),
    Deed(
        operation=Operation(
            name="crm.list_contacts",
            kind=Kind.READ,
            touches=frozenset({Touch.PERSONAL}),
            summary="List the contacts of an account.",
            required=("account",),
        ),
        takes={"account": Shape.TEXT},
        does=_list_contacts,
    ),
    Deed(
        operation=Operation(
            name="crm.list_activities",
            kind=Kind.READ,
            summary="List what was logged on an account or opportunity.",
            outsiders=True,  # what was logged may repeat what a customer wrote
        ),
        takes={"account": Shape.TEXT, "opportunity": Shape.TEXT},
        does=_list_activities,
    ),
    Deed(
        operation=Operation(
            name="crm.set_health_score",
            kind=Kind.WRITE,
            record="account",
            summary="Set an account's health score, 0 to 100, with the reason.",
            reversed_by="crm.set_health_score",
            required=("account", "score", "reason"),
            reads_back=True,
        ),
        takes={"account": Shape.TEXT, "score": Shape.NUMBER, "reason": Shape.TEXT},
        does=_set_health_score,
    ),
    Deed(
        operation=Operation(
            name="crm.update_opportunity",
            kind=Kind.WRITE,
            record="opportunity",
            summary="Change fields of an opportunity, never its amount.",
            risk=Risk.MEDIUM,
            reversed_by="crm.update_opportunity",
            required=("opportunity", "changes", "reason"),
            reads_back=True,
        ),
        takes={"opportunity": Shape.TEXT, "changes": Shape.OBJECT, "reason": Shape.TEXT},
        does=_update_opportunity,
    ),
    Deed(
        operation=Operation(
            name="crm.log_activity",
            kind=Kind.WRITE,
            record="account",
            touches=frozenset({Touch.LOG}),
            summary="Log on an account what was done or found.",
            required=("account", "kind", "summary"),
        ),
        takes={"account": Shape.TEXT, "opportunity": Shape.TEXT, "kind": Shape.TEXT, "summary": Shape.TEXT},
        does=_log_activity,
    ),
    Deed(
        operation=Operation(
            name="crm.notify_owner",
            kind=Kind.WRITE,
            record="account",
            summary="Notify the owner of an account, or its success manager, inside the company.",
            required=("account", "message"),
        ),
        takes={"account": Shape.TEXT, "message": Shape.TEXT, "role": Shape.TEXT},
        does=_notify_owner,
    ),
)
"""What the CRM can be asked."""
