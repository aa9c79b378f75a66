import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from remit.connections.connector import Connector
from remit.practice.company import Company
from tests.connections.conformance import CHECKS, Check, name_of
from tests.connections.subject import Fault, Subject

_Write = tuple[str, dict[str, Any], dict[str, Any] | None, str]

WRITES: Sequence[_Write] = (
    (
        "erp.note_invoice",
        {"invoice": "INV-45061", "note": "seen"},
        {"invoice": "INV-45061", "note": "seen twice"},
        "note",
    ),
    ("mail.send_message", {"to": "a@customer.example", "subject": "Hello", "text": "How are you?"}, None, "text"),
    ("tasks.create_task", {"title": "Call them"}, {"title": "Call them again"}, "text"),
)
READS: dict[str, tuple[str, dict[str, Any]]] = {
    "erp": ("erp.get_invoice", {"invoice": "INV-45061"}),
    "mail": ("mail.find_threads", {}),
    "tasks": ("tasks.find_tasks", {}),
}


def make_subject(company: Company, write: _Write) -> Subject:
    """Make one write of the company a subject of the suite."""
    name, arguments, others, text = write
    system = name.partition(".")[0]

    async def effects() -> int:
        return len(await company.effects(system))

    async def fail(fault: Fault, times: int) -> None:
        await company.fail(system, "*", fault.value, times, seconds=0.01)

    def make() -> Connector:
        return company.connectors[system]

    return Subject(
        make=make,
        write=name,
        arguments=arguments,
        others=others,
        effects=effects,
        fail=fail,
        agrees=agrees,
        read=READS[system],
        text=text,
    )


async def agrees(connector: Connector, answer: dict[str, Any]) -> bool:
    """Read back what a write answered."""
    match answer:
        case {"notes": int(count), "invoice": invoice}:
            return len((await connector.read("erp.get_invoice", {"invoice": invoice}))["notes"]) == count
        case {"task": task}:
            return task in {one["id"] for one in await connector.read("tasks.find_tasks", {"status": "open"})}
        case _:
            return True


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
@pytest.mark.parametrize("write", WRITES, ids=[write[0] for write in WRITES])
async def test_keeps_the_promises(company: Company, write: _Write, check: Check) -> None:
    """A practice system keeps every promise of connectors, whichever of the three kinds of repeat it knows."""
    await check(make_subject(company, write))


async def test_a_findable_write_asked_twice_is_done_twice(company: Company) -> None:
    """The task list pays no heed to the key: asked twice it creates two tasks, and its log says so."""
    key = str(uuid.uuid4())
    tasks = company.connectors["tasks"]

    first = await tasks.perform("tasks.create_task", {"title": "Call them"}, key)
    second = await tasks.perform("tasks.create_task", {"title": "Call them"}, key)

    assert first != second
    assert [effect.repetition for effect in await company.effects("tasks")] == [1, 2]
    assert await tasks.look_up("tasks.create_task", {}, key) == first


async def test_a_blind_write_is_logged_for_the_judge_alone(company: Company) -> None:
    """The mail system cannot say what it sent, but its own log can be read when a test is judged."""
    mail = company.connectors["mail"]
    message = {"to": "a@customer.example", "subject": "Hello", "text": "How are you?"}

    await mail.perform("mail.send_message", message, "key-1")
    await mail.perform("mail.send_message", message, "key-1")

    assert [(one.key, one.repetition) for one in await company.effects("mail")] == [("key-1", 1), ("key-1", 2)]
