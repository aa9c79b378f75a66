"""The lines of the launch checklist: what each asks, and who signs it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from remit.governance import readiness_checks as checks
from remit.governance.authority import Permission
from remit.governance.readiness_checks import Found, Known


class Group(StrEnum):
    """The parts of the checklist."""

    CHARTER = "charter"
    DATA = "data"
    CONTROLS = "controls"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the checklist."""

    key: str
    group: Group
    asks: str
    look: Callable[[Known], Found]
    signed_by: Permission
    """what whoever signs must be permitted in the domain"""
    evidence: str
    """the page that shows it; `{worker}` stands for the name"""
    is_written: bool = False
    """whether it stands on the charter, so that whoever wrote that does not sign"""
    needs_words: bool = False
    """whether the house cannot tell by itself, and whoever signs says what they found"""


_BUSINESS, _TECHNICAL, _RISK = Permission.WORKERS_APPROVE, Permission.WORKERS_DEPLOY, Permission.RULES_APPROVE
_PAGE: Final = "/workers/{worker}"

LINES: Final = (
    Line(
        key="job",
        group=Group.CHARTER,
        asks="The job, and the point where a person takes over, are written down",
        look=checks.check_job,
        signed_by=_BUSINESS,
        evidence=f"{_PAGE}/charter",
        is_written=True,
    ),
    Line(
        key="triggers",
        group=Group.CHARTER,
        asks="What begins it is defined",
        look=checks.check_triggers,
        signed_by=_BUSINESS,
        evidence=_PAGE,
        is_written=True,
    ),
    Line(
        key="permissions",
        group=Group.CHARTER,
        asks="Each permission has a business reason, and what is prohibited is said",
        look=checks.check_grants,
        signed_by=_TECHNICAL,
        evidence=f"{_PAGE}/could",
        is_written=True,
    ),
    Line(
        key="reviews",
        group=Group.CHARTER,
        asks="When a person is asked first, and who, is written",
        look=checks.check_reviews,
        signed_by=_BUSINESS,
        evidence=f"{_PAGE}/could",
        is_written=True,
    ),
    Line(
        key="outcome",
        group=Group.CHARTER,
        asks="Its outcome is a figure of the business, with its contribution to margin",
        look=checks.check_outcome,
        signed_by=_BUSINESS,
        evidence=f"{_PAGE}/reviews",
        needs_words=True,
    ),
    Line(
        key="connections",
        group=Group.DATA,
        asks="Every system it uses is connected and answers",
        look=checks.check_connections,
        signed_by=_TECHNICAL,
        evidence="/connections",
    ),
    Line(
        key="data",
        group=Group.DATA,
        asks="Which data it sees of each system is said",
        look=checks.check_data,
        signed_by=_TECHNICAL,
        evidence=_PAGE,
        is_written=True,
    ),
    Line(
        key="retention",
        group=Group.DATA,
        asks="How long its traces are kept is set",
        look=checks.check_retention,
        signed_by=_RISK,
        evidence=f"{_PAGE}/charter",
        is_written=True,
    ),
    Line(
        key="tried",
        group=Group.DATA,
        asks="It was tried beside people, who judged what it proposed",
        look=checks.check_tried,
        signed_by=_BUSINESS,
        evidence=f"{_PAGE}/reviews",
    ),
    Line(
        key="limits",
        group=Group.CONTROLS,
        asks="Budgets of a day and limits of a run are set",
        look=checks.check_limits,
        signed_by=_RISK,
        evidence=f"{_PAGE}/costs",
        is_written=True,
    ),
    Line(
        key="harm",
        group=Group.CONTROLS,
        asks="The most it could do wrong in a day is known and accepted",
        look=checks.check_harm,
        signed_by=_RISK,
        evidence=f"{_PAGE}/costs",
    ),
    Line(
        key="kill-switch",
        group=Group.CONTROLS,
        asks="A drill of the kill switch has passed lately",
        look=checks.check_switch,
        signed_by=_TECHNICAL,
        evidence="/drills",
    ),
    Line(
        key="rollback",
        group=Group.CONTROLS,
        asks="What it does can be taken back, or is asked first",
        look=checks.check_rollback,
        signed_by=_TECHNICAL,
        evidence=f"{_PAGE}/could",
    ),
    Line(
        key="identity",
        group=Group.CONTROLS,
        asks="It has an identity of its own: account, mail, phone and seat",
        look=checks.check_identity,
        signed_by=_TECHNICAL,
        evidence=f"{_PAGE}/identity",
    ),
    Line(
        key="watch",
        group=Group.CONTROLS,
        asks="Somebody watches it, and hears of what is unusual",
        look=checks.check_watch,
        signed_by=_TECHNICAL,
        evidence="/?worker={worker}",
    ),
    Line(
        key="business-owner",
        group=Group.PEOPLE,
        asks="A named business owner answers for its value and coaches it",
        look=checks.check_business,
        signed_by=_TECHNICAL,
        evidence=_PAGE,
    ),
    Line(
        key="technical-owner",
        group=Group.PEOPLE,
        asks="A named technical owner answers for its safety",
        look=checks.check_technical,
        signed_by=_BUSINESS,
        evidence=_PAGE,
    ),
    Line(
        key="seats",
        group=Group.PEOPLE,
        asks="Three people answer for each action it can take",
        look=checks.check_seats,
        signed_by=_RISK,
        evidence=f"{_PAGE}/raci",
    ),
    Line(
        key="reviewers",
        group=Group.PEOPLE,
        asks="There are enough people to answer what it asks",
        look=checks.check_reviewers,
        signed_by=_BUSINESS,
        evidence="/people",
    ),
    Line(
        key="escalation",
        group=Group.PEOPLE,
        asks="Whoever takes over, here and in other domains, is here",
        look=checks.check_paths,
        signed_by=_BUSINESS,
        evidence="/map",
    ),
)
"""The checklist, in the order it is read."""
