"""The folders are the architecture: imports follow the arrows, and each heavy library has one adapter."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = ("corpus", "index", "serving", "assistant", "evals")
MAY_IMPORT = {
    "corpus": set(),
    "index": {"corpus"},
    "serving": set(),
    "assistant": {"corpus", "index", "serving"},
    "evals": {"corpus", "index", "serving", "assistant"},
}
# Within serving: files of models and talk with servers know nothing of each other, nor of what starts a server.
MAY_IMPORT_IN_SERVING = {"weights": set(), "talking": set(), "launching": {"talking"}}
GRADIO_PAGES = tuple(
    f"page/{name}"
    for name in (
        "__init__",
        "asker",
        "chat",
        "chat_acts",
        "choosing",
        "company",
        "conversation_list",
        "library",
        "light_blocks",
        "light_blocks",
        "planner",
        "theme",
    )
)
ADAPTERS = {
    "argon2": {"assistant/keeping/passwords.py"},
    "bs4": {"corpus/readers/web_page.py"},
    "docx": {"assistant/keeping/export_docx.py", "corpus/readers/word.py"},
    "faiss": {"index/vectors.py"},
    "fastapi": {
        f"assistant/interfaces/{name}.py" for name in ("api", "cost_api", "exporting", "login", "server", "shell")
    },
    "gradio": {f"assistant/interfaces/{name}.py" for name in (*GRADIO_PAGES, "server")},
    "langchain_text_splitters": {"index/splitter.py"},
    "matplotlib": {"assistant/calculating/plotting.py", "evals/speed_plot.py"},
    "pint": {"assistant/calculators/units.py"},
    "openpyxl": {"assistant/batch/workbook.py", "corpus/readers/workbook.py"},
    "pptx": {"corpus/readers/slides.py"},
    "prometheus_client": {"assistant/running/metrics.py"},
    "pypdfium2": {"corpus/readers/pdfium.py"},
    "rjieba": {"index/words.py"},
    "sqlite3": {"assistant/keeping/database.py"},
    "sentence_transformers": {"index/encoder.py", "index/reranker.py"},
    "Stemmer": {"index/words.py"},
    "tomlkit": {"assistant/profile.py"},
    "torch": {"index/encoder.py", "index/training/fitting.py", "serving/weights/pickled.py"},
    "uvicorn": {"assistant/interfaces/listener.py"},
    "xllamacpp": {"serving/launching/embedded.py"},
    "yaml": {"corpus/front_matter.py"},
}
# Pickle runs whatever it reads; the one exception only names its error.
FORBIDDEN = {"pickle": {"serving/weights/pickled.py"}, "joblib": set(), "dill": set(), "marshal": set()}
LONGEST_FILE = 260


def modules() -> Iterator[tuple[str, ast.Module]]:
    for layer in LAYERS:
        for path in sorted((ROOT / layer).rglob("*.py")):
            yield str(path.relative_to(ROOT)), ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide the arrows"
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_what_lies_below_it(layer: str) -> None:
    for name, tree in modules():
        if name.startswith(f"{layer}/"):
            ours = {module.split(".")[0] for module in imported(tree)} & set(LAYERS) - {layer}
            assert ours <= MAY_IMPORT[layer], f"{name} imports {ours - MAY_IMPORT[layer]}"


@pytest.mark.parametrize("folder", MAY_IMPORT_IN_SERVING)
def test_a_folder_of_serving_imports_only_what_lies_below_it(folder: str) -> None:
    for name, tree in modules():
        if name.startswith(f"serving/{folder}/"):
            parts = {module.split(".")[1] for module in imported(tree) if module.startswith("serving.")}
            ours = parts & set(MAY_IMPORT_IN_SERVING) - {folder}
            assert ours <= MAY_IMPORT_IN_SERVING[folder], f"{name} imports {ours - MAY_IMPORT_IN_SERVING[folder]}"


def test_interfaces_are_imported_by_nothing_else() -> None:
    for name, tree in modules():
        if not name.startswith("assistant/interfaces/"):
            assert not any(module.startswith("assistant.interfaces") for module in imported(tree)), name


def test_calculators_know_the_tables_and_nothing_else_of_ours() -> None:
    for name, tree in modules():
        if name.startswith("assistant/calculators/"):
            ours = {module for module in imported(tree) if module.split(".")[0] in LAYERS}
            assert all(module.startswith(("assistant.calculators", "corpus")) for module in ours), name


@pytest.mark.parametrize("library", ADAPTERS)
def test_a_heavy_library_has_one_adapter(library: str) -> None:
    users = {name for name, tree in modules() if any(m.split(".")[0] == library for m in imported(tree))}
    assert users == ADAPTERS[library]


@pytest.mark.parametrize("library", FORBIDDEN)
def test_nothing_unpickles(library: str) -> None:
    users = {name for name, tree in modules() if library in imported(tree)}
    assert users <= FORBIDDEN[library]


def test_files_stay_small_enough_to_be_read_at_once() -> None:
    long = {name: len((ROOT / name).read_text(encoding="utf-8").splitlines()) for name, _ in modules()}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}
