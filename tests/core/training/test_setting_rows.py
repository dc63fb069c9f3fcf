"""The rows that pages show are those of the learners and losses, and are read without torch."""

import subprocess
import sys

from sampler_core.plans.parameters import rows_of
from sampler_core.training.learners import LEARNERS
from sampler_core.training.losses import LOSSES, loss_of_json
from sampler_core.training.setting_rows import EXPONENT, LEARNER_ROWS, LOSS_ROWS


def test_every_learner_and_loss_has_its_rows_for_the_page():
    assert {name: rows_of(cls) for name, cls in LEARNERS.items()} == LEARNER_ROWS
    own = {name: rows_of(cls) for name, cls in LOSSES.items()}
    assert own | {"class_weighted": {"exponent": EXPONENT}} == LOSS_ROWS, (
        "an exponent may be a schedule, and has no row"
    )


def test_what_the_controls_start_with_is_what_each_entry_does():
    for name, rows in LOSS_ROWS.items():
        assert loss_of_json({"name": name, **{field: row.default for field, row in rows.items()}}) == LOSSES[name]()
    for name, rows in LEARNER_ROWS.items():
        assert LEARNERS.decode({"name": name, **{f: row.default for f, row in rows.items()}}) == LEARNERS[name]()


def test_a_page_reads_them_and_results_without_torch_and_scikit_learn():
    code = (
        "import sys, sampler_core.training.setting_rows, sampler_core.training.study_result\n"
        "import sampler_core.training.published_sets, sampler_core.training.comparison as c\n"
        "c.found_difference(0.01, 25)\n"
        "print({'torch', 'sklearn'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True)
    assert done.stdout == "set()\n", done.stderr
