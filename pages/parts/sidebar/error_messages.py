"""Errors of the library as messages of the page: the sidebar's labels in place of the library's names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from pages.parts.sidebar.toasts import tell
from pages.parts.text.markdown import literal
from sampler_core.plans.parameters import CLASSES, LIMIT_ROWS, PLAN_ROWS, RATIO, SAMPLES, Parameter, rows_of
from sampler_core.plans.registry import SCHEDULES, TARGETS

DATA_FIELDS = {"num_classes": CLASSES, "num_samples": SAMPLES, "imbalance_ratio": RATIO, "ratio": RATIO}
_QUOTED_OR_WORD = re.compile(r"""(?<!\w)(?:'[^']*'|"[^"]*")(?!\w)|\w+=?""")


def error_in_words(error: Exception) -> str:
    """An error of the library with the sidebar's labels for its names; what it quotes stays."""
    named_rows = (DATA_FIELDS, PLAN_ROWS, *map(rows_of, (*TARGETS.values(), *SCHEDULES.values())))
    labels = {field: p.label for group in named_rows for field, p in group.items() if field != p.label.lower()}
    labels |= {f"{field}=": f"{limit.label} " for field, limit in LIMIT_ROWS.items()}  # as "max_repeats=2 must allow"
    labels["n_max"] = "the size of the largest class"
    return _QUOTED_OR_WORD.sub(lambda word: labels.get(word[0], word[0]), str(error))


def problem_in_words(parameter: Parameter, value: object) -> str:
    """What is wrong with this value, under the parameter's label; "" when nothing is."""
    try:
        parameter.check(value)
    except (TypeError, ValueError) as error:
        return str(error).replace(parameter.key, parameter.label, 1)
    return ""


@contextmanager
def error_toast(what: str, in_words: Callable[[Exception], str] = error_in_words) -> Iterator[None]:
    """Turns an error of a callback into a message: what has not happened, and the error in words."""
    try:
        yield
    except (TypeError, ValueError) as error:
        tell(literal(f"{what}: {in_words(error)}."), ":material/error:")
