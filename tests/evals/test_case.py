from pathlib import Path

import pytest

from remit.errors import InputInvalid
from remit.evals.case import ActionExpected, find_cases, read_case

SMALL = """
says: What is given is enough for this.
given: {}
expect:
  outcome: done
"""


def _write(folder: Path, text: str) -> Path:
    path = folder / "finance" / "some_worker" / "cases" / "it_holds.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_case_belongs_to_the_worker_of_its_folder(tmp_path: Path) -> None:
    """A case is known by its worker's folder and its own file name."""
    path = _write(tmp_path, SMALL)

    case = read_case(path)

    assert case.name == "some-worker/it_holds"
    assert case.folder == tmp_path / "finance" / "some_worker"


def test_actions_stand_with_or_without_arguments(tmp_path: Path) -> None:
    """An action is expected by its operation alone, or with what its arguments hold at least."""
    path = _write(tmp_path, SMALL + "  actions:\n    - erp.record_invoice\n    - erp.hold_invoice: {invoice: INV-1}\n")

    case = read_case(path)

    assert case.expect.actions == (
        ActionExpected(operation="erp.record_invoice", arguments={}),
        ActionExpected(operation="erp.hold_invoice", arguments={"invoice": "INV-1"}),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "input should be"),
        ("says: [", "cannot be read"),
        ("- a\n- b\n", "input should be"),
        (SMALL.replace("outcome: done", "outcome: fine"), "expect.outcome"),
        (SMALL.replace("given: {}", "given: {singals: []}"), "given.singals"),
        (SMALL.replace("  outcome: done", "  reason: [x]"), "expect.outcome"),
        (SMALL + "  actions: [{a.b: {}, c.d: {}}]\n", "expect.actions.0"),
        (SMALL + "answers:\n  - {operation: a.b, verdict: perhaps}\n", "answers.0.verdict"),
        ("says: short\ngiven: {}\nexpect: {outcome: done}\n", "says"),
    ],
)
def test_broken_case_says_where(tmp_path: Path, text: str, said: str) -> None:
    """A case that cannot be read is refused with the place that is wrong, and nothing in it is ignored."""
    path = _write(tmp_path, text)

    with pytest.raises(InputInvalid, match=said):
        read_case(path)


def test_missing_and_binary_files_are_refused(tmp_path: Path) -> None:
    """A file that is not there, or is not text, is no case."""
    path = _write(tmp_path, SMALL)
    path.write_bytes(b"\xff\xfe\x00")

    with pytest.raises(InputInvalid, match="cannot be read"):
        read_case(path)
    with pytest.raises(InputInvalid, match="cannot be read"):
        read_case(path.with_name("another.yaml"))


def test_samples_are_not_cases(tmp_path: Path) -> None:
    """Only the YAML files of a `cases` folder itself are cases."""
    path = _write(tmp_path, SMALL)
    samples = path.parent / "samples"
    samples.mkdir()
    (samples / "company.yaml").write_text("not: a case")

    found = find_cases(tmp_path)

    assert found == [path]
