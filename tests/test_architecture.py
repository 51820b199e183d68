"""Holds the project's shape: imports run one way, heavy packages load late, files and functions stay small."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import rag

ROOT = Path(__file__).resolve().parents[1]
# A module imports only from its own layer and those before it. The longest name that fits a module decides.
LAYERS = (
    ("rag.schema", "rag.errors", "rag.settings", "rag.sentences", "rag.text", "rag.onnx", "rag.arguments"),
    ("rag.documents", "rag.index"),
    ("rag.answering",),
    ("rag.library", "rag.chatbot"),
    ("rag", "rag.serving", "rag.llamaindex", "rag.printing", "rag.doctor", "rag.cli", "rag.__main__"),
    ("ui", "evals", "benchmarks", "training"),
)
LEVELS = {name: level for level, names in enumerate(LAYERS) for name in names}
HEAVY = {
    "bm25s", "chromadb", "gradio", "llama_index", "numpy", "onnxruntime", "sentence_transformers", "tiktoken",
    "tokenizers", "torch", "trafilatura", "transformers",
}  # fmt: skip
NEVER_LOADED_BY_IMPORT = ("torch", "chromadb", "gradio", "sentence_transformers", "llama_index", "onnxruntime")
# Its classes derive from LlamaIndex's, so it cannot wait; nothing in the library imports it.
LLAMAINDEX = ROOT / "rag" / "llamaindex.py"
MOST_LINES, MOST_FUNCTION_LINES = 300, 50


def python_files(*folders: str) -> list[Path]:
    """Python files of these folders, and ui.py for the name "ui"."""
    files = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    return sorted(files + ([ROOT / "ui.py"] if "ui" in folders and (ROOT / "ui.py").exists() else []))


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


LIBRARY = python_files("rag")
OURS = python_files("rag", "ui", "evals", "benchmarks", "training")


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), relative(path))


def imported(nodes: Iterator[ast.AST]) -> Iterator[str]:
    """Dotted names that these import statements ask for; `from a import b` gives a.b."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def top_level(node: ast.AST) -> Iterator[ast.AST]:
    """Statements that run when the module is imported: not functions' bodies, not `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from top_level(child)


def level_of(module: str) -> int | None:
    """The layer of a dotted name, or None for what is not ours."""
    parts = module.split(".")
    names = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next((LEVELS[name] for name in names if name in LEVELS), None)


def upward_imports(module: str, tree: ast.Module) -> list[str]:
    """What a module imports from a later layer than its own, for types or late imports alike."""
    own = level_of(module)
    assert own is not None, f"{module} belongs to no layer; add it to LAYERS"
    found = imported(ast.walk(tree))
    return [name for name in found if (level := level_of(name)) is not None and level > own]


def module_name(path: Path) -> str:
    return relative(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


@pytest.mark.parametrize("path", OURS, ids=relative)
def test_imports_run_one_way(path: Path) -> None:
    assert upward_imports(module_name(path), parse(path)) == []


@pytest.mark.parametrize("path", LIBRARY, ids=relative)
def test_every_module_of_the_library_has_a_layer(path: Path) -> None:
    name = module_name(path)
    assert name == "rag" or level_of(name) != LEVELS["rag"] or ".".join(name.split(".")[:2]) in LEVELS


def test_upward_import_is_noticed_wherever_it_hides() -> None:
    tree = ast.parse("def late():\n    from rag.chatbot import Chatbot\nfrom rag import index\nimport ui")
    assert set(upward_imports("rag.index.store", tree)) == {"ui", "rag.chatbot.Chatbot"}
    assert set(upward_imports("rag.schema", tree)) == {"ui", "rag.chatbot.Chatbot", "rag.index"}


def test_only_the_store_imports_chromadb() -> None:
    found = {
        relative(path)
        for path in LIBRARY
        if any(name.split(".")[0] == "chromadb" for name in imported(ast.walk(parse(path))))
    }
    assert found == {"rag/index/store.py"}


@pytest.mark.parametrize("path", [path for path in LIBRARY if path != LLAMAINDEX], ids=relative)
def test_heavy_packages_are_not_imported_with_the_module(path: Path) -> None:
    assert HEAVY.isdisjoint(name.split(".")[0] for name in imported(top_level(parse(path))))


def test_heavy_import_at_the_top_is_noticed_in_a_class_or_branch() -> None:
    tree = ast.parse("class A:\n    import torch\ntry:\n    import numpy\nexcept ImportError:\n    pass")
    assert set(imported(top_level(tree))) == {"torch", "numpy"}


def test_importing_the_library_loads_nothing_heavy() -> None:
    program = f"import rag, sys; print([name for name in {NEVER_LOADED_BY_IMPORT} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_public_names_are_sorted_and_exist() -> None:
    assert rag.__all__ == sorted(rag.__all__)
    assert [name for name in rag.__all__ if not hasattr(rag, name)] == []


@pytest.mark.parametrize("path", OURS, ids=relative)
def test_files_and_functions_stay_small(path: Path) -> None:
    tree = parse(path)
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = {
        node.name: lines
        for node in functions
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MOST_FUNCTION_LINES
    }
    assert long == {}


@pytest.mark.parametrize("path", OURS, ids=relative)
def test_every_module_says_what_it_is(path: Path) -> None:
    assert ast.get_docstring(parse(path))
