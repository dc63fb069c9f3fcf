"""What a training run drew and reached: written line by line, read while it grows, compared with its plan.

The one contract here: the file is JSON Lines, version 1, which `records` describes. Nothing here communicates between
ranks: each writes its own file, and the reader adds them up.
"""

from sampler_core.run_log.audit import audit
from sampler_core.run_log.departures import Departure, Judgement, departures, judged, verdict
from sampler_core.run_log.rank_records import RankRecords
from sampler_core.run_log.reader import RunReader, read_run, records_of_content, run_of_contents, run_of_files
from sampler_core.run_log.run import Run
from sampler_core.run_log.writer import RunLog

__all__ = [
    "Departure", "Judgement", "RankRecords", "Run", "RunLog", "RunReader", "audit", "departures", "judged", "read_run",
    "records_of_content", "run_of_contents", "run_of_files", "verdict",
]  # fmt: skip
