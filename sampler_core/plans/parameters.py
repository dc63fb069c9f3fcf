"""One row a parameter: what a person may set, in which range, under which name.

The one contract here: controls, URLs, help texts and range errors are all made from these rows. A schedule or a
target carries its rows on its fields (`described`), so that adding one touches one place.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal

from sampler_core.data.plain_values import check_number, plain_value

Kind = Literal["number", "integer", "choice", "text", "names"]
Group = Literal["main", "data", "schedule", "limits", "draws"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A row. `key` is its name in the URL and of its control; `default` None means "not set" is allowed.

    maximum: of a text, its characters. `slider` (from, to, step) is the range a slider beside the number box covers,
    usually narrower than what may be typed; None: no slider. On a `logarithmic` row its step is the number of steps.
    `group` is where its control stands: in sight ("main") or in a group that opens. `brief` are the few words, with {}
    for the value, by which a closed group tells a value that is not the default; "": the label and the value. `first`
    is what a choice without a default starts with; such a choice is always in the URL.
    """

    key: str
    label: str
    help: str
    default: float | int | str | None
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""
    kind: Kind = "number"
    logarithmic: bool = False
    choices: tuple[str, ...] = ()
    slider: tuple[float, float, float] | None = None
    group: Group = "main"
    brief: str = ""
    first: str | None = None

    @property
    def start(self) -> Any:
        """What a control shows before anybody touched it: the default; of a list of names, those in it or none."""
        if self.kind == "names":
            return str(self.default).split(", ") if self.default else []
        return self.first or self.default

    @property
    def allowed(self) -> str:
        """What a value must be, in words: "a whole number from 1 to 1,000"."""
        if self.kind in ("choice", "text", "names"):
            return f"one of {', '.join(self.choices)}" if self.choices else "text"
        whole = "a whole number" if self.kind == "integer" else "a number"
        return f"{whole} from {self.minimum:,} to {self.maximum:,}"

    @property
    def stops(self) -> tuple[float, ...]:
        """The values the slider stops at, rising; () without one. Logarithmic stops are rounded to two digits."""
        if self.slider is None:
            return ()
        low, high, step = self.slider
        if not self.logarithmic:
            return tuple(round(low + i * step, 10) for i in range(round((high - low) / step) + 1))
        ratio = high / low
        rounded = {float(f"{low * ratio ** (i / step):.2g}") for i in range(round(step))} | {high}
        return tuple(sorted({float(round(v)) if self.kind == "integer" else v for v in rounded}))

    def check(self, value: Any) -> None:
        """`ValueError` (or `TypeError`) when the value is outside what this row allows."""
        if (value is None and self.default is None) or self.kind == "names":
            return
        if self.kind in ("choice", "text"):
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                raise ValueError(f"{self.key} must be {self.allowed}, got {value!r}")
            if self.kind == "text" and self.maximum is not None and len(value) > self.maximum:
                raise ValueError(f"{self.key} must be at most {self.maximum:,} characters, got {len(value):,}")
            return
        check_number(self.key, value, self.allowed, self.minimum or 0, self.maximum or 0)
        if self.kind == "integer" and value % 1:
            raise ValueError(f"{self.key} must be {self.allowed}, got {value!r}")


def described(row: Parameter, default: Any = dataclasses.MISSING) -> Any:
    """A dataclass field that carries its row; without a default the field is required."""
    return dataclasses.field(default=default, metadata={"parameter": row})


def rows_of(cls: type) -> dict[str, Parameter]:
    """Field name -> row, for the described fields of a schedule or target."""
    return {f.name: f.metadata["parameter"] for f in dataclasses.fields(cls) if "parameter" in f.metadata}


