"""What the tests of the app without a browser share."""

from collections.abc import Iterator

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def components_of_installed_packages() -> Iterator[None]:
    """Each AppTest reads what all installed packages say of themselves, 0.15 s long; here it is read once."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield
