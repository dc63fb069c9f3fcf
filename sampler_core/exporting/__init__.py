"""What leaves the tool: code, tables, and a report that is one file.

The one contract here: class names are data in each of them, never code, formula or markup.
"""

from sampler_core.exporting.report import Frame, Panel, Report, report_html
from sampler_core.exporting.snippet import VARIANTS, as_code, snippet
from sampler_core.exporting.tables import batch_table, csv_file

__all__ = ["VARIANTS", "Frame", "Panel", "Report", "as_code", "batch_table", "csv_file", "report_html", "snippet"]
