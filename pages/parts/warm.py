"""What a visit needs, imported once by the server before the first visitor comes."""

import pages.parts.controls
import pages.parts.live_panel  # noqa: F401
