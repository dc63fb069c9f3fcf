"""The house: what lies where, and who may know whom.

A package that is not in `LAYERS` fails here on purpose: give it a line, and with it a place in the house.
"""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

GIVEN = {"app.py", "requirements.txt", "README.md", "pyproject.toml", "sampler_core", "pages", "tests"}
BUILT = {"__pycache__", "build", "dist", "sampler_core.egg-info"}

# From the lowest up: whoever stands here imports from those before it only. A folder stands for all that is in it,
# but for those of its folders that have a line of their own.
LAYERS = [
    "sampler_core/formatting.py",
    "sampler_core/data",
    "sampler_core/datasets/label_files",
    "sampler_core/datasets",
    "sampler_core/draws",
    "sampler_core/plans",
    "sampler_core/sampling",
    "sampler_core/mixing",
    "sampler_core/forecast",
    "sampler_core/tuning",
    "sampler_core/run_log",
    "sampler_core/training",
    "sampler_core/__init__.py",
    "sampler_core/figures",
    "sampler_core/exporting",
    "sampler_core/__main__.py",
    "pages/__init__.py",
    "pages/parts/__init__.py",
    "pages/parts/text",
    "pages/parts/server",
    "pages/parts/my_labels",
    "pages/parts/live",
    "pages/parts/sidebar",
    "pages/parts/share",
    "pages/parts/explore",
    "pages/parts/train",
    "pages/parts/tune",
    "pages/parts/compare",
    "pages/parts/monitor",
    "pages",
    "app.py",
]

# Who may import what from elsewhere, beside the standard library and (in the core) NumPy.
ELSEWHERE = {
    "jinja2": {"exporting"},
    "orjson": {"run_log"},
    "torch": {"sampling", "mixing", "run_log", "training"},
    "pandas": {"datasets/label_files", "training", "figures", "exporting"},
    "plotly": {"figures"},
    "pyarrow": {"datasets/label_files", "training", "figures", "exporting"},
    "lightning": {"run_log"},
    "transformers": {"run_log"},
    "scipy": {"training"},
    "sklearn": {"training"},
}
FRAMEWORKS = {"lightning", "transformers"}  # in files named *_callback alone, for those who have them


