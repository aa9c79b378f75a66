"""The pipeline: clean opportunities, stale ones, ones with fields missing, and unusual histories."""

from datetime import date
from random import Random
from typing import Any, Final

from remit.practice.history.accounts import NAMES
from remit.practice.history.record import Record, day, dice_for
from remit.practice.people import SALES

_STAGES: Final = ("discovery", "qualified", "proposal", "negotiation")
_WHAT: Final = ("Expansion", "Renewal", "Second site", "Analytics add-on", "Training")
_STEPS: Final = ("send the proposal", "call about the budget", "demo for the users", "meet the sponsor", "legal review")

_ODD: Final[dict[str, dict[str, Any]]] = {
    "O-301": {"account": 0, "stage": "negotiation", "touched": -4},
    "O-302": {"account": 1, "stage": "proposal", "touched": -47, "next": -30},
    "O-303": {"account": 2, "stage": "proposal", "touched": -63, "postponed": 3},
    "O-304": {"account": 3, "next_step": None, "next": None},
    "O-305": {"account": 4, "amount": None},
    "O-306": {"account": 5, "decision_maker": None, "close": None},
    "O-307": {"account": 6, "stage": "qualified", "close": -21},
    "O-308": {"account": 7, "postponed": 6, "touched": -3, "close": 5},
    "O-309": {"account": 8, "history": ("discovery", "negotiation", "discovery", "lost", "proposal")},
    "O-310": {"account": 9, "amount": 98_000_000, "stage": "discovery"},
    "O-311": {"account": 10, "owner": None},
    "O-312": {"account": 11, "stage": "won", "touched": -1, "close": -1},
    "O-313": {"account": 12, "touched": -14, "next": -1},
    "O-314": {"account": 13, "stage": "lost", "touched": -5},
    "O-315": {"account": 5, "owner": "eva.lang", "touched": -95},
}
"""What is unusual, by opportunity."""


def opportunities(seed: int, today: date) -> list[Record]:
    """Invent the opportunities."""
    dice = dice_for(seed, "opportunities")
    return [_opportunity(dice, f"O-{301 + place}", today) for place in range(32)]


def _opportunity(dice: Random, opportunity: str, today: date) -> Record:
    place = dice.randrange(len(NAMES))
    usual: dict[str, Any] = {
        "account": place,
        "stage": dice.choice(_STAGES),
        "owner": dice.choice(SALES),
        "amount": dice.randint(8, 90) * 100_000,
        "touched": -dice.randint(1, 13),
        "next_step": dice.choice(_STEPS),
        "next": dice.randint(1, 14),
        "close": dice.randint(15, 120),
        "postponed": dice.choice((0, 0, 0, 1)),
        "created": -dice.randint(120, 240),
        "decision_maker": "C1",
    }
    figures = usual | _ODD.get(opportunity, {})
    account = f"A-{101 + figures['account']}"
    maker = figures["decision_maker"] and f"{account}-{figures['decision_maker']}"
    return Record(
        system="crm",
        kind="opportunity",
        data={
            "id": opportunity,
            "account": account,
            "name": f"{NAMES[figures['account']]}: {dice.choice(_WHAT)}",
            "stage": figures["stage"],
            "amount": figures["amount"],
            "currency": "EUR",
            "owner": figures["owner"],
            "decision_maker": maker,
            "next_step": figures["next_step"],
            "next_step_on": None if figures["next"] is None else day(today, figures["next"]),
            "close_on": None if figures["close"] is None else day(today, figures["close"]),
            "created_on": day(today, figures["created"]),
            "last_activity_on": day(today, figures["touched"]),
            "postponed": figures["postponed"],
            "stages": _history(figures, today),
        },
    )


def _history(figures: dict[str, Any], today: date) -> list[dict[str, str]]:
    """Tell the stages it went through; a usual one goes forward, one step at a time."""
    reached = figures["stage"]
    usual = (*_STAGES, "won") if reached == "won" else (*_STAGES[:2], "lost") if reached == "lost" else _STAGES
    passed = figures.get("history") or usual[: usual.index(reached) + 1]
    span = (figures["touched"] - figures["created"]) // max(len(passed), 1)
    return [
        {"stage": stage, "since": day(today, figures["created"] + place * span)} for place, stage in enumerate(passed)
    ]