class Described:
    """Base of frozen dataclasses with described fields: construction checks each field against its row.

    The error names the field, not the row's key. Numbers become their row's own type (1 is 1.0 where a number is meant,
    and -0.0 is 0.0), so that equal values have one repr, one JSON text and one fingerprint.
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        for name, parameter in rows_of(type(self)).items():
            if parameter.kind == "text":  # read and checked by the value itself
                continue
            parameter_value: Any = plain_value(getattr(self, name))
            try:
                parameter.check(parameter_value)
            except (TypeError, ValueError) as error:
                raise type(error)(str(error).replace(parameter.key, name, 1)) from None
            if parameter_value is not None and parameter.kind in ("number", "integer"):
                plain = int(parameter_value) if parameter.kind == "integer" else float(parameter_value) + 0.0
                object.__setattr__(self, name, plain)


# --- the rows of the Data and Run groups and of a page's own controls -------------------------------------------

DATA = Parameter(
    "data", "Source",
    "Synthetic: class counts made from a profile. Published: those of a published data set. My labels: those of a file "
    "that you choose or of labels that you paste. Sources: those of a training mixture, such as languages or corpora, "
    "by their sizes.",
    None, kind="choice", choices=("published", "synthetic", "mine", "sources"), group="data", first="published",
)  # fmt: skip
TABLE = Parameter(
    "table", "Published data set", "Class counts of a published data set.", "cifar10_lt_if100", kind="choice",
    group="data",
)  # fmt: skip
PROFILE = Parameter(
    "profile", "Profile",
    "How the class counts fall from the largest class to the smallest: exponential; Pareto (a few large classes and a "
    "long flat tail); step (half large, half small); one rare class.",
    "exponential", kind="choice", group="data",
)  # fmt: skip
RATIO = Parameter(
    "ratio", "Class imbalance",
    "The imbalance ratio: samples of the largest class over samples of the smallest. 1 is balanced.",
    100.0, 1.0, 1000.0, 1.0, logarithmic=True, slider=(1.0, 1000.0, 120),
)  # fmt: skip
CLASSES = Parameter(
    "classes", "Number of classes", "How many classes the synthetic data has.",
    10, 1, 1000, 1, kind="integer", logarithmic=True, slider=(1, 1000, 120), group="data",
)  # fmt: skip
SAMPLES = Parameter(
    "samples", "Samples", "How many samples the synthetic data has in all.",
    20_000, 1, 100_000_000, 1000, kind="integer", logarithmic=True, slider=(10, 100_000_000, 140), group="data",
)  # fmt: skip
MIXTURE = Parameter(
    "mixture", "Mixture",
    "The sources of a published mixture, or your own. What you change in the table becomes yours.",
    "dolma", kind="choice", group="data",
)  # fmt: skip
SOURCES = Parameter(
    "sources", "Sources as lines", "One source a line: its name and its size, as in en, 2733000000 or en 2.7B. Links "
    "have it too.", "large 1000000\nmedium 100000\nsmall 10000", maximum=20_000, kind="text", group="data",
)  # fmt: skip
TOKENS = Parameter(
    "tokens", "Tokens a sample",
    "Where the sizes count tokens: how many of them one draw takes, as a packed sequence does. Each size is divided by "
    "it. 1: the sizes count what one draw takes.",
    1, 1, 10_000_000, 1, kind="integer", group="data",
)  # fmt: skip
EPOCHS = Parameter(
    "epochs", "Epochs", "How many epochs the run has.", 100, 1, 1000, 1, kind="integer", slider=(1, 300, 1)
)
BATCH_SIZE = Parameter(
    "batch", "Batch size", "Draws in one batch (of one rank).",
    128, 1, 65_536, 1, kind="integer", slider=(8, 1024, 8),
)  # fmt: skip
SAMPLES_PER_EPOCH = Parameter(
    "per_epoch", "Samples per epoch", "Draws in one epoch. Empty: as many as the data has samples.",
    None, 1, 1_000_000_000, 1000, kind="integer", group="draws", brief="{} samples an epoch",
)  # fmt: skip
DRAWING = Parameter(
    "scheme", "Sampling scheme",
    "Independent: every draw on its own, as PyTorch's WeightedRandomSampler draws. Exact: each class gets its share of "
    "the epoch to within one draw. Stratified: each class gets its share of every batch to within one draw.",
    "independent", kind="choice", choices=("independent", "exact", "stratified"), group="draws", brief="{}",
)  # fmt: skip
MAX_REPEATS = Parameter(
    "max_repeats", "Cap on repeats",
    "No sample of a class more often than this in an epoch: each of them under the exact scheme, on average under the "
    "others. What that takes from a class goes to the others. Empty: no cap.",
    None, 0, 100_000, 1, group="limits", brief="cap {} repeats",
)  # fmt: skip
MIN_SHARE = Parameter(
    "min_share", "Floor on shares", "Every class has at least this share of the draws. Empty: no floor.",
    None, 0.0, 1.0, 0.01, group="limits", brief="floor {} of the draws",
)  # fmt: skip
MIN_PER_BATCH = Parameter(
    "min_per_batch", "Floor per batch",
    "Every class is in each full batch at least this often. Needs the stratified scheme.",
    0, 0, 65_536, 1, kind="integer", group="limits", brief="floor {} a batch",
)  # fmt: skip
SEED = Parameter(
    "seed", "Seed", "Decides all draws. The same seed draws the same, anywhere.", 0, 0, 2**31 - 1, 1, kind="integer",
    group="draws",
)  # fmt: skip
EPOCH = Parameter(
    "epoch", "Epoch", "The epoch that the figures of one epoch show; the first is 0.", 0, 0, 999, 1, kind="integer",
    slider=(0, 999, 1),
)  # fmt: skip
AXIS = Parameter(
    "axis", "Axis of shares", "Logarithmic shows small shares, linear shows how they add up to 100 %.",
    "linear", kind="choice", choices=("linear", "logarithmic"),
)  # fmt: skip
FOLLOW = Parameter(
    "followed", "Follow classes",
    "These classes stand out in all figures and get their own row of numbers. A click on a class does the same.",
    None, kind="names",
)  # fmt: skip
FIRST_BATCH = Parameter(
    "first_batch", "First batch shown", "Batches are numbered from 0.", 0, 0, 1_000_000_000, 50, kind="integer"
)
SHOWN_BATCHES = Parameter(
    "shown", "Batches shown", "How many batches of the epoch to show.",
    50, 1, 200, 10, kind="integer",
)  # fmt: skip

DATA_ROWS = (DATA, TABLE, PROFILE, RATIO, CLASSES, SAMPLES, MIXTURE, SOURCES, TOKENS)
# Field of a plan -> row: its limits and sampling scheme, and the settings of the run.
LIMIT_ROWS = {"drawing": DRAWING, "max_repeats": MAX_REPEATS, "min_share": MIN_SHARE, "min_per_batch": MIN_PER_BATCH}
LENGTH_ROWS = {"epochs": EPOCHS, "batch_size": BATCH_SIZE, "samples_per_epoch": SAMPLES_PER_EPOCH, "seed": SEED}
PLAN_ROWS = LENGTH_ROWS | LIMIT_ROWS
RUN_ROWS = (EPOCHS, BATCH_SIZE, SAMPLES_PER_EPOCH, *LIMIT_ROWS.values(), SEED)
PAGE_ROWS = (EPOCH, AXIS, FOLLOW, FIRST_BATCH, SHOWN_BATCHES)
