"""`remit doctor`: looks at everything a house stands on, and says what to do about what is wrong."""

from typing import Annotated

import typer

from remit.cli.checkup import Finding, look_at
from remit.cli.output import command, print_json, say
from remit.settings import read_settings


@command
async def doctor(*, as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False) -> None:
    """Look at everything a house stands on. Exits with 1 when something is not well."""
    findings: list[Finding] = []
    async for finding in look_at(read_settings()):
        findings.append(finding)
        if not as_json:
            _tell(finding)
    is_well = all(finding.is_well for finding in findings)
    if as_json:
        print_json({"is_well": is_well, "findings": findings})
    if not is_well:
        raise typer.Exit(1)


def _tell(finding: Finding) -> None:
    say(f"{'ok' if finding.is_well else '!!'}  {finding.name}: {finding.found}")
    if finding.advice:
        say(f"    {finding.advice}")
