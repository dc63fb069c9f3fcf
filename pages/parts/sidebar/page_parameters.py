"""The parameters of Compare, Tune and Share, and every parameter that the URL may have by its key, with its titles."""

from __future__ import annotations

from dataclasses import replace

from pages.parts.text.words import in_words
from sampler_core.datasets import PROFILES, published_datasets, published_mixtures
from sampler_core.figures.compare_charts import CLASS_GROUPS
from sampler_core.forecast.assumed_learner import AssumedLearner
from sampler_core.forecast.metrics import GROUPS, METRICS
from sampler_core.forecast.plan_comparison import WHEN
from sampler_core.plans import parameters
from sampler_core.plans.parameters import Parameter, rows_of
from sampler_core.plans.plan_variants import LONGEST_TEXT, START_TEXT
from sampler_core.plans.registry import SCHEDULES, TARGETS
from sampler_core.plans.target_values import SHAPE, TARGET
from sampler_core.training.published_sets import published_features
from sampler_core.training.search_space import NUMBERS, SEARCHED_SHAPES, SEARCHED_TARGETS, SearchSpace
from sampler_core.training.setting_rows import LEARNER_ROWS, LOSS_ROWS
from sampler_core.tuning.schedule_families import FAMILIES

PLANS_TEXT = Parameter(
    "plans", "The plans as text",
    f"What a link carries of these plans: presets by their names, other plans by what they change about the sidebar's. "
    f"At most {LONGEST_TEXT:,} characters.",
    START_TEXT, kind="text",
)  # fmt: skip
CLASS_GROUP = Parameter(
    "follow", "Share of", "Which class, or which group of classes, the curves show.",
    "rarest class", kind="choice", choices=CLASS_GROUPS,
)  # fmt: skip
CLASS_RANK = Parameter(
    "rank", "Rank of the class", "1 is the largest class; beyond the smallest, the smallest is shown.",
    1, 1, 1_000_000, 1, kind="integer",
)  # fmt: skip
METRICS_OVER = Parameter(
    "figures_of", "Metrics",
    "Their mean over the run, those of the chosen epoch, or those of the worst epoch: the lowest where more is better, "
    "else the highest. Figures per run are the same in all three.",
    WHEN[0], kind="choice", choices=WHEN,
)  # fmt: skip
TABLE_BASE = Parameter(
    "shown_as", "Shown as", "The values themselves, or how far each plan is from one of them.", "values", kind="text"
)
REQUIREMENTS_TEXT = Parameter(
    "requirements", "The requirements as text",
    "What a link carries of these requirements: a JSON list, an object a requirement.",
    '[{"name":"absence","bound":0.05,"first_epoch":20},{"name":"repeats","bound":15.0}]', kind="text",
)  # fmt: skip
SOLVED_SHAPE = Parameter(
    "solved_shape", "Shape to look for",
    "The schedule that is looked for has this shape. As it is: the sidebar's. Skews from 0 to 1 are tried first.",
    "as it is", kind="choice", choices=("as it is", *FAMILIES),
)  # fmt: skip
MAY_CHANGE = Parameter(
    "may_change", "May change", "What the search may change beside the schedule.",
    "scheme, floor, cap", kind="names", choices=("scheme", "floor", "cap", "batch size"),
)  # fmt: skip
METRIC = Parameter(
    "metric", "Metric", "What the map shows at each skew factor and epoch increment.",
    "absence", kind="choice", choices=tuple(METRICS),
)  # fmt: skip
WHOSE = Parameter(
    "whose", "Of class", "Whose figure it is, where it is a class's; every: the worst class.",
    "rarest", kind="choice", choices=GROUPS,
)  # fmt: skip
OVER = Parameter(
    "over", "Over the run", "The mean of all epochs, the least or the greatest of them. Figures per run are the same.",
    "mean", kind="choice", choices=("mean", "least", "greatest"),
)  # fmt: skip
# Choice -> (bundled set, imbalance ratio of its long tail, title). A set with long tails is balanced without.
FEATURE_SETS = {
    f"{one.name}_{tail}" if tail else one.name:
        (one.name, tail, f"{one.title}, long tail {tail}" if tail else one.title)
    for one in published_features() for tail in one.long_tails or (None,)
}  # fmt: skip
FEATURES = Parameter(
    "features", "Features", "What the classifiers are trained on: a bundled data set, or features of your own, such as "
    "embeddings of a frozen backbone.", "page_blocks", kind="choice", choices=(*FEATURE_SETS, "mine"),
)  # fmt: skip
LEFT_OUT = Parameter("left_out", "Plans left out", "The plans of Compare that are not trained.", None, kind="names")
LEARNER = Parameter(
    "learner", "Learner", "Linear: softmax regression. MLP: one hidden layer. Both are trained by Adam.",
    "mlp", kind="choice", choices=tuple(LEARNER_ROWS),
)  # fmt: skip
LOSSES = Parameter(
    "losses", "Losses", "Each plan is trained with each of them.", "cross-entropy", kind="names",
    choices=tuple(name.replace("_", "-") for name in LOSS_ROWS),
)  # fmt: skip
SPLITS = Parameter(
    "splits", "Thoroughness", "How often each plan is trained: on as many splits of the data, or from as many seeds "
    "where the features have a split of their own. All plans meet the same ones. Below each: how long it takes, and "
    "the true difference in balanced accuracy that it finds with 80 % power.",
    "25 runs a plan", kind="choice", choices=("5 runs a plan", "25 runs a plan", "100 runs a plan"),
)  # fmt: skip
CURVE = Parameter(
    "curve", "Over epochs", "The metric whose course is shown.", "balanced_accuracy", kind="choice",
    choices=("balanced_accuracy", "accuracy", "log_loss", "corrected_log_loss", "brier", "corrected_brier"),
)  # fmt: skip
TRAINED = Parameter("trained", "Shown in detail", "The plan whose figures are shown below.", "best", kind="text")
STUDY = Parameter("study", "Study", "The study that the page shows, for an hour after its end.", "", kind="text")
WAY = Parameter(
    "way", "Way to tune", "By requirements: a plan whose draws meet what you state. By training: a schedule that makes "
    "a classifier better on features, if there is one.", "by requirements", kind="choice",
    choices=("by requirements", "by training"),
)  # fmt: skip
LEAST_SKEW = Parameter(
    "least_skew", "Least skew", "Schedules begin and end at this skew or above; static skews too.", 0.0, -2.0, 3.0, 0.1
)
MOST_SKEW = Parameter(
    "most_skew", "Largest skew", "Schedules begin and end at this skew or below; static skews too.", 1.5, -2.0, 3.0, 0.1
)
SEARCH_SHAPES = Parameter(
    "search_shapes", "Shapes", "How the skew goes from its start to its end.", ", ".join(SearchSpace().shapes),
    kind="names", choices=SEARCHED_SHAPES,
)  # fmt: skip
SEARCH_TARGETS = Parameter(
    "search_targets", "Targets",
    "What has the schedule. An adaptive target has it as its base; all plans then leave it a fifth of their rows.",
    "power skew", kind="names", choices=tuple(name.replace("_", " ") for name in SEARCHED_TARGETS),
)  # fmt: skip
CANDIDATES = Parameter(
    "candidates", "Schedules to try", "And as many static skews, in as many trainings.", "8", kind="choice",
    choices=tuple(map(str, NUMBERS)),
)  # fmt: skip
SEARCH_SPLITS = Parameter(
    "search_splits", "Splits", "Each has a search of its own, and rows that confirm it. More find smaller differences.",
    "10", kind="choice", choices=("5", "10", "20"),
)  # fmt: skip
SEARCH = Parameter("search", "Search", "The search that Tune shows, for an hour after its end.", "", kind="text")
RUNS = Parameter(
    "runs", "Runs", "Up to six runs of the folder that this server follows, or an example. A log that you bring stands "
    "beside them.", None, kind="names",
)  # fmt: skip
TITLE = Parameter(
    "title", "Title", "A name for what you share: above the page, in the tab and in the report. The link carries it.",
    "", maximum=100, kind="text",
)  # fmt: skip
NOTE = Parameter(
    "note", "Note", "What whoever opens the link or the report should know or look at.", "", maximum=500, kind="text"
)
SHARE_PARAMETERS = (TITLE, NOTE)
LEARNER_PARAMETERS = tuple(rows_of(AssumedLearner).values())
COMPARE_PARAMETERS = (PLANS_TEXT, CLASS_GROUP, CLASS_RANK, METRICS_OVER, TABLE_BASE)
MONITOR_PARAMETERS = (RUNS,)
TUNE_PARAMETERS = (REQUIREMENTS_TEXT, SOLVED_SHAPE, MAY_CHANGE, METRIC, WHOSE, OVER)
SEARCH_PARAMETERS = (WAY, LEAST_SKEW, MOST_SKEW, SEARCH_SHAPES, SEARCH_TARGETS, CANDIDATES, SEARCH_SPLITS)
TRAIN_PARAMETERS = (
    FEATURES, LEFT_OUT, LEARNER, *{row.key: row for rows in LEARNER_ROWS.values() for row in rows.values()}.values(),
    LOSSES, *(row for rows in LOSS_ROWS.values() for row in rows.values()), SPLITS, CURVE, TRAINED,
)  # fmt: skip
TABLE = replace(parameters.TABLE, choices=tuple(table.name for table in published_datasets()))
PROFILE = replace(parameters.PROFILE, choices=tuple(PROFILES))
OWN_SOURCES = "my_own"  # in place of a published mixture
MIXTURE = replace(parameters.MIXTURE, choices=(*(mixture.name for mixture in published_mixtures()), OWN_SOURCES))
PARAMETERS = {
    parameter.key: parameter
    for parameter in (
        *parameters.DATA_ROWS, TABLE, PROFILE, MIXTURE, SHAPE, TARGET,
        *(parameter for cls in (*SCHEDULES.values(), *TARGETS.values()) for parameter in rows_of(cls).values()),
        *parameters.RUN_ROWS, *parameters.PAGE_ROWS, *LEARNER_PARAMETERS, *COMPARE_PARAMETERS, *TUNE_PARAMETERS,
        *SEARCH_PARAMETERS, SEARCH, *TRAIN_PARAMETERS, STUDY, *MONITOR_PARAMETERS, *SHARE_PARAMETERS,
    )
}  # fmt: skip
TITLES = {
    "data": {"synthetic": "synthetic", "published": "published", "mine": "my labels", "sources": "sources"},
    TABLE.key: {table.name: table.title for table in published_datasets()},
    MIXTURE.key: {mixture.name: mixture.title for mixture in published_mixtures()} | {OWN_SOURCES: "My sources"},
    FEATURES.key: {name: title for name, (*_, title) in FEATURE_SETS.items()} | {"mine": "my features"},
    LEARNER.key: {"mlp": "MLP", "linear": "linear"},
    METRIC.key: {name: metric.label.lower() for name, metric in METRICS.items()},
}


def choice_titles(parameter: Parameter) -> dict[str, str]:
    """Choice -> its title in the words of the data: what a person reads, and the URL has."""
    titles = TITLES.get(parameter.key) or {choice: choice.replace("_", " ") for choice in parameter.choices}
    return {choice: in_words(title) for choice, title in titles.items()}
