"""What else may lie in a drop folder: each file ends where a person sees it, and takes nobody else with it."""

import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path

import pytest

from remit.canonical import canonical
from remit.connections.connectors.drop_folder.watcher import Watcher
from remit.practice.company import Company
from remit.practice.documents import documents
from remit.practice.seed import founding_day
from remit.runtime import watch
from remit.runtime.house import House
from remit.store.database import Database
from tests.workers.dropping import is_told, kept, notice, opened_drop, performed, process, runs_by_file, work_off

BOMB = b"""<!DOCTYPE a [<!ENTITY b "xxxxxxxxxx"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;">
<!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">
<!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;"><!ENTITY i "&h;&h;&h;&h;&h;&h;&h;&h;&h;&h;">]><a>&i;</a>"""
SAID = {
    "malformed.xml": (b"<a><b></a>", "not well-formed"),
    "truncated.xml": (b"<?xml version='1.0'?><Invoice><ID>1 and so", "ends in the middle"),
    "bomb.xml": (BOMB, "DOCTYPE"),
    "external.xml": (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "DOCTYPE"),
    "dtd.xml": (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1:1/a.dtd'><a/>", "DOCTYPE"),
    "encoding.xml": (b"<?xml version='1.0' encoding='utf-8'?><a>\xff\xfe</a>", "encoding"),
    "klingon.xml": (b"<?xml version='1.0' encoding='klingon'?><a/>", "encoding"),
    "utf16.xml": ("<a>no invoice</a>".encode("utf-16"), "neither UBL nor CII"),
    "empty.xml": (b"", "empty"),
    "png.xml": (b"\x89PNG\r\n\x1a\n\x00\x00", "a PNG picture"),
    "scan.PDF": (b"%PDF-1.7\n\xe2\xe3", "a PDF"),
    "zip.xml": (b"PK\x03\x04\x14\x00", "a ZIP archive"),
    "page.xml": (b"<!DOCTYPE html><html><body>log in</body></html>", "a web page"),
    "noise.bin": (bytes(range(256)) * 40, ""),
    "deep.xml": (b"<a>" * 100_000, "100 levels"),
    "attributes.xml": (b"<a " + b" ".join(b"a%d='1'" % n for n in range(200_000)) + b"/>", "neither UBL nor CII"),
    "wide.xml": (b"<a>" + b"<b/>" * 600_000 + b"</a>", "500,000 elements"),
    "line.xml": (b"<a\x0b>", ""),
}


@asynccontextmanager
async def _opened(database: Database, tmp_path: Path) -> AsyncGenerator[tuple[House, Company, Path]]:
    folder = tmp_path / "invoices"
    async with opened_drop(database, folder) as (house, company):
        yield house, company, folder


async def test_what_is_no_invoice_is_put_aside_with_a_sentence(database: Database, tmp_path: Path) -> None:
    """Broken, hostile and foreign files end each in one sentence for a person, and lie in `failed`."""
    async with _opened(database, tmp_path) as (house, company, folder):
        for name, (content, _) in SAID.items():
            (folder / name).write_bytes(content)

        runs = await process(house, folder)

        assert {name: len(found) for name, found in runs.items()} == dict.fromkeys(SAID, 1)
        for name, (_, said) in SAID.items():
            (run,) = runs[name]
            assert (run["state"], said in run["reason"], is_told(run)) == ("exception", True, True), run["reason"]
            assert run["reason"].startswith(f"`{name}` cannot be read as an invoice: ")
        assert len(list((folder / "failed").iterdir())) == len(SAID)
        assert await company.effects() == []


async def test_a_name_may_be_anything(database: Database, tmp_path: Path) -> None:
    """A file with a strange name has its run like any other, and its reason stays one readable line."""
    names = [
        "a\nb.xml",
        "Rechnung Überweisung ä 発票.xml",
        "x" * 251 + ".xml",
        "-rf",
        "'; DROP TABLE run;--",
        "\x1b[31m.x",
    ]
    async with _opened(database, tmp_path) as (house, _, folder):
        for name in names:
            (folder / name).write_bytes(b"<a/>" + name.encode())
        Path(os.fsdecode(bytes(folder) + b"/\xff\xfe.xml")).write_bytes(b"<a/>")

        runs = await process(house, folder)

        assert set(runs) == {*names, ascii(os.fsdecode(b"\xff\xfe.xml"))}
        for (run,) in runs.values():
            assert (run["state"], is_told(run), run["reason"].isprintable()) == ("exception", True, True)
        assert "its name is not UTF-8" in runs[ascii(os.fsdecode(b"\xff\xfe.xml"))][0]["reason"]
        assert len(list((folder / "failed").iterdir())) == len(names)


async def test_a_second_file_under_a_name_nobody_can_read_is_told_too(database: Database, tmp_path: Path) -> None:
    """Whoever drops another file under a name that is no text is heard again, and the same file only once."""
    async with _opened(database, tmp_path) as (house, _, folder):
        path = Path(os.fsdecode(bytes(folder) + b"/\xff.xml"))
        path.write_bytes(b"first")
        await process(house, folder)
        path.write_bytes(b"the second, longer")
        await process(house, folder)

        runs = await process(house, folder)

        assert [len(found) for found in runs.values()] == [2]


async def test_links_and_pipes_are_not_followed(database: Database, tmp_path: Path) -> None:
    """A link out of the folder and a pipe nobody writes to go to a person; nothing behind them is read."""
    async with _opened(database, tmp_path) as (house, company, folder):
        (folder / "link.xml").symlink_to("/etc/passwd")
        os.mkfifo(folder / "pipe.xml")

        runs = await process(house, folder)

        assert {name: [one["state"] for one in found] for name, found in runs.items()} == {
            "link.xml": ["exception"],
            "pipe.xml": ["exception"],
        }
        assert all(is_told(found[0]) for found in runs.values())
        assert b"root:" not in canonical([one["steps"] for found in runs.values() for one in found])
        assert await company.effects() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
async def test_a_file_nobody_may_read_goes_to_a_person(database: Database, tmp_path: Path) -> None:
    """A file without the right to read it ends in a sentence."""
    async with _opened(database, tmp_path) as (house, _, folder):
        (folder / "secret.xml").write_bytes(b"<a/>")
        (folder / "secret.xml").chmod(0)

        ((run,),) = (await process(house, folder)).values()

        assert (run["state"], is_told(run)) == ("exception", True)


async def test_fifty_megabytes_are_refused_and_not_held(database: Database, tmp_path: Path) -> None:
    """A file of 50 MB goes to a person; no more than 150 MB of memory are used on the way."""
    if not Path("/proc/self/clear_refs").exists():
        pytest.skip("without /proc the peak of the memory cannot be told")
    async with _opened(database, tmp_path) as (house, _, folder):
        with (folder / "huge.xml").open("wb") as file:
            file.write(b"<Invoice>")
            file.writelines(b" " * 1_000_000 for _ in range(50))
            file.write(b"</Invoice>")
        Path("/proc/self/clear_refs").write_text("5")
        before = _kilobytes("VmRSS")

        ((run,),) = (await process(house, folder)).values()

        assert (run["state"], "larger than 20 MB" in run["reason"]) == ("exception", True)
        assert _kilobytes("VmHWM") - before < 150_000


async def test_a_growing_file_is_read_when_it_is_whole(database: Database, tmp_path: Path) -> None:
    """A file that grows from look to look begins one run, with all of its content."""
    async with _opened(database, tmp_path) as (house, _, folder):
        content = documents(await _today(database))["05-partial-delivery.xml"]
        watcher = Watcher(folder)
        for end in range(500, len(content) + 500, 500):
            (folder / "grows.xml").write_bytes(content[:end])
            await watch.look(house, watcher)
        assert await runs_by_file(house) == {}
        await watch.look(house, watcher)

        await work_off(house)

        ((run,),) = (await runs_by_file(house)).values()
        assert (run["state"], run["data"]["size"]) == ("done", len(content))


async def test_one_invoice_under_two_names_is_cleared_at_most_once(database: Database, tmp_path: Path) -> None:
    """Two files with one content are two runs; of the invoice in them no more than one copy is cleared."""
    async with _opened(database, tmp_path) as (house, company, folder):
        content = documents(await _today(database))["05-partial-delivery.xml"]
        for name in ("a.xml", "b.xml"):
            (folder / name).write_bytes(content)

        runs = await process(house, folder)

        assert [len(runs[name]) for name in ("a.xml", "b.xml")] == [1, 1]
        done = [one.operation for one in await company.effects()]
        assert done.count("erp.record_invoice") == 2
        assert done.count("erp.clear_invoice") <= 1
        assert done.count("erp.clear_invoice") + done.count("erp.hold_invoice") == 2
        held = [found[0]["reason"] for found in runs.values() if found[0]["state"] == "exception"]
        assert held
        # What it met of the other first depends on which was how far.
        assert [one for one in held if "it may be a duplicate" not in one and "billed in all" not in one] == []


async def test_a_file_overwritten_before_it_was_read_is_not_taken_for_the_new_one(
    database: Database, tmp_path: Path
) -> None:
    """Two vendors call their file the same: the first, overwritten, is told to a person, the second recorded once."""
    async with _opened(database, tmp_path) as (house, company, folder):
        papers = documents(await _today(database))
        (folder / "invoice.xml").write_bytes(papers["05-partial-delivery.xml"])
        await notice(house, folder)
        (folder / "invoice.xml").write_bytes(papers["03-price-too-high.xml"])

        (runs,) = (await process(house, folder)).values()

        assert ["was overwritten before it was read" in one["reason"] for one in runs] == [True, False]
        assert [one["state"] for one in runs] == ["exception", "exception"]
        recorded = [one for one in await company.effects() if one.operation == "erp.record_invoice"]
        assert [one.arguments["number"] for one in recorded] == ["RO-24503-05"]


async def test_a_changed_file_is_reviewed_anew(database: Database, tmp_path: Path) -> None:
    """A file replaced after its run has a second run with its new content."""
    async with _opened(database, tmp_path) as (house, _, folder):
        papers = documents(await _today(database))
        (folder / "invoice.xml").write_bytes(papers["05-partial-delivery.xml"])
        await process(house, folder)
        (folder / "invoice.xml").write_bytes(papers["03-price-too-high.xml"])

        (runs,) = (await process(house, folder)).values()

        assert [one["state"] for one in runs] == ["done", "exception"]
        assert [one["arguments"]["number"] for one in performed(runs, "erp.record_invoice")] == [
            "RO-24505-05",
            "RO-24503-05",
        ]


async def test_two_hundred_files_at_once_lose_none(database: Database, tmp_path: Path) -> None:
    """Of 200 files dropped together each has exactly one run that says how it ended, and each invoice is one record."""
    async with _opened(database, tmp_path) as (house, company, folder):
        papers = documents(await _today(database))
        strange, wrong = papers["10-unknown-vendor.xml"], papers["03-price-too-high.xml"]
        for number in range(200):
            mark = f"<!-- {number} -->".encode()
            kinds = [strange + mark, b"<a/>" + mark, wrong.replace(b"RO-24503-05", b"RO-%d" % (90_000 + number)), mark]
            (folder / f"{number:03}.xml").write_bytes(kinds[number % 4])

        runs = await process(house, folder)

        assert {name: len(found) for name, found in runs.items()} == {f"{one:03}.xml": 1 for one in range(200)}
        assert [one["reason"] for (one,) in runs.values() if one["state"] != "exception" or not is_told(one)] == []
        documented = [one["document"] for one in await kept(house, "invoice") if one["document"]]
        assert sorted(documented) == [f"{number:03}.xml" for number in range(2, 200, 4)]
        assert len([one for one in await company.effects() if one.operation == "erp.hold_invoice"]) == 50
        assert len(list((folder / "failed").iterdir())) == 100


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:"))


async def _today(database: Database) -> date:
    today = await founding_day(database)
    assert today is not None
    return today
