"""Many reviewers at once: three of them answer each review, and one counts. `python bench/reviews.py [N] [OF]`.

N reviewers (200) go through OF reviews (10,000), each three times among them, in an order of their own.
"""

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from uuid import UUID

from bench.waiting import multiply, prepare
from remit import clock
from remit.errors import Conflict
from remit.governance.approvals import Answer, answer
from remit.governance.roles import Person, save_person
from remit.store import embedded
from remit.store.database import Database

_TIMES = 3
_POOL = 16


async def main(reviewers: int, reviews: int) -> None:
    """Make the reviews and the people, let them answer, and count."""
    directory = Path(tempfile.mkdtemp(prefix="remit-bench-"))
    server = embedded.start(directory)
    try:
        await prepare(server.url)
        await multiply(server.url, reviews - 1)
        database = await Database.open(server.url, size=_POOL)
        await _answer_all(database, reviewers)
        await database.close()
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


async def _answer_all(database: Database, reviewers: int) -> None:
    people = [f"reviewer-{number}" for number in range(reviewers)]
    async with database.session() as session:
        numbers: list[UUID] = [row["id"] for row in await session.connection.fetch("SELECT id FROM review")]
        [(roles,)] = await session.connection.fetch("SELECT roles FROM review LIMIT 1")
    for who in people:
        await save_person(database, Person(id=who, name=who, roles=tuple(roles)))
    seeded = random.Random(7)
    lists: dict[str, list[UUID]] = {who: [] for who in people}
    for number in numbers:
        for who in seeded.sample(people, _TIMES):
            lists[who].append(number)
    for listed in lists.values():
        seeded.shuffle(listed)
    began = time.perf_counter()
    counts = await asyncio.gather(*(_work(database, who, listed) for who, listed in lists.items()))
    seconds = time.perf_counter() - began
    total = sum(counts, Counter[str]())
    async with database.session() as session:
        rows = await session.connection.fetch(
            """SELECT count(answer.review) AS answers, review.state
            FROM review LEFT JOIN answer ON answer.review = review.id GROUP BY review.id"""
        )
    once = sum(row["answers"] == 1 and row["state"] == "approved" for row in rows)
    print(f"{reviewers} reviewers gave {sum(total.values()):,} answers to {len(rows):,} reviews in {seconds:.0f} s")
    print(
        f"{total['taken']:,} were taken, {total['late']:,} told that somebody was faster; {once:,} decided exactly once"
    )
    if once != len(rows) or total["taken"] != len(rows):
        raise SystemExit("a review was decided twice, or not at all")


async def _work(database: Database, who: str, listed: list[UUID]) -> Counter[str]:
    counted = Counter[str]()
    for number in listed:
        try:
            await answer(database, Answer(review=number, person=who, verdict="approve"), clock.now())
            counted["taken"] += 1
        except Conflict:
            counted["late"] += 1
    return counted


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:3]]
    asyncio.run(main(*(given + [200, 10_000][len(given) :])))
