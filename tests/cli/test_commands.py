from pathlib import Path

import orjson
import pytest

from remit.runtime.house import House
from tests.cli.conftest import Remit
from tests.houses import work

LISTS = [
    ["runs"],
    ["handoffs"],
    ["review", "list"],
    ["workers"],
    ["halts"],
    ["ledger", "search"],
    ["ledger", "verify"],
    ["charter", "show", "double-write"],
]


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
async def test_each_command_prints_json_for_programs(remit: Remit, asked: House, words: list[str]) -> None:
    """With `--json` the output is JSON and nothing else."""
    printed = await remit(*words, "--json")

    assert (printed.code, printed.error) == (0, "")
    assert printed.json is not None


@pytest.mark.parametrize("words", LISTS, ids=" ".join)
async def test_each_command_prints_something_for_people(remit: Remit, asked: House, words: list[str]) -> None:
    """Without `--json` there is text, with nothing in it that steers a terminal."""
    printed = await remit(*words)

    assert (printed.code, printed.error) == (0, "")
    assert printed.out.strip()
    assert all(letter.isprintable() or letter == "\n" for letter in printed.out)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["run", "show", "abcdef"], 3, "not-found: no run has a number"),
        (["review", "show", "abcdef"], 3, "not-found: no review"),
        (["charter", "show", "double-wirte"], 3, "Did you mean `double-write`?"),
        (["charter", "check", "nowhere"], 3, "`nowhere` is not there"),
        (["ledger", "verify", "--key", "nowhere"], 3, "there is no key `nowhere`"),
        (["ledger", "verify", "--key", "."], 6, "`.` is no key"),
        (["resume", "everything"], 3, "`everything` is not halted"),
        (["stop", "everything"], 6, "a halt needs a reason"),
        (["stop", "nobody", "--reason", "x"], 6, "there is no worker `nobody`"),
        (["signal", "send"], 6, "say what happened"),
        (["signal", "send", "x", "--data", "{"], 6, "Quote it"),
        (["signal", "send", "x", "--data", "[]"], 6, "not a CloudEvent"),
        (["signal", "send", "--file", "nowhere"], 6, "`nowhere` cannot be read"),
        (["runs", "--state", "lost"], 2, "Invalid value"),
        (["runs", "--limit", "0"], 2, "Invalid value"),
        (["nonsense"], 2, "No such command"),
    ],
    ids=str,
)
async def test_an_error_says_what_to_do_by_its_exit_code(remit: Remit, words: list[str], code: int, said: str) -> None:
    """Each kind of error has its exit code, and goes to the error output in words."""
    printed = await remit(*words)

    assert printed.code == code
    assert said in " ".join(printed.error.split())
    assert not printed.out


async def test_without_a_database_commands_say_so(remit: Remit) -> None:
    """A server that is not there is exit code 7, with its place and without its password."""
    printed = await remit("runs", REMIT_DATABASE_URL="postgresql://me:secret@127.0.0.1:1/x")

    assert printed.code == 7
    assert "127.0.0.1:1/x" in printed.error
    assert "secret" not in printed.error


async def test_an_unknown_setting_is_named(remit: Remit) -> None:
    """A mistyped setting is an error with the right one, not ignored."""
    printed = await remit("runs", REMIT_PROT="1")

    assert (printed.code, printed.error) == (
        1,
        "settings-invalid: unknown setting `REMIT_PROT`. Did you mean `REMIT_PORT`?\n",
    )


async def test_a_run_is_shown_by_the_end_of_its_number(remit: Remit, asked: House) -> None:
    """The number a list prints is enough to show the run, with its steps and decisions."""
    [line] = [line for line in (await remit("runs", "--state", "done")).out.splitlines() if " double-write " in line]

    shown = await remit("run", "show", line.split()[0])

    assert "crm.set_health_score, performed" in shown.out
    assert "permit, by grant:crm.set_health_score" in shown.out
    assert "scored and planned" in shown.out


async def test_an_approval_makes_the_run_go_on(remit: Remit, asked: House) -> None:
    """What `review list` names is shown, approved and then used; the run ends as done."""
    [review] = (await remit("review", "list", "--json")).json
    number = review["id"][-12:]

    shown = await remit("review", "show", number)
    approved = await remit("review", "approve", number, "--digest", review["digest"][:12])
    await work(asked)

    assert "May this happen?" in shown.out
    assert f"digest      {review['digest'][:12]}" in shown.out
    assert f"review {number} is approved now" in approved.out
    assert (await remit("run", "show", review["run"], "--json")).json["state"] == "done"


async def test_an_approval_of_what_changed_meanwhile_is_refused(remit: Remit, asked: House) -> None:
    """With the digest the person saw, an approval of something else exits with 5."""
    [review] = (await remit("review", "list", "--json")).json

    printed = await remit("review", "approve", review["id"], "--digest", "0000")

    assert printed.code == 5
    assert "Look at it again" in printed.error


