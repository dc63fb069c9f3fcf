"""What leaves the tool: code, CSV tables, and a report as one HTML file.

The one contract here: class names are data in each of them, never code, formula or markup.
"""

from sampler_core.exporting.csv_tables import batch_table, csv_file
from sampler_core.exporting.mixture_code import mixture_snippet
from sampler_core.exporting.training_code import VARIANTS, as_code, snippet, two_stage_plan

__all__ = ["VARIANTS", "as_code", "batch_table", "csv_file", "mixture_snippet", "snippet", "two_stage_plan"]
