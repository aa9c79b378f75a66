"""The business system of the small run: accounts and usage to read, tasks to write once a key, over bare HTTP/1.1.

It parses only what the contestants' client sends, so that it is not what is measured. It ends when its input closes,
so it cannot outlive who started it.
"""

import asyncio
import sys
from functools import lru_cache
from typing import cast

import orjson
import uvloop

_REASONS = {200: b"OK", 201: b"Created", 400: b"Bad Request", 404: b"Not Found"}


class Tasks:
    """What was written: one task a key, and how often a known key came again."""

    def __init__(self) -> None:
        self._ids: dict[bytes, int] = {}
        self._repeated = 0

    def write(self, key: bytes) -> tuple[int, bytes]:
        """Write a task, or answer what the same key was answered before."""
        if key in self._ids:
            self._repeated += 1
        return 201, orjson.dumps({"id": f"task-{self._ids.setdefault(key, len(self._ids) + 1)}"})

    def find(self, key: bytes) -> tuple[int, bytes]:
        """Look a task up by its key."""
        if key not in self._ids:
            return 404, b'{"error":"no task has that key"}'
        return 200, orjson.dumps({"id": f"task-{self._ids[key]}"})

    def count(self) -> tuple[int, bytes]:
        """Tell how many tasks there are, and how many writes were repeats."""
        return 200, orjson.dumps({"performed": len(self._ids), "repeated": self._repeated})


@lru_cache(maxsize=4096)
def read_account(number: int) -> bytes:
    """Describe an account: about 300 bytes, always the same for the same number."""
    return orjson.dumps(
        {
            "id": number,
            "name": f"Customer {number} Incorporated",
            "plan": ("starter", "team", "business")[number % 3],
            "quota": 1000 * (1 + number % 3),
            "owner": {"name": "Alex Morgan", "mail": f"alex.morgan@customer-{number}.example"},
            "address": {"street": f"{number} Harbour Road", "city": "Rotterdam", "country": "NL"},
            "renews_on": f"2027-{1 + number % 12:02d}-01",
            "is_active": True,
        }
    )


@lru_cache(maxsize=4096)
def read_usage(number: int) -> bytes:
    """Describe an account's usage: about 300 bytes, always the same for the same number."""
    return orjson.dumps(
        {
            "account": number,
            "used": (number * 37) % 3500,
            "days": {f"2026-10-{day:02d}": (number * day) % 120 for day in range(1, 13)},
            "last_sign_in": "2026-10-12T08:15:00Z",
            "open_tickets": number % 4,
            "unit": "calls",
        }
    )


class Connection(asyncio.Protocol):
    """One client connection; requests are answered in order."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks
        self._unread = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete."""
        self._unread += data
        while (end := self._unread.find(b"\r\n\r\n")) >= 0:
            head = self._unread[:end]
            length = _header(head, b"content-length") or b"0"
            if not length.isdigit():
                self._answer(400, b'{"error":"bad content-length"}')
                return
            if len(self._unread) < end + 4 + int(length):
                return
            self._unread = self._unread[end + 4 + int(length) :]
            self._answer(*self._route(head))

    def _route(self, head: bytes) -> tuple[int, bytes]:
        method, _, rest = head.partition(b" ")
        _, room, name = (*rest.partition(b" ")[0].split(b"/", 2), b"", b"")[:3]
        match method, room:
            case b"GET", b"accounts" if name.isdigit():
                return 200, read_account(int(name))
            case b"GET", b"usage" if name.isdigit():
                return 200, read_usage(int(name))
            case b"POST", b"tasks":
                key = _header(head, b"idempotency-key")
                return self._tasks.write(key) if key else (400, b'{"error":"a task needs an Idempotency-Key"}')
            case b"GET", b"tasks":
                return self._tasks.find(name)
            case b"GET", b"effects":
                return self._tasks.count()
            case _:
                return 404, b'{"error":"nothing is here"}'

    def _answer(self, status: int, body: bytes) -> None:
        if self._transport is not None:
            self._transport.write(
                b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b"
                % (status, _REASONS[status], len(body), body)
            )


def _header(head: bytes, name: bytes) -> bytes:
    start = head.lower().find(b"\r\n" + name + b":")
    return b"" if start < 0 else head[start + len(name) + 3 :].partition(b"\r\n")[0].strip()


async def serve() -> None:
    """Listen on a free port of 127.0.0.1, say which, and end when the input closes."""
    loop = asyncio.get_running_loop()
    tasks = Tasks()
    server = await loop.create_server(lambda: Connection(tasks), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve())
