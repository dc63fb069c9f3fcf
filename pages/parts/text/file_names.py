"""Titles as parts of file names."""

from __future__ import annotations

import re


def file_name(title: str) -> str:
    """A title as part of a file name: at most 60 lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "page"
