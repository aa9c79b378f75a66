"""Fills the practice company with what happened there before: people, customers, vendors, and all they left behind."""

from datetime import date
from functools import lru_cache

from remit.clock import Clock
from remit.practice.history import accounts, opportunities, orders, tickets, usage, vendors
from remit.practice.history.record import Record
from remit.practice.people import PEOPLE
from remit.store.database import Database, Transaction

_FOUNDED = ("company", "calendar", "founded")


async def seed(database: Database, *, seed: int = 7, clock: Clock | None = None) -> None:
    """Fill the company; what is there already stays as it is, whatever has become of it since.

    Args:
        database: Where the company lives.
        seed: Chooses among many companies; the same seed on the same day is the same company.
        clock: Whose day is today; the real one's when not given.
    """
    now = (clock or Clock()).now()
    async with database.transaction() as transaction:
        today = await _found(transaction, now.date(), clock or Clock())
        records = _history(seed, today)
        rows = [(record.system, record.kind, record.id, record.data, now) for record in records]
        await transaction.execute_many("seed_practice_record", rows)
        people = [(one.id, one.name, one.mail, list(one.roles), one.is_active) for one in PEOPLE]
        await transaction.execute_many("seed_practice_person", people)


async def founding_day(database: Database) -> date | None:
    """Tell the day all days of the company are counted from; None when it was never filled."""
    found = await database.fetch_value("read_practice_record", *_FOUNDED)
    return date.fromisoformat(found["day"]) if found else None


async def _found(transaction: Transaction, today: date, clock: Clock) -> date:
    """Keep the first day the company was filled, so that filling it on a later day adds nothing that contradicts."""
    await transaction.execute("seed_practice_record", *_FOUNDED, {"day": today.isoformat()}, clock.now())
    found = await transaction.fetch_value("read_practice_record", *_FOUNDED)
    return date.fromisoformat(found["day"])


@lru_cache(maxsize=1)
def _history(seed: int, today: date) -> tuple[Record, ...]:
    """Give the history, invented once for all the houses a process fills on one day."""
    return tuple(history(seed, today))


def history(seed: int, today: date) -> list[Record]:
    """Invent everything that happened before a day."""
    inventions = (
        accounts.accounts,
        accounts.contacts,
        opportunities.opportunities,
        usage.usage,
        tickets.tickets,
        tickets.ratings,
        tickets.threads,
        vendors.vendors,
        orders.orders,
        orders.receipts,
        orders.invoices,
    )
    return [record for invent in inventions for record in invent(seed, today)]
