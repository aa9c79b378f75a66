"""The task list: it pays no heed to keys when a task is created, but can be asked for what was created with one."""

from typing import Any, Final

from remit.connections.operation import Kind, Operation, Repeat, Touch
from remit.errors import SystemRefused
from remit.practice.deed import Arguments, Deed, Shape
from remit.practice.records import Data, Records


async def _find_tasks(records: Records, asked: Arguments) -> list[Data]:
    return await records.find("task", **asked)


async def _create_task(records: Records, asked: Arguments) -> dict[str, Any]:
    kept = {"assignee": None, "due_on": None, "about": None, "text": ""}
    task = kept | asked | {"id": await records.number("TSK"), "status": "open", "created_on": records.today}
    await records.save("task", task)
    return {"task": task["id"], "status": "open"}


async def _complete_task(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _settle(records, asked["task"], "done")


async def _cancel_task(records: Records, asked: Arguments) -> dict[str, Any]:
    return await _settle(records, asked["task"], "cancelled")


async def _settle(records: Records, name: str, status: str) -> dict[str, Any]:
    task = await records.take("task", name)
    if task["status"] != "open":
        raise SystemRefused(f"task `{name}` is {task['status']} already. Create a new one")
    await records.save("task", task | {"status": status})
    return {"task": name, "status": status}


TASKS: Final = (
    Deed(
        operation=Operation(
            name="tasks.find_tasks",
            kind=Kind.READ,
            summary="Find tasks by assignee, status or what they are about.",
            outsiders=True,  # a task may repeat what a customer wrote
        ),
        takes={"assignee": Shape.TEXT, "status": Shape.TEXT, "about": Shape.TEXT},
        does=_find_tasks,
    ),
    Deed(
        operation=Operation(
            name="tasks.create_task",
            kind=Kind.WRITE,
            touches=frozenset({Touch.TICKET}),
            summary="Create a task for somebody in the company.",
            repeat=Repeat.FINDABLE,
            reversed_by="tasks.cancel_task",
            required=("title",),
            reads_back=True,
        ),
        takes={
            "title": Shape.TEXT,
            "assignee": Shape.TEXT,
            "due_on": Shape.DAY,
            "about": Shape.TEXT,
            "text": Shape.TEXT,
        },
        does=_create_task,
    ),
    Deed(
        operation=Operation(
            name="tasks.complete_task",
            kind=Kind.WRITE,
            record="task",
            summary="Mark a task as done.",
            required=("task",),
            reads_back=True,
        ),
        takes={"task": Shape.TEXT},
        does=_complete_task,
    ),
    Deed(
        operation=Operation(
            name="tasks.cancel_task",
            kind=Kind.WRITE,
            record="task",
            summary="Cancel an open task.",
            required=("task",),
            reads_back=True,
        ),
        takes={"task": Shape.TEXT},
        does=_cancel_task,
    ),
)
"""What the task list can be asked."""
