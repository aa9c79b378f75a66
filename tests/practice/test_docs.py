from pathlib import Path

from remit.connections.operation import Kind
from remit.practice.company import SYSTEMS
from remit.practice.documents import CASES
from remit.practice.faults import FaultKind

TEXT = (Path(__file__).parents[2] / "docs" / "practice.md").read_text(encoding="utf-8")


def test_every_operation_is_documented_as_it_is() -> None:
    """Each operation has its line, with every argument, the required ones marked, and its risk and kind of repeat."""
    for deed in (deed for deeds in SYSTEMS.values() for deed in deeds):
        operation = deed.operation
        line = next((line for line in TEXT.splitlines() if line.startswith(f"| `{operation.name}` |")), "")
        takes = ", ".join(f"**{name}**" if name in operation.required else name for name in deed.takes)
        kind = "read" if operation.kind is Kind.READ else f"write, {operation.risk}"

        assert f"| {takes or 'nothing'} | {kind} |" in line, operation.name
        assert operation.kind is Kind.READ or operation.repeat.value in line, operation.name


def test_every_fault_and_document_is_documented() -> None:
    """Each kind of fault and each practice invoice has its line."""
    for word in [
        *(f"| `{kind}` |" for kind in FaultKind),
        *(f"| `{case.name}.xml` | {case.about} |" for case in CASES),
    ]:
        assert word in TEXT, word
