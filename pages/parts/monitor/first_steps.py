"""What stands on Monitor before there is a run: what a run log is, how to write one, where to bring it, an example."""

from __future__ import annotations

import streamlit as st

from pages.parts.monitor.run_folder import RUNS_FOLDER, run_folder
from pages.parts.monitor.shown_runs import show_example
from pages.parts.monitor.upload_box import upload_box
from pages.parts.share.share_dialog import GET_CODE

WHAT_IT_IS = (
    "A run log is a small file that training writes: what the plan expected, what the sampler gave out, and which "
    "targets reached the training step. Bring it, and the first sentence here says whether training took what was "
    "planned, or what departed, since when, and what helps."
)
FOLLOWED = (
    "To follow runs live, start the server with `{variable}=runs streamlit run app.py`: all logs in the folder are "
    "listed here, and each line is shown as soon as it is written."
)
COST = (
    "Four lines; the recall may be left out. They cost under 1 % of a step of 1 ms. Each rank writes a "
    "file of its own, and nothing communicates."
)
LOG_LINES = """\
from sampler_core.run_log import RunLog

log = RunLog("runs/today.jsonl", sampler)
for epoch in range(plan.epochs):
    sampler.set_epoch(epoch)
    for inputs, targets in loader:
        log.count(targets)
        ...  # your training step
    log.epoch(recall=recall_per_class)
log.end()
"""


def first_steps() -> None:
    """What to begin with, below the sentences of `WHAT_IT_IS`."""
    with st.container(horizontal=True, gap="small"):
        st.button("See an example", key="see-example", type="primary", on_click=show_example,
                  icon=":material/play_circle:", help="A real training of 30 epochs, with its log.")  # fmt: skip
        st.button("Code that writes one", key=GET_CODE, icon=":material/code:",
                  help="Your plan as a training script for PyTorch, Lightning, Accelerate or the Hugging Face Trainer, "
                  "with the run log in it.")  # fmt: skip
    bring, write = st.columns(2, gap="medium")
    with bring:
        st.header("Bring a run log", anchor=False)
        upload_box()
        if run_folder() is None:
            st.markdown(FOLLOWED.format(variable=RUNS_FOLDER))
    with write:
        st.header("Write one", anchor=False)
        st.code(LOG_LINES, language="python")
        st.markdown(COST)
