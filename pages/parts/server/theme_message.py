"""The theme as a message: of the settings, which stay as they are, made once instead of in every run."""

from __future__ import annotations

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session


def make_theme_once() -> None:
    """From now on Streamlit's sessions share what it makes of each section; for all sessions of this process."""
    make = app_session._populate_theme_msg

    @cache
    def made(section: str) -> CustomThemeConfig:
        message = CustomThemeConfig()
        make(message, section)
        return message

    def take_made(message: CustomThemeConfig, section: str = "theme") -> None:
        if made(section).ByteSize():  # merging nothing would say that there is such a section
            message.MergeFrom(made(section))

    app_session._populate_theme_msg = take_made  # type: ignore[assignment]
