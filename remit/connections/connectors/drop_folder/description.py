"""How a drop folder is described in `connections.yaml`."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, field_validator


class Description(BaseModel):
    """A folder."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    folder: Path

    @field_validator("folder")
    @classmethod
    def _is_absolute(cls, folder: Path) -> Path:
        if not folder.is_absolute():
            raise ValueError("`folder` is a full path, so that it is the same wherever Remit is started")
        return folder
