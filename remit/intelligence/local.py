"""Judgement without a model, a key or a network: learned classifiers, readers, comparison, weights and templates."""

import asyncio
import math
import re
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from remit.canonical import digest_of
from remit.errors import JudgementFailed
from remit.intelligence import classifier
from remit.intelligence.classifier import Classifier
from remit.intelligence.documents import invoices
from remit.intelligence.judge import Judgement
from remit.intelligence.matching import LOWEST_MATCH, find_best
from remit.intelligence.template import fill

_KEPT_MODELS = 32
_READERS = {"invoice": invoices.report}
_VERSION = "1"


class LocalJudge:
    """Answers every question on this machine."""

    def __init__(self) -> None:
        self._models: OrderedDict[str, Classifier] = OrderedDict()

    async def classify(self, text: str, labels: Mapping[str, Sequence[str]]) -> Judgement:
        """Choose one of the labels, each given with example texts; None when there is nothing to read."""
        if not labels:
            raise JudgementFailed("there are no labels to choose from. Give at least one, with examples")
        if not re.search(r"\w", text):
            return _answer("classifier", None, 0, "the text is empty")
        guess = await asyncio.to_thread(self._guess, text, labels)
        because = f"the text is {guess.familiarity / 10:.0f} % familiar from the examples"
        return Judgement(
            value=guess.label,
            confidence=guess.confidence,
            by="local/classifier",
            version=classifier.version(),
            because=because,
        )

    def _guess(self, text: str, labels: Mapping[str, Sequence[str]]) -> classifier.Guess:
        digest = digest_of({label: list(texts) for label, texts in labels.items()})
        model = self._models.get(digest) or Classifier(labels)
        self._models[digest] = model
        self._models.move_to_end(digest)
        while len(self._models) > _KEPT_MODELS:
            self._models.popitem(last=False)
        return model.guess(text)

    async def extract(self, kind: str, document: bytes) -> Judgement:
        """Read a document of a kind, as in `invoice`.

        Raises:
            DocumentInvalid: It cannot be read as that kind.
            JudgementFailed: There is no reader for that kind.
        """
        reader = _READERS.get(kind)
        if reader is None:
            raise JudgementFailed(f"no reader for documents of kind `{kind}`. There is one for {_listed(_READERS)}")
        report, sureness = await asyncio.to_thread(reader, document)
        errors = sum(finding["severity"] == "error" for finding in report["findings"])
        return Judgement(
            value=report,
            confidence=sureness,
            by="local/einvoice",
            version=invoices.VERSION,
            because=f"read exactly, with {errors} errors and {len(report['findings']) - errors} warnings",
        )

    async def match(
        self, item: Mapping[str, Any], candidates: Sequence[Mapping[str, Any]], on: Sequence[str]
    ) -> Judgement:
        """Find the candidate that is the same thing as the item: its index, its id and how alike each field is."""
        if not on:
            raise JudgementFailed("there is nothing to compare. Name at least one field")
        best = find_best(item, candidates, on)
        if best is None:
            return _answer("matching", None, 1000, "there are no candidates")
        if best.score < LOWEST_MATCH:
            return _answer("matching", None, 1000 - best.score, f"no candidate agrees on half of {_listed(on)}")
        differing = [name for name, alike in best.fields.items() if not alike]
        because = f"it differs in {_listed(differing)}" if differing else f"it agrees on {_listed(on)}"
        if best.runner_up == best.score:
            because += ", and so does another candidate"
        value = {"index": best.index, "id": candidates[best.index].get("id"), "fields": best.fields}
        return _answer("matching", value, best.confidence, because)

    async def score(self, features: Mapping[str, float], weights: Mapping[str, float]) -> Judgement:
        """Weigh features, each 0..1, into a score 0..1000; a negative weight counts against.

        A feature that is missing is left out, and the confidence falls by its share of the weights.

        Raises:
            JudgementFailed: There is nothing to weigh, or a number is out of bounds.
        """
        _check_numbers(features, weights)
        known = {name: weight for name, weight in weights.items() if name in features}
        total, present = _span(weights), _span(known)
        if not present:
            raise JudgementFailed(f"nothing can be weighed. Give some of {_listed(weights) or 'the weights'}")
        low = math.fsum(weight for weight in known.values() if weight < 0)
        raw = math.fsum(weight * features[name] for name, weight in known.items())
        missing = sorted(weights.keys() - features.keys())
        because = f"without {_listed(missing)}" if missing else f"from {_listed(sorted(known))}"
        return _answer("weights", round(1000 * (raw - low) / present), round(1000 * present / total), because)

    async def draft(self, template: str, values: Mapping[str, Any]) -> Judgement:
        """Write a text from a template and values.

        Raises:
            JudgementFailed: A value the template needs is missing.
        """
        return _answer("template", fill(template, values), 1000, "every value was given")


def _answer(method: str, value: Any, confidence: int, because: str) -> Judgement:
    return Judgement(value=value, confidence=confidence, by=f"local/{method}", version=_VERSION, because=because)


def _span(weights: Mapping[str, float]) -> float:
    return math.fsum(abs(weight) for weight in weights.values())


def _check_numbers(features: Mapping[str, float], weights: Mapping[str, float]) -> None:
    for name, feature in features.items():
        if not 0 <= feature <= 1:
            raise JudgementFailed(f"the feature `{name}` is {feature}. Features go from 0 to 1")
    for name, weight in weights.items():
        if not math.isfinite(weight):
            raise JudgementFailed(f"the weight of `{name}` is {weight}. Use a finite number")
    if strange := sorted(features.keys() - weights.keys()):
        raise JudgementFailed(f"nobody said what {_listed(strange)} weighs. Name it in the weights, if only with 0")


def _listed(names: Mapping[str, Any] | Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)
