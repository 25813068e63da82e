"""The options of a run: one model for Python, the command line and, later, HTTP."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hairyo.documents import ColumnMap
from hairyo.errors import UsageError


class RunOptions(BaseModel):
    """What a run does, apart from its input and output folders.

    Attributes:
        columns: column map for tables (`user=会員ID,name=氏名,text=自己PR`), or None to go by column names.
        policy: name or file of the redaction policy.
        recipient: who is to get the copies; keyed stand-ins differ from one recipient to the next.
        ledger: URL of the consent ledger; None for the one in the data folder.
        workers: processes.
        timeout: seconds that a file, or one part of a large table, may take before the file is given up; a large file
            has them several times (`shares_of`).
        memory: bytes of address space that a worker may use; None for no limit of ours.
        channel: how the submissions came, where the index does not say.
        ginza: let GiNZA look for names, too (`Detector`).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    columns: str | None = None
    policy: str = "client-company"
    recipient: str = ""
    ledger: str | None = None
    workers: int = Field(default=1, ge=1, le=256)
    timeout: float = Field(default=600.0, gt=0)
    memory: int | None = Field(default=None, gt=0)
    channel: str = "upload"
    ginza: bool = False

    @property
    def column_map(self) -> ColumnMap | None:
        """The parsed column map."""
        return None if self.columns is None else ColumnMap.parse(self.columns)

    @classmethod
    def of(cls, **values: object) -> RunOptions:
        """Return checked options.

        Raises:
            UsageError: an option is unknown or out of range; the message names it.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            names = ", ".join(sorted({str(one["loc"][0]) for one in error.errors()}))
            raise UsageError("unknown or wrong option: {names}; see docs/cli.md", names=names) from error