def modules(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def dotted(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports(path: Path) -> Iterator[str]:
    """Every module that the file names in an import, wherever it stands, in full."""
    package = dotted(path) if path.name == "__init__.py" else dotted(path).rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.rsplit(".", node.level - 1)[0] if node.level else ""
            source = ".".join(filter(None, [base, node.module]))
            for alias in node.names:
                name = f"{source}.{alias.name}"
                yield name if is_module(name) else source
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            yield ast.literal_eval(node.args[0])


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.is_dir() or path.with_suffix(".py").is_file()


def file_of(name: str) -> Path:
    path = ROOT.joinpath(*name.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def layer_of(path: Path) -> str:
    """The longest line of `LAYERS` that the file stands under."""
    inside = [line for line in LAYERS if path == ROOT / line or ROOT / line in path.parents]
    assert inside, f"{path.relative_to(ROOT)} has no place in LAYERS"
    return max(inside, key=len)


def part_of_the_core(path: Path) -> str:
    """sampler_core/draws/exact.py -> "draws"; a module beside the packages -> its own name."""
    return layer_of(path).removeprefix("sampler_core/")


def ours(path: Path) -> set[Path]:
    """The files of ours that a file imports."""
    return {file_of(name) for name in imports(path) if name.split(".")[0] in ("sampler_core", "pages", "app")} - {path}


CORE = [path for path in modules("sampler_core") if path != ROOT / "sampler_core" / "__init__.py"]
PAGES = modules("pages")


def names(paths: list[Path]) -> list[str]:
    return [str(path.relative_to(ROOT)) for path in paths]


# --- what lies where -------------------------------------------------------------------------------------------------


def test_the_top_level_holds_what_is_given_and_hidden_files_only():
    found = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith(".")} - BUILT
    assert found == GIVEN


@pytest.mark.parametrize("path", modules("sampler_core", "pages", "tests"), ids=lambda path: dotted(path))
def test_file_names_are_nouns_in_plain_letters(path):
    assert path.stem.replace("_", "").isalpha()
    assert path.stem.isascii()
    assert path.stem not in {"utils", "helpers", "manager", "common", "misc"}


def test_the_top_of_the_core_is_short_and_pages_parts_holds_folders_only():
    top = list((ROOT / "sampler_core").iterdir())
    assert len([path for path in top if path.suffix == ".py"]) <= 4
    assert len([path for path in top if path.is_dir() and path.name not in BUILT]) <= 12
    assert [path.name for path in (ROOT / "pages" / "parts").iterdir() if path.is_file()] == ["__init__.py"]


# --- who may know whom -----------------------------------------------------------------------------------------------

EVERY = [ROOT / "app.py", *modules("sampler_core", "pages")]


@pytest.mark.parametrize("path", EVERY, ids=names(EVERY))
def test_imports_go_down_the_layers_only(path):
    mine = LAYERS.index(layer_of(path))
    above = {str(other.relative_to(ROOT)) for other in ours(path) if LAYERS.index(layer_of(other)) > mine}
    assert not above, f"{LAYERS[mine]} must import from those before it only"


def test_no_files_import_each_other_in_a_circle():
    left = {path: ours(path) & set(EVERY) for path in EVERY}
    while free := [path for path, others in left.items() if not others & left.keys()]:
        for path in free:
            del left[path]
    assert not left, f"in or behind a circle: {sorted(names(list(left)))}"


@pytest.mark.parametrize("path", CORE, ids=names(CORE))
def test_the_core_knows_numpy_and_the_rest_only_where_the_house_says(path):
    part = part_of_the_core(path)
    foreign = {name.split(".")[0] for name in imports(path)} - sys.stdlib_module_names - {"sampler_core"}
    assert foreign <= {"numpy"} | {name for name, parts in ELSEWHERE.items() if part in parts}
    assert path.stem.endswith("_callback") or not foreign & FRAMEWORKS


@pytest.mark.parametrize("path", PAGES, ids=names(PAGES))
def test_pages_import_parts_and_figures_and_parts_import_the_core(path):
    inside_parts = "parts" in path.relative_to(ROOT).parts
    for name in imports(path):
        if name.split(".")[0] in ("pages", "app"):
            assert name.startswith("pages.parts"), f"pages must know other pages' parts only, got {name}"
        if name.split(".")[0] == "sampler_core" and not inside_parts:
            assert name.startswith("sampler_core.figures"), f"a page must reach the core through its parts, got {name}"
        if name.split(".")[0] == "torch":
            raise AssertionError("torch must be left to the core")


def test_the_server_imports_parts_of_pages_at_most():
    ours = {name for name in imports(ROOT / "app.py") if name.split(".")[0] in ("pages", "sampler_core", "tests")}
    assert all(name.startswith("pages.parts") for name in ours), ours


def test_the_app_requires_exact_versions_of_everything_it_imports():
    lines = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
    required = [line.split("==")[0].replace("scikit-learn", "sklearn") for line in lines]
    imported = {name.split(".")[0] for path in [ROOT / "app.py", *PAGES, *CORE] for name in imports(path)}
    assert all(re.fullmatch(r"[\w-]+==[\d.]+( ; sys_platform != 'win32')?", line) for line in lines)
    assert imported - sys.stdlib_module_names - {"pages", "sampler_core"} - FRAMEWORKS <= set(required)


def test_the_app_starts_without_a_question_sends_nothing_and_shows_no_internals():
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["server"]["showEmailPrompt"] is False
    assert config["browser"]["gatherUsageStats"] is False
    assert config["client"]["showErrorDetails"] == "none"
    assert config["client"]["showErrorLinks"] is False


def test_the_theme_has_the_colours_of_the_figures():
    from sampler_core.formatting import COLOURS

    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert config["theme"]["chartCategoricalColors"] == list(COLOURS)


# --- the core on its own ---------------------------------------------------------------------------------------------

BLOCKED = """
import importlib.abc, importlib, sys
class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            raise ImportError(name + " is blocked")
sys.meta_path.insert(0, Blocked())
for name in {names!r}:
    importlib.import_module(name)
"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True)


def test_the_core_imports_with_streamlit_plotly_pandas_and_torch_blocked():
    without = {"sampling", "mixing", "training", "figures"}
    plain = ["sampler_core"] + [
        dotted(path)
        for path in CORE
        if part_of_the_core(path) not in without
        and "report" not in path.stem  # made of figures
        and not path.stem.endswith("_callback")
    ]
    done = run_python(BLOCKED.format(blocked=["streamlit", "plotly", "pandas", "torch", "starlette"], names=plain))
    assert done.returncode == 0, done.stderr


def test_the_sampler_imports_with_streamlit_plotly_and_pandas_blocked():
    done = run_python(
        BLOCKED.format(blocked=["streamlit", "plotly", "pandas"], names=["sampler_core.sampling.sampler"])
    )
    assert done.returncode == 0, done.stderr


def test_the_stream_of_indices_draws_with_torch_blocked():
    draw = (
        "from sampler_core import Constant, IndexStream, PowerSkew, SamplingPlan\n"
        "IndexStream([0, 1, 1], SamplingPlan(target=PowerSkew(Constant(1.0)), epochs=1, batch_size=2))[1]\n"
    )
    done = run_python(BLOCKED.format(blocked=["torch"], names=[]) + draw)
    assert done.returncode == 0, done.stderr


def test_importing_the_core_leaves_torch_out_until_the_sampler_is_asked_for():
    done = run_python(
        "import sys, sampler_core\n"
        "heavy = {'torch', 'pandas', 'plotly', 'streamlit'}\n"
        "print(sorted(heavy & set(sys.modules)))\n"
        "sampler_core.ScheduledClassSampler\n"
        "print(sorted(heavy & set(sys.modules)))\n"
    )
    assert done.stdout.split("\n")[:2] == ["[]", "['torch']"], done.stderr


CONTRACT = {
    "data and plan": "ClassCounts SamplingPlan ScheduledClassSampler IndexStream ScheduledMix",
    "targets": "PowerSkew ProgressivelyBalanced EffectiveNumber RepeatFactor UniMax Boost",
    "adaptive targets": "DifficultyBalanced ExponentiatedGradient",
    "schedules": "Constant Linear Cosine Exponential Composite Step Piecewise Periodic",
}


@pytest.mark.parametrize("kind", CONTRACT)
def test_the_core_offers_the_classes_of_its_contract(kind):
    import sampler_core

    for name in CONTRACT[kind].split():
        assert name in sampler_core.__all__
        assert getattr(sampler_core, name).__name__ == name


def test_every_name_that_the_core_lists_is_there():
    import sampler_core

    assert set(sampler_core.__all__) <= set(dir(sampler_core))
    assert all(getattr(sampler_core, name).__doc__ for name in sampler_core.__all__)


def test_a_name_that_the_core_does_not_have_is_an_attribute_error():
    import sampler_core

    with pytest.raises(AttributeError, match="'sampler_core' has no attribute 'Sampler'"):
        sampler_core.Sampler  # noqa: B018


def test_the_version_of_the_package_is_the_one_it_was_packaged_with():
    import sampler_core

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert sampler_core.__version__ == project["version"]
