"""Learns labels from example texts: TF-IDF over words and letters, logistic regression, calibrated on held-out ones.

A raw score is the probability of the label times how familiar the text is. With enough examples it is calibrated by
cross-validation; with few it is held down by how few there are. A text unlike every example is never confident.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from remit.intelligence.confidence import SURE, Calibration

LONGEST = 20_000
"""Letters of a text that are read; what a text is about stands at its beginning."""
ENOUGH_EXAMPLES = 20
FOLDS = 4
_FAMILIAR_FROM = 0.4
"""A text this alike (cosine) to some example is wholly familiar."""
_DOUBT_OF_FEW = 3
"""With n examples of the rarest label, confidence is held to n / (n + this)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """The most likely label."""

    label: str
    confidence: int
    familiarity: int
    """how much like some example the text is, and how many of its words are known, whichever is less, 0..1000"""


class Classifier:
    """A model fitted to one set of labels with their examples."""

    def __init__(self, labels: Mapping[str, Sequence[str]]) -> None:
        pairs = [(text[:LONGEST], label) for label in sorted(labels) for text in _examples_of(label, labels[label])]
        self._texts, self._labels = [text for text, _ in pairs], [label for _, label in pairs]
        self._model = _Model(self._texts, self._labels)
        counts = [self._labels.count(label) for label in labels]
        self._examples = min(counts)
        is_enough = len(labels) > 1 and len(pairs) >= ENOUGH_EXAMPLES and self._examples >= FOLDS
        self._calibration = self._calibrate() if is_enough else None

    def guess(self, text: str) -> Guess:
        """Choose a label for a text."""
        label, raw, familiarity = self._model.rate([text[:LONGEST]])[0]
        if self._calibration:
            confidence = self._calibration.apply(raw)
        else:
            confidence = raw * self._examples // (self._examples + _DOUBT_OF_FEW)
        # What worked on familiar texts says nothing of a strange one.
        return Guess(label=label, confidence=min(confidence, familiarity), familiarity=familiarity)

    def _calibrate(self) -> Calibration:
        """Let models that did not see an example judge it, and learn what their scores are worth."""
        folds: Any = import_module("sklearn.model_selection").StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        outcomes: list[tuple[int, bool]] = []
        splits: list[tuple[list[int], list[int]]] = list(folds.split(self._texts, self._labels))
        for seen, held in splits:
            model = _Model([self._texts[i] for i in seen], [self._labels[i] for i in seen])
            rated = model.rate([self._texts[i] for i in held])
            outcomes += [(raw, label == self._labels[i]) for i, (label, raw, _) in zip(held, rated, strict=True)]
        return Calibration.learn(outcomes)


def version() -> str:
    """Give the version of the method: this file's and the library's."""
    return f"1+scikit-learn-{import_module('sklearn').__version__}"


def _examples_of(label: str, texts: Sequence[str]) -> Sequence[str]:
    """Give the examples of a label; one without any is known by its name alone."""
    return [text for text in texts if text.strip()] or [label.replace("_", " ").replace("-", " ")]


def words_of(text: str) -> list[str]:
    """Give the words of a text."""
    return re.findall(r"\w+", text.casefold())


class _Model:
    """Vectors and a linear model on them."""

    def __init__(self, texts: Sequence[str], labels: Sequence[str]) -> None:
        # scikit-learn takes a second to import, and most processes never classify: it is imported here, by name.
        text_features = import_module("sklearn.feature_extraction.text")
        vectors = text_features.TfidfVectorizer
        self._vectors: Any = import_module("sklearn.pipeline").FeatureUnion(
            [
                ("words", vectors(ngram_range=(1, 2), tokenizer=words_of, token_pattern=None, sublinear_tf=True)),
                ("letters", vectors(analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True)),
            ]
        )
        self._known: Any = self._vectors.fit_transform(texts)
        self._words = {word for text in texts for word in words_of(text)}
        self._names = sorted(set(labels))
        self._linear: Any = None
        if len(self._names) > 1:
            regression = import_module("sklearn.linear_model").LogisticRegression
            self._linear = regression(C=10.0, class_weight="balanced", max_iter=1000)
            self._linear.fit(self._known, labels)

    def rate(self, texts: Sequence[str]) -> list[tuple[str, int, int]]:
        """Give each text's likeliest label, its raw score, and how familiar the text is."""
        vectors: Any = self._vectors.transform(texts)
        # Each half has length one, so a product of two vectors is twice the mean of the two cosines.
        nearest: list[float] = [float(row) / 2 for row in (vectors @ self._known.T).max(axis=1).toarray().ravel()]
        likeliest = self._likeliest(vectors, len(texts))
        familiar = [self._familiarity(text, cosine) for text, cosine in zip(texts, nearest, strict=True)]
        return [
            (label, round(chance * known), known) for (label, chance), known in zip(likeliest, familiar, strict=True)
        ]

    def _familiarity(self, text: str, cosine: float) -> int:
        words = words_of(text)
        known = sum(word in self._words for word in words) / max(1, len(words))
        return round(SURE * min(1.0, cosine / _FAMILIAR_FROM, known))

    def _likeliest(self, vectors: Any, count: int) -> list[tuple[str, float]]:
        if self._linear is None:
            return [(self._names[0], 1.0)] * count
        chances: Any = self._linear.predict_proba(vectors)
        best = [int(row.argmax()) for row in chances]
        return [(str(self._linear.classes_[i]), float(row[i])) for i, row in zip(best, chances, strict=True)]
