"""The layer order of ``grader/__init__.py`` holds, and heavy imports stay out of the light path."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import grader

ROOT = Path(__file__).parent.parent
ENGINE = ROOT / "grader"
HEAVY = ("torch", "torchvision", "sklearn", "scipy", "matplotlib", "sympy", "IPython")


def _layer(module: str) -> int | None:
    name = module.split(".")[1] if "." in module else ""
    return next((i for i, names in enumerate(grader.LAYERS) if name in names), None)


def _imports(path: Path) -> list[str]:
    found: list[str] = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            found += names if node.module == "grader" else [node.module]
    return [name for name in found if name.split(".")[0] == "grader"]


def _modules() -> list[Path]:
    return sorted(path for path in ENGINE.rglob("*.py") if path.name != "__main__.py")


def test_every_module_has_a_layer() -> None:
    names = {p.relative_to(ENGINE).parts[0].removesuffix(".py") for p in _modules()}
    listed = {name for layer in grader.LAYERS for name in layer}
    assert names - {"__init__"} <= listed


@pytest.mark.parametrize("path", _modules(), ids=lambda path: str(path.relative_to(ENGINE)))
def test_a_module_imports_only_from_layers_above_its_own(path: Path) -> None:
    relative = path.relative_to(ENGINE).with_suffix("")
    own = _layer("grader." + ".".join(relative.parts))
    if own is None:
        return
    package = relative.parts[0]
    for name in _imports(path):
        other = name.split(".")[1] if "." in name else ""
        if other in ("", package, "__version__"):
            continue
        layer = _layer(name)
        assert layer is not None, f"{path.name} imports {name}, which is in no layer"
        assert layer <= own, f"{path.name} imports {name} from below"
        if layer == own:
            assert own <= 1, f"{path.name} imports {name} from beside it"


@pytest.mark.parametrize("path", sorted((ROOT / "reference").rglob("*.py")), ids=lambda p: p.name)
def test_a_reference_imports_nothing_of_ours(path: Path) -> None:
    assert _imports(path) == []


def test_help_and_marking_import_nothing_heavy() -> None:
    code = (
        "import sys, grader.cli, grader.pipeline, grader.collect._everything, grader.report.render;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"


def test_the_command_line_answers_without_loading_the_engine() -> None:
    code = "import sys, grader.cli; print([n for n in ('pydantic', 'numpy', 'jinja2') if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
    )
    assert done.stdout.strip() == "[]"
