"""Judgement on this machine alone."""

import asyncio
import subprocess
import sys
from collections.abc import Callable

import pytest

from remit.errors import DocumentInvalid, JudgementFailed
from remit.intelligence.judge import Judge
from remit.intelligence.local import LocalJudge

LABELS = {
    "billing": [
        "I was charged twice this month",
        "please refund my last invoice",
        "the invoice amount is wrong",
        "my credit card was billed again",
        "where can I see my receipts",
        "we need a copy of the invoice for March",
    ],
    "login": [
        "I cannot log in",
        "password reset mail never arrives",
        "my account is locked",
        "two factor code does not work",
        "the sign in page says wrong password",
        "I forgot my password",
    ],
    "shipping": [
        "where is my parcel",
        "the package has not arrived",
        "delivery is late",
        "tracking number does not work",
        "wrong address on my shipment",
        "the box arrived damaged",
    ],
    "cancel": [
        "I want to cancel my subscription",
        "please close my account",
        "how do I end my contract",
        "stop my membership",
        "terminate our plan at the end of the month",
        "we do not want to renew",
    ],
}
FEW = {label: texts[:1] for label, texts in LABELS.items()}


@pytest.fixture
def judge() -> Judge:
    """Give a local judge."""
    return LocalJudge()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("please refund me, I was charged twice", "billing"),
        ("the password reset does not work", "login"),
        ("MY PARCEL HAS NOT ARRIVED", "shipping"),
        ("I would like to stop my subscription", "cancel"),
    ],
)
async def test_a_text_like_the_examples_gets_their_label(judge: Judge, text: str, label: str) -> None:
    """A text in other words than the examples is given the label they share, with some confidence."""
    judgement = await judge.classify(text, LABELS)

    assert judgement.value == label
    assert judgement.confidence >= 500
    assert judgement.by == "local/classifier"


@pytest.mark.parametrize(
    "text", ["qwpoeiru zxmcnv alskdj", "Die Lieferung ist nicht angekommen", "a" * 1_000_000, "0x9f"]
)
async def test_what_no_example_resembles_is_not_believed(judge: Judge, text: str) -> None:
    """Gibberish, another language and endless noise are answered with next to no confidence."""
    assert (await judge.classify(text, LABELS)).confidence <= 100


@pytest.mark.parametrize("text", ["", "   \n", "?!...", "😀"])
async def test_nothing_to_read_has_no_label(judge: Judge, text: str) -> None:
    """A text without a word gets no label at all."""
    judgement = await judge.classify(text, LABELS)

    assert (judgement.value, judgement.confidence) == (None, 0)


async def test_few_examples_make_nobody_sure(judge: Judge) -> None:
    """With one example a label even that very example is answered with low confidence, more with more."""
    text = LABELS["billing"][0]

    few, many = await judge.classify(text, FEW), await judge.classify(text, LABELS)

    assert few.value == many.value == "billing"
    assert few.confidence <= 250 < many.confidence


async def test_a_label_without_examples_is_known_by_its_name(judge: Judge) -> None:
    """A label without examples can still be chosen, with low confidence."""
    judgement = await judge.classify("a password reset please", {"password_reset": [], "new_laptop": []})

    assert judgement.value == "password_reset"
    assert judgement.confidence <= 250


async def test_no_labels_is_no_question(judge: Judge) -> None:
    """Without labels there is nothing to choose from."""
    with pytest.raises(JudgementFailed, match="no labels"):
        await judge.classify("anything", {})


async def test_one_label_is_chosen_no_surer_than_the_text_is_familiar(judge: Judge) -> None:
    """With a single label a strange text is still not believed."""
    judgement = await judge.classify("wholly unrelated zebra", {"billing": LABELS["billing"]})

    assert judgement.value == "billing"
    assert judgement.confidence <= 100


async def test_the_same_question_has_the_same_answer() -> None:
    """Two judges, asked at once and again, answer alike: nothing depends on order or chance."""
    judges = [LocalJudge(), LocalJudge()]
    reordered = {label: LABELS[label] for label in reversed(LABELS)}

    answers = await asyncio.gather(
        *(one.classify("my card was billed", labels) for one in judges for labels in (LABELS, reordered))
    )

    assert len(set(map(repr, answers))) == 1


async def test_a_changed_example_is_learned() -> None:
    """Labels whose examples changed are learned anew, not answered from what was kept."""
    judge = LocalJudge()
    before = await judge.classify("the flux capacitor hums", LABELS)

    after = await judge.classify(
        "the flux capacitor hums", LABELS | {"login": [*LABELS["login"], "the flux capacitor hums"]}
    )

    assert after.value == "login"
    assert after.confidence > before.confidence


