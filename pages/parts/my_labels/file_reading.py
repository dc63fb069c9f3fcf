"""Reading an uploaded label file in a child process, with progress, until it is done or stopped."""

from __future__ import annotations

import weakref
from dataclasses import asdict, dataclass, field
from hashlib import sha256

from pages.parts.my_labels import reading_process
from pages.parts.server.jobs import Job, JobError, start_spare
from pages.parts.server.session_cleanup import upload_is_gone
from sampler_core.datasets.label_files import Layout, Reading, ReadingError
from sampler_core.datasets.label_files.errors import printable

FUNCTION = f"{reading_process.__name__}:read_upload"
MODULES = (reading_process.__name__, "pyarrow.csv", "pyarrow.compute", "pyarrow.parquet")


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Upload:
    """What a user uploaded: a file's bytes under its name, or pasted text. `digest` stands for the bytes."""

    name: str
    content: bytes
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", sha256(self.content).hexdigest())
        weakref.finalize(self, upload_is_gone.set)


class ReadingJob(Job):
    """Reads an upload; the result is a `Reading`, or `ReadingError` in a sentence whatever happened to the reader."""

    def __init__(self, upload: Upload, layout: Layout | None = None) -> None:
        self.upload, self.layout = upload, layout
        request = {"name": upload.name, "layout": None if layout is None else asdict(layout)}
        super().__init__(FUNCTION, request, upload.content, MODULES)
        start_spare(MODULES)

    def result(self) -> Reading:
        """The reading; `ReadingError` when the file cannot be read. Waits until the job is done."""
        try:
            answer = super().result()
        except JobError as error:
            name, advice = printable(self.upload.name), "Save the label column alone, as CSV, and read that"
            raise ReadingError(f"{name} cannot be read: {error}. {advice}") from error
        if "refused" in answer:
            raise ReadingError(answer["refused"])
        return reading_process.reading_from_json(answer)
