"""`/readiness`: the launch checklist of each worker, and the signatures of people under its lines."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response

from remit.governance.readiness import CheckedLine, LineState, Packet, Readiness, Signing
from remit.governance.readiness_lines import Group
from remit.runtime.house import House
from remit.web.asked import AskedHouse
from remit.web.pages.rendering import page, see_other
from remit.web.pages.visitor import AskedVisitor

router = APIRouter(include_in_schema=False)

Typed = Annotated[str, Form(max_length=4000)]


@router.get("/readiness")
async def show_all(request: Request, house: AskedHouse, visitor: AskedVisitor) -> Response:
    """List workers by how much is missing before launch."""
    packets = await readiness_of(house).packets(visitor.formats.now)
    rows = [(packet, {state: _count(packet, state) for state in LineState}) for packet in packets]
    shown = {"rows": rows, "states": list(LineState)}
    return page(request, visitor, "readiness.html", shown)


@router.get("/readiness/{worker}")
async def show(
    request: Request,
    worker: str,
    house: AskedHouse,
    visitor: AskedVisitor,
    at: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """Show the checklist of one worker, and who signed what; `at` is the line somebody looks at."""
    packet = await readiness_of(house).packet(worker, visitor.formats.now)
    domain = packet.worker.domain.value
    shown = {
        "it": packet.worker,
        "packet": packet,
        "groups": [(group, _of(packet, group)) for group in Group],
        "refusals": {each.line.key: each.refusal(visitor.person, domain) for each in packet.lines},
        "at": at,
        "next_open": _next(packet, at),
    }
    return page(request, visitor, "readiness_worker.html", shown)


@router.post("/readiness/{worker}/{line}")
async def sign(  # what is signed
    worker: str, line: str, house: AskedHouse, visitor: AskedVisitor, digest: Typed = "", note: Typed = ""
) -> Response:
    """Sign a line, for exactly the evidence that was shown."""
    signing = Signing(worker=worker, line=line, digest=digest, note=note, who=visitor.person.id)
    readiness = readiness_of(house)
    await readiness.sign(signing, house.clock.now())
    packet = await readiness.packet(worker, house.clock.now())
    after = _next(packet, line)
    said = (
        "Signed. Nothing is missing any more."
        if packet.is_ready
        else f"Signed. {len(packet.outstanding)} lines are left."
    )
    return see_other(f"/readiness/{worker}{f'?at={line}#{after}' if after else ''}", said)


def readiness_of(house: House) -> Readiness:
    """Give the checklists of a house."""
    return Readiness(house.database, house.connections, house.roster.shipped)


def _of(packet: Packet, group: Group) -> Sequence[CheckedLine]:
    return [each for each in packet.lines if each.line.group is group]


def _next(packet: Packet, at: str) -> str:
    """Name the next line that is not signed, from the top again after the last; empty when there is none."""
    keys = [each.line.key for each in packet.lines]
    place = keys.index(at) + 1 if at in keys else 0
    left = {each.line.key for each in packet.outstanding}
    return next((key for key in (*keys[place:], *keys[:place]) if key in left), "")


def _count(packet: Packet, state: LineState) -> int:
    return sum(each.state is state for each in packet.lines)