async def test_an_invoice_is_extracted(judge: Judge, ubl: Callable[..., bytes]) -> None:
    """An invoice is read into fields, findings and what is missing; sureness falls with the findings."""
    judgement = await judge.extract("invoice", ubl(("<b:ID>F-2026-17</b:ID>", "")))

    assert judgement.value["invoice"]["number"] is None
    assert judgement.value["missing"] == ["invoice number"]
    assert (judgement.by, judgement.confidence) == ("local/einvoice", 800)


async def test_what_cannot_be_extracted_is_said(judge: Judge) -> None:
    """A document that is no invoice, and a kind nobody reads, are two different refusals."""
    with pytest.raises(DocumentInvalid, match="a PDF"):
        await judge.extract("invoice", b"%PDF-1.4")
    with pytest.raises(JudgementFailed, match="no reader for documents of kind `passport`"):
        await judge.extract("passport", b"<a/>")


async def test_the_best_candidate_is_found(judge: Judge) -> None:
    """The candidate that agrees is found, with its index, its id, and how alike each field is."""
    item = {"number": "INV-0017", "supplier": "Nordlicht Kontor GmbH", "gross": "142.80"}
    candidates = [
        {"id": "A", "number": "INV-0018", "supplier": "Nordlicht Kontor GmbH", "gross": 142.80},
        {"id": "B", "number": "inv 0017", "supplier": "NORDLICHT KONTOR", "gross": 142.8},
    ]

    judgement = await judge.match(item, candidates, ["number", "supplier", "gross"])

    assert judgement.value == {"index": 1, "id": "B", "fields": {"number": 1000, "supplier": 1000, "gross": 1000}}
    assert judgement.confidence == 1000


async def test_two_equal_candidates_halve_the_confidence(judge: Judge) -> None:
    """Where two candidates are as good, the answer says so and is believed half."""
    judgement = await judge.match({"name": "Ann Lee"}, [{"name": "Ann Lee"}, {"name": "Lee, Ann"}], ["name"])

    assert judgement.value["index"] == 0
    assert judgement.confidence == 500
    assert "another candidate" in judgement.because


async def test_no_match_is_an_answer(judge: Judge) -> None:
    """Where no candidate agrees on half the fields, or there is none, the answer is none."""
    strange = await judge.match({"number": "17"}, [{"number": "71"}], ["number"])
    empty = await judge.match({"number": "17"}, [], ["number"])

    assert (strange.value, strange.confidence) == (None, 1000)
    assert (empty.value, empty.confidence) == (None, 1000)
    with pytest.raises(JudgementFailed, match="nothing to compare"):
        await judge.match({"number": "17"}, [{"number": "17"}], [])


@pytest.mark.parametrize(
    ("features", "weights", "score", "confidence"),
    [
        ({"a": 1.0, "b": 0.0}, {"a": 3, "b": 1}, 750, 1000),
        ({"a": 1.0, "b": 1.0}, {"a": 1, "b": -1}, 500, 1000),
        ({"a": 0.0, "b": 1.0}, {"a": 1, "b": -1}, 0, 1000),
        ({"a": 1.0, "b": 0.0}, {"a": 1, "b": -1}, 1000, 1000),
        ({"a": 0.5}, {"a": 3, "b": 1}, 500, 750),
        ({"a": 0.5, "note": 1.0}, {"a": 1, "note": 0}, 500, 1000),
    ],
)
async def test_features_are_weighed(
    judge: Judge, features: dict[str, float], weights: dict[str, float], score: int, confidence: int
) -> None:
    """Features count by their weights, against where negative; what is missing costs confidence, not score."""
    judgement = await judge.score(features, weights)

    assert (judgement.value, judgement.confidence) == (score, confidence)


@pytest.mark.parametrize(
    ("features", "weights", "said"),
    [
        ({}, {"a": 1}, "nothing can be weighed"),
        ({"a": 1.0}, {}, "nobody said what `a` weighs"),
        ({"a": 1.0}, {"a": 0}, "nothing can be weighed"),
        ({"a": 1.5}, {"a": 1}, "the feature `a` is 1.5"),
        ({"a": float("nan")}, {"a": 1}, "the feature `a` is nan"),
        ({"a": 1.0}, {"a": float("inf")}, "the weight of `a` is inf"),
    ],
)
async def test_what_cannot_be_weighed_is_said(
    judge: Judge, features: dict[str, float], weights: dict[str, float], said: str
) -> None:
    """A missing weight, a number out of bounds and nothing at all are named, not weighed."""
    with pytest.raises(JudgementFailed, match=said):
        await judge.score(features, weights)


async def test_a_draft_says_what_it_was_given(judge: Judge) -> None:
    """A draft is the template with its values."""
    judgement = await judge.draft("Dear {who}", {"who": "Ann"})

    assert (judgement.value, judgement.by) == ("Dear Ann", "local/template")


def test_a_house_that_never_classifies_does_not_load_the_learner() -> None:
    """Choosing the local judge loads neither the learner nor the model library."""
    code = (
        "import sys; from remit.intelligence.choosing import choose_judge; choose_judge(''); "
        "sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'pydantic_ai')))"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
