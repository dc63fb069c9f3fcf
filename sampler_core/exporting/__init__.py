"""What leaves the tool: code, CSV tables, and a report as one HTML file.

The one contract here: class names are data in each of them, never code, formula or markup.
"""

from sampler_core.exporting.csv_tables import batch_table, csv_file
from sampler_core.exporting.html_report import Report, report_html
from sampler_core.exporting.report_frames import Frame, Panel
from sampler_core.exporting.training_code import VARIANTS, as_code, snippet

__all__ = ["VARIANTS", "Frame", "Panel", "Report", "as_code", "batch_table", "csv_file", "report_html", "snippet"]
