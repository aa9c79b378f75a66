"""What the cases showed, for people: a line for each that holds, the differences of each that does not."""

from collections.abc import Iterator, Sequence

from remit.evals.runner import Result


def report(results: Sequence[Result]) -> str:
    """Write what the cases showed."""
    failed = sum(not result.holds for result in results)
    last = f"{len(results)} cases, {failed} do not hold" if failed else f"{len(results)} cases, all hold"
    return "\n".join([*(line for result in results for line in _lines(result)), last])


def _lines(result: Result) -> Iterator[str]:
    yield f"{'holds' if result.holds else 'FAILS'}  {result.case.name}: {result.case.says}"
    for problem in result.problems:
        yield f"         {problem}"
