"""Reading a label file beside the page: in a thread of its own, with progress, until it is done or stopped."""

from __future__ import annotations

import io
import weakref
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from hashlib import sha256
from threading import Event, Thread

from pages.parts.server.memory import upload_is_gone
from sampler_core.datasets.label_files import Layout, Limits, Reading, read_counts, sniff

# The library reads up to 100,000 classes. A page computes and draws each of them for each epoch: with 10,000 a run
# takes a second and the server 0.5 GB, with 100,000 ten seconds and 2 GB.
LIMITS = Limits(unpacked=4 << 30, classes=10_000)


@dataclass(frozen=True, slots=True, weakref_slot=True, eq=False)
class Upload:
    """What a user brought: a file's bytes under its name, or pasted text. `digest` stands for the bytes."""

    name: str
    content: bytes
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", sha256(self.content).hexdigest())
        weakref.finalize(self, upload_is_gone.set)


class _File(io.BytesIO):
    """Bytes in memory that have a file's name, for the sentences of the readers."""

    def __init__(self, upload: Upload) -> None:
        super().__init__(upload.content)
        self.name = upload.name


class ReadingJob:
    """Begins to read at once. `share` says how far it is; `result` has the reading, or raises what reading raised."""

    def __init__(self, upload: Upload, layout: Layout | None = None) -> None:
        self.upload, self.layout, self.share = upload, layout, 0.0
        self._stopped, self._future = Event(), Future[Reading]()
        Thread(target=self._run, name="reading", daemon=True).start()

    @property
    def done(self) -> bool:
        """Whether it was read, or cannot be."""
        return self._future.done()

    def result(self) -> Reading:
        """The reading; `ReadingError` when the file cannot be read. Ask `done` first, else this waits."""
        return self._future.result()

    def wait(self, seconds: float) -> None:
        """For a while: most files are read before anybody could see a progress bar."""
        wait([self._future], seconds)

    def stop(self) -> None:
        """At the next piece of the file."""
        self._stopped.set()

    def _run(self) -> None:
        try:
            file = _File(self.upload)
            layout = self.layout or sniff(file, limits=LIMITS)
            self._future.set_result(read_counts(file, layout, progress=self._progress, limits=LIMITS))
        except BaseException as error:  # whatever it is belongs to the session that asks for the result
            self._future.set_exception(error)

    def _progress(self, share: float) -> bool:
        self.share = share
        return not self._stopped.is_set()
