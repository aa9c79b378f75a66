"""The judge of one run: every answer, also that there is none, is a recorded step and is not asked for again."""

import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from remit.errors import DocumentInvalid, JudgementFailed
from remit.intelligence.judge import Judge, Judgement
from remit.intelligence.usage import counting

RecordStep = Callable[[str, str, Any, Callable[[], Awaitable[Any]]], Awaitable[Any]]
"""Does something as a step of this kind and name, asked like this; or gives what it gave before."""

_FAILURES: Final = {"document-invalid": DocumentInvalid, "judgement-failed": JudgementFailed}


class RecordedJudge:
    """The judge as a playbook meets it: every answer is a step, with who gave it, how sure it is and what it cost."""

    def __init__(self, judge: Judge, step: RecordStep) -> None:
        self._judge = judge
        self._step = step

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Choose one of the labels, each given with example texts."""
        asked = {"text": text, "labels": labels}
        return await self._ask("classify", asked, lambda: self._judge.classify(text, labels))

    async def extract(self, kind: str, document: bytes) -> Judgement:
        """Read a document of a kind, as in `invoice`; raises `DocumentInvalid` when it cannot be read as one."""
        asked = {"kind": kind, "document": hashlib.sha256(document).hexdigest()}
        return await self._ask("extract", asked, lambda: self._judge.extract(kind, document))

    async def match(
        self, item: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], on: Sequence[str]
    ) -> Judgement:
        """Find the candidate that is the same thing as the item, comparing the fields named."""
        asked = {"item": item, "candidates": candidates, "on": on}
        return await self._ask("match", asked, lambda: self._judge.match(item, candidates, on))

    async def score(self, features: Mapping[str, float], weights: Mapping[str, float]) -> Judgement:
        """Weigh features, each 0..1, into a score 0..1000."""
        asked = {"features": features, "weights": weights}
        return await self._ask("score", asked, lambda: self._judge.score(features, weights))

    async def draft(self, template: str, values: Mapping[str, Any]) -> Judgement:
        """Write a text from a template and values."""
        asked = {"template": template, "values": values}
        return await self._ask("draft", asked, lambda: self._judge.draft(template, values))

    async def _ask(self, verb: str, asked: Any, do: Callable[[], Awaitable[Judgement]]) -> Judgement:
        async def answer() -> dict[str, Any]:
            with counting() as used:
                try:
                    given = asdict(await do())
                except (DocumentInvalid, JudgementFailed) as error:
                    given = {"failed": error.code, "message": str(error)}
            # An answer that could not be used was paid too.
            paid = {name: max(quantity, given.get(name, 0)) for name, quantity in asdict(used).items()}
            return {**given, **paid}

        given = await self._step("judge", verb, asked, answer)
        if "failed" in given:
            raise _FAILURES[given["failed"]](given["message"])
        return Judgement(**given)
