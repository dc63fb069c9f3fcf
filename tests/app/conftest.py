"""What the tests of the app without a browser share."""

import json
from collections.abc import Iterator
from concurrent.futures import Future

import pytest
from streamlit.components.v2 import manifest_scanner

from pages.parts.my_labels import session_labels
from pages.parts.my_labels.reading_job import ReadingJob, read_upload


class ReadHere(ReadingJob):
    """The reading of an upload in this process, in and out as JSON: what a child process does, without its start."""

    def __init__(self, upload, layout=None):
        self.upload, self.layout, self.progress, self._job_result = upload, layout, 1.0, Future()
        self.stopped = False
        read = read_upload(json.loads(json.dumps(upload.request(layout))), upload.content, lambda share: None)
        self._job_result.set_result(json.loads(json.dumps(read)))

    def stop(self):
        """Nothing runs."""


@pytest.fixture(autouse=True)
def uploads_are_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests of the child process itself put it back: `read_in_a_child_process`."""
    monkeypatch.setattr(session_labels, "ReadingJob", ReadHere)


@pytest.fixture
def read_in_a_child_process(monkeypatch: pytest.MonkeyPatch, uploads_are_read_here: None) -> None:
    """Uploads are read as on a server."""
    monkeypatch.setattr(session_labels, "ReadingJob", ReadingJob)


@pytest.fixture(scope="session", autouse=True)
def components_of_installed_packages() -> Iterator[None]:
    """Each AppTest reads what all installed packages say of themselves, 0.15 s long; here it is read once."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield
