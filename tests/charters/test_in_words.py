"""A charter in sentences."""

from dataclasses import replace

from remit.charters.charter import Stage
from remit.charters.charter_file import parse_charter
from remit.charters.in_words import describe, describe_boundaries
from remit.charters.limits import Budget

SAID = """
Invoice Review works for finance in accounts payable.
Compares each invoice with its order and what was received, and holds what does not agree.
maria.rossi owns its value, ken.ito its safety. In the company it has the account invoice-review, the mail address
invoice-review@example.com, the phone number +49 30 5550101 and the seat finance workspace, one licence.
maria.rossi is accountable, ken.ito owns the systems, ruth.adler the risk. lena.fischer can say something before a
review is answered. When it failed, ken.ito is told.
It begins when `invoice.received` comes and `source` is `portal`, `invoice.amount` is over 0 and is under
1000000, `invoice.kind` is `invoice` or `credit_note` and `invoice.is_draft` is `false`.
It begins when the clock reaches `0 7 * * 1-5` (UTC).
It begins when no `invoice.held` came for the same `invoice.id` for 3 days.
It may read `erp.get_invoice` and `erp.get_order` in erp: invoices, their orders and what was received.
It reads nothing in mail.
It may do `erp.hold_invoice`, at most 200 a day, alone only at low risk: A held invoice is not paid; a person
releases it.
It may do `erp.clear_invoice`, up to 2,500.00 EUR, at most 20,000.00 EUR a day, alone within its conditions: An
invoice that agrees with its order is due. For this, lena.fischer is accountable, ken.ito owns the systems,
ruth.adler the risk.
It may do `mail.draft_message`, only to vendor.example and *.vendor.example, a person approves every time: A vendor
is asked for what is missing; a person
sends it.
It must never do `erp.pay_invoice`: Two people in finance release payments.
It must never use anything of bank: No worker touches an account.
Before `erp.clear_invoice`, above 1,000.00 EUR or in another currency it asks finance-reviewer: Above 1,000.00
EUR a finance reviewer looks.
Before anything, at medium or high risk, for strategic, while supervised or conditional, in finance, when less
than 70 % sure it asks finance-reviewer and risk-owner (2 people): A wrong hold annoys those we depend on.
A review nobody answers within 1d counts as rejected.
When it cannot go on it asks lena.fischer and then maria.rossi.
It hands over to revenue, to omar.haddad, with vendor, invoices and discrepancy, when: The third invoice in a
row of one vendor does not agree. The receiver may: Draft a message to the vendor, create a task for the account
owner. First: The account owner reads the message before it is sent. Messages stay drafts until approved. Done
means: The vendor has answered, and the answer stands on the invoices. If it is not taken up within 4h,
maria.rossi is told.
In a day it moves at most 100,000.00 EUR.
In a day it writes at most 2000 times.
In a day it spends at most 5 on judgements.
In a day language models read and write at most 2000000 tokens for it.
In a day it reads, writes and judges at most 20000 times.
Of accounts payable as a whole, in a day: it moves at most 250,000.00 EUR.
A run ends after 200 steps, or when it asks the same more than 10 times.
One story begins it at most 5 times.
It begins about the same thing at most 20 times an hour.
A run changes at most 5 things.
It writes at most 60 times a minute.
At most 8 of its runs work at a time.
When it uses 4 times what it usually does in a day, its owners are told and it is stopped.
What it did is kept for 3650 days.
"""


def test_a_charter_is_said_whole(example: str) -> None:
    """Purpose, beginnings, reads, grants with limits, prohibitions, reviews, contacts, paths, budgets: all are said."""
    said = describe(parse_charter(example, file="f"))

    assert " ".join(SAID.split()) == " ".join(said)


def test_every_sentence_ends(example: str) -> None:
    """Each is one line that ends with a full stop, whatever the author wrote."""
    charter = replace(parse_charter(example, file="f"), purpose="no full stop")

    said = describe(charter)

    assert "no full stop." in said
    assert all(sentence.endswith(".") and "\n" not in sentence and ".." not in sentence for sentence in said)


def test_no_limit_is_said_too(example: str) -> None:
    """A worker without budgets is said to have none, so that nobody takes silence for a limit."""
    charter = replace(parse_charter(example, file="f"), budget=Budget())

    assert "In a day it has no limit over all." in describe(charter)


def test_boundaries_are_limits_and_stages(example: str) -> None:
    """Each grant has its limits and its stage in a sentence, then come those of the day."""
    charter = parse_charter(example, file="f")
    charter = replace(charter, grants=(replace(charter.grants[0], stage=Stage.HIGH_TRUST), *charter.grants[1:]))

    assert describe_boundaries(charter)[:4] == (
        "`erp.hold_invoice`: at most 200 a day, alone, and people audit it.",
        "`erp.clear_invoice`: up to 2,500.00 EUR, at most 20,000.00 EUR a day, alone within its conditions.",
        "`mail.draft_message`: only to vendor.example and *.vendor.example, a person approves every time.",
        "In a day it moves at most 100,000.00 EUR.",
    )