async def test_an_edit_changes_what_is_done(remit: Remit, asked: House) -> None:
    """An edited argument is what takes effect, and an unknown one is refused with those there are."""
    [review] = (await remit("review", "list", "--json")).json

    unknown = await remit("review", "edit", review["id"], "--set", "scroe=50")
    edited = await remit("review", "edit", review["id"], "--set", "score=50", "--set", "reason=seen", "--json")
    await work(asked)

    [action] = (await remit("run", "show", review["run"], "--json")).json["actions"]
    assert (unknown.code, "It has" in unknown.error) == (6, True)
    assert edited.json["state"] == "approved"
    assert action["arguments"]["score"] == 50
    assert action["arguments"]["reason"] == "seen"


async def test_a_reject_needs_a_reason_and_ends_the_run(remit: Remit, asked: House) -> None:
    """Without a reason it is refused; with one the run stops for that reason."""
    [review] = (await remit("review", "list", "--json")).json

    refused = await remit("review", "reject", review["id"])
    rejected = await remit("review", "reject", review["id"], "--reason", "not this one")
    await work(asked)

    run = (await remit("run", "show", review["run"], "--json")).json
    assert (refused.code, rejected.code) == (6, 0)
    assert run["state"] == "stopped"
    assert "not this one" in run["reason"]


async def test_an_unknown_person_may_do_nothing(remit: Remit, asked: House) -> None:
    """`REMIT_PERSON` says who gives the command; somebody nobody knows is refused with 4."""
    [review] = (await remit("review", "list", "--json")).json

    printed = await remit("review", "approve", review["id"], REMIT_PERSON="nobody.here")

    assert printed.code == 4
    assert "`nobody.here`" in printed.error


async def test_a_worker_is_stopped_by_its_name_alone(remit: Remit, asked: House) -> None:
    """`remit stop NAME` halts that worker; a second person resumes it, the first cannot."""
    stopped = await remit("stop", "double-write", "--reason", "just to see", "--json")
    listed = await remit("halts")
    same = await remit("resume", "double-write", "--reason", "enough")
    other = await remit("resume", "double-write", "--reason", "enough", REMIT_PERSON="ken.ito")

    assert stopped.json["scope"] == "worker:double-write"
    assert "just to see" in listed.out
    assert (same.code, other.code) == (4, 0)
    assert (await remit("halts")).out == "nothing is stopped\n"


async def test_a_signal_sent_by_hand_begins_its_workers(remit: Remit) -> None:
    """Made of type and data, or read from a file or the input, it opens a run; the same one twice does not."""
    event = {"specversion": "1.0", "id": "7", "source": "test", "type": "test.double_write", "data": {"account": "A-1"}}

    made = await remit("signal", "send", "test.double_write", "--data", '{"account": "A-1"}', "--json")
    read = await remit("signal", "send", "--file", "-", given=orjson.dumps(event))
    again = await remit("signal", "send", "--file", "-", given=orjson.dumps(event))
    nobody = await remit("signal", "send", "test.nothing")

    assert len(made.json["runs"]) == 1
    assert read.out.startswith("begun: run ")
    assert again.out.startswith("this signal came before")
    assert nobody.out.startswith("the signal is recorded")


async def test_the_sender_of_a_signal_may_not_approve_it(remit: Remit, asked: House) -> None:
    """A signal sent by hand counts as asked for by the sender."""
    sent = await remit("signal", "send", "test.asks_before", "--data", '{"account": "A-102"}', "--json")
    await work(asked)
    [review] = (await remit("run", "show", sent.json["runs"][0], "--json")).json["reviews"]

    printed = await remit("review", "approve", review["id"])

    assert printed.code == 4


async def test_an_export_verifies_and_a_changed_one_does_not(remit: Remit, asked: House, tmp_path: Path) -> None:
    """A whole export is told so; with one byte changed the command exits with 8."""
    folder = tmp_path / "export"
    exported = await remit("ledger", "export", str(folder))
    whole = await remit("ledger", "verify", str(folder))
    again = await remit("ledger", "export", str(folder))

    entries = folder / "entries.jsonl"
    entries.write_bytes(entries.read_bytes().replace(b"A-101", b"A-102", 1))
    broken = await remit("ledger", "verify", str(folder), "--json")

    assert (exported.code, whole.code, again.code, broken.code) == (0, 0, 5, 8)
    assert broken.json["is_whole"] is False
    assert "ledger-broken" in broken.error


async def test_what_outsiders_wrote_cannot_steer_the_terminal(remit: Remit, asked: House) -> None:
    """Control characters in a signal are replaced where they are printed."""
    await remit("signal", "send", "test.double_write", "--subject", "x\x1b[2Jy", "--data", '{"account": "A-1"}')

    printed = await remit("runs")

    assert "x�[2Jy" in printed.out
    assert "\x1b" not in printed.out


async def test_the_version_is_told(remit: Remit) -> None:
    """`remit --version` prints one line."""
    assert (await remit("--version")).out.startswith("remit ")
