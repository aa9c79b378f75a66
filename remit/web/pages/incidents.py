"""`/incidents`: what made somebody stop, what the ledger knows of it, and the review people write."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import PlainTextResponse

from remit.charters.charter import Domain, scopes_of
from remit.errors import InputInvalid, RemitError
from remit.governance import blast_report, drills, halts, incidents
from remit.governance.authority import Permission, roles_with
from remit.governance.incident_review import list_known, write_review
from remit.governance.incidents import QUESTIONS, Listed, Section, Severity, Writing
from remit.governance.roles import list_people
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.pages.errors import sentence
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor, Visitor

router = APIRouter(include_in_schema=False)

Given = Annotated[str, Query(max_length=100)]

Named = Annotated[str, Form(max_length=200)]

_PAGE: Final = 50
_REASON: Final = 2000  # characters of a reason that are said again
_STOPPABLE: Final = 8  # workers; the kill switch stops more
_STATES: Final = ("open", "reviewed", "closed")


@router.get("/incidents")
async def show_all(  # noqa: PLR0913, PLR0917  # each is a filter
    request: Request,
    house: AskedHouse,
    visitor: AskedVisitor,
    state: Given = "",
    sev: Given = "",
    after: UUID | None = None,
    was: Given = "",
) -> Response:
    """List the incidents, what is not closed first; the filters stand in the address."""
    shown_last = Listed(id=after, was_closed=was == "closed") if after else None
    rows = await incidents.list_incidents(house.database, state=state, severity=sev, after=shown_last, limit=_PAGE + 1)
    last = rows[_PAGE - 1] if len(rows) > _PAGE else None
    held = await drills.list_drills(house.database, limit=1)
    shown: dict[str, object] = {
        "incidents": rows[:_PAGE],
        "next": request.url.include_query_params(after=last["id"], was=last["state"]) if last else "",
        "first": request.url.remove_query_params(("after", "was")) if after else "",
        "severity_of": incidents.severity_of,
        "state": state,
        "sev": sev,
        "states": _STATES,
        "severities": list(Severity),
        "last_drill": held[0] if held else None,
    }
    return page(request, visitor, "incidents.html", shown)


@router.get("/incidents/{incident}")
async def show(request: Request, house: AskedHouse, visitor: AskedVisitor, incident: UUID) -> Response:
    """Show one incident: what happened, what it touched, and its review."""
    return page(request, visitor, "incident.html", await _shown(house, visitor, incident))


@router.get("/incidents/{incident}/review.md")
async def review(house: AskedHouse, _: AskedVisitor, incident: UUID) -> PlainTextResponse:
    """Give the review as Markdown, to be kept or sent."""
    headers = {"Content-Disposition": f'attachment; filename="incident-{incident}.md"', "Cache-Control": "no-store"}
    text = await write_review(house.database, incident)
    return PlainTextResponse(text, media_type="text/markdown", headers=headers)


@router.post("/incidents/{incident}/review")
async def write(request: Request, house: AskedHouse, visitor: AskedVisitor, incident: UUID) -> Response:
    """Write what was changed of the review, and add a fix; what was typed stays when something cannot be kept."""
    fields = await request.form(max_fields=100)
    typed = {name: str(value) for name, value in fields.items()}
    stands = {row["name"]: row["words"] for row in await incidents.list_sections(house.database, incident)}
    changed = [each for each in Section if _is_changed(each, typed, stands)]
    state = ""
    for section in changed:
        try:
            given = _writing(incident, section, typed, visitor.person.id)
            state = await incidents.write_section(house.database, given, house.clock.now())
        except RemitError as error:
            await incidents.show_incident(house.database, incident)  # nothing to write into: that is said instead
            typed |= {"problem": sentence(str(error)), "section": section.value}
            shown = await _shown(house, visitor, incident, typed)
            return page(request, visitor, "incident.html", shown, http_status=error.status)
    said = f"Kept: {', '.join(changed)}. The incident is {state}." if changed else "Nothing was changed."
    return see_other(f"/incidents/{incident}#review", said)


@router.post("/incidents/{incident}/stop")
async def stop(house: AskedHouse, visitor: AskedVisitor, incident: UUID, worker: Named = "") -> Response:
    """Stop one worker the incident concerns, which freezes what waits for people too."""
    row = await incidents.show_incident(house.database, incident)
    why = f"stopped from the incident of {row['scope']}: {row['reason'][:_REASON]}"
    held = await halts.stop(house.database, f"worker:{worker}", why, visitor.person.id, house.clock.now())
    said = f"{held.scope} is stopped, and its open reviews are frozen. A second person lets it go on."
    return see_other(f"/incidents/{incident}#contain", said)


@router.post("/incidents/{incident}/close")
async def close(house: AskedHouse, visitor: AskedVisitor, incident: UUID) -> Response:
    """Close an incident whose review is whole."""
    await incidents.close_incident(house.database, incident, visitor.person.id, house.clock.now())
    return see_other(f"/incidents/{incident}", "The incident is closed; its review stands as it is.")


def _stoppable(report: blast_report.BlastReport, visitor: Visitor) -> list[dict[str, object]]:
    """List the workers it concerns that go on, each with how many reviews wait and whether the visitor may stop it."""
    stopped = {halt["scope"] for halt in visitor.halts}
    return [
        {
            "name": each.name,
            "reviews": sum(review["worker"] == each.name for review in report.reviews),
            "may": visitor.person.may(Permission.HALTS_SET, each.domain),
        }
        for each in report.workers
        if stopped.isdisjoint(scopes_of(each.name, Domain(each.domain), each.process))
    ]


def _is_changed(section: Section, typed: Mapping[str, str], stands: Mapping[str, str]) -> bool:
    words = _lines(typed.get(f"words_{section}", ""))
    if section is Section.FIX:
        return any(typed.get(name, "").strip() for name in ("words_fix", "owner", "due"))
    return words != stands.get(section, "")


def _writing(incident: UUID, section: Section, typed: Mapping[str, str], who: str) -> Writing:
    words = _lines(typed.get(f"words_{section}", ""))
    if section is Section.FIX:
        owner, due = typed.get("owner", ""), _day(typed.get("due", ""))
        return Writing(incident=incident, section=section, words=words, owner=owner, due=due, who=who)
    seen = typed.get(f"over_{section}") or typed.get(f"seen_{section}", "")
    return Writing(incident=incident, section=section, words=words, who=who, seen=seen)


def _lines(words: str) -> str:
    """Give what was typed with the line ends of the house; a form sends others."""
    return words.replace("\r\n", "\n").strip()


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputInvalid("a fix needs the day by which it is done. Give one, as in `2031-05-20`") from None


async def _shown(
    house: House, visitor: Visitor, incident: UUID, typed: Mapping[str, str] | None = None
) -> dict[str, object]:
    row = await incidents.show_incident(house.database, incident)
    sections = await incidents.list_sections(house.database, incident)
    report = await blast_report.report(house.database, row["halt"], house.connections.operations)
    known = await list_known(house.database, row)
    may = visitor.person.may(Permission.INCIDENTS_MODIFY)
    return {
        "incident": row,
        "severity": incidents.severity_of(row["scope"]),
        "report": report,
        "known": known,
        "decided": [each for each in known if each.kind == "action.decided"],
        "questions": {section: text for section, text in QUESTIONS.items() if section is not Section.FIX},
        "fix_question": QUESTIONS[Section.FIX],
        "written": {each["name"]: each for each in sections},
        "fixes": [each for each in sections if each["owner"]],
        "missing": incidents.missing_of(sections),
        "stoppable": _stoppable(report, visitor)[:_STOPPABLE],
        "stoppers": roles_with(Permission.HALTS_SET),
        "people": [one.id for one in await list_people(house.database) if one.is_active],
        "typed": typed,
        "today": house.clock.now().date(),
        "may_write": may and row["state"] != "closed",
        "refusal": "" if may else f"Writing it is for {', '.join(roles_with(Permission.INCIDENTS_MODIFY))}.",
    }
