"""Chooses who judges, from the setting `REMIT_MODEL`."""

from remit.errors import SettingsInvalid
from remit.intelligence.judge import Judge
from remit.intelligence.local import LocalJudge


def choose_judge(model: str) -> Judge:
    """Give the judge for a setting: a model as pydantic-ai names it, or none for local judgement.

    Raises:
        SettingsInvalid: The model is unknown, its package is not installed, or its key is not set.
    """
    if not model:
        return LocalJudge()
    from pydantic_ai.exceptions import UserError  # noqa: PLC0415  # takes a second, and most houses have no model
    from pydantic_ai.models import infer_model  # noqa: PLC0415  # the same

    from remit.intelligence.language_model import ModelJudge  # noqa: PLC0415  # the same

    try:
        return ModelJudge(infer_model(model))
    except (UserError, ImportError, ValueError) as error:
        raise SettingsInvalid(
            f"the model `{model}` cannot be used: {error}. Correct `REMIT_MODEL`, or leave it empty to judge locally"
        ) from error
