"""Runtimes: what is imported before a box is made, and which folders a box is shown for it."""

from __future__ import annotations

import functools
import os
import site
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

_SCIENCE = (
    "numpy",
    "scipy.linalg",
    "scipy.optimize",
    "scipy.stats",
    "pandas",
    "sklearn",
    "sklearn.datasets",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.model_selection",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "sklearn.preprocessing",
    "sklearn.svm",
    "sklearn.tree",
    "matplotlib.pyplot",
    "IPython",
)
_IMPORTS = {
    "bare": (),
    "science": _SCIENCE,
    # the first optimiser would import torch._dynamo, which takes seconds
    "training": (*_SCIENCE, "torch", "torch.optim", "torch._dynamo", "torchvision"),
    "reading": ("grader.collect._everything", "numpy", "pypdfium2", "PIL.Image"),
}
_SYSTEM = ("/usr/bin", "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/libexec", "/bin", "/sbin")
_LIBRARIES = ("/lib", "/lib32", "/lib64")
_CONFIGURATION = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_READING = ("/usr/share/tesseract-ocr", "/usr/share/tessdata")
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "HOME": "/box",
    "USER": "student",
    "LANG": "C.UTF-8",
    "TMPDIR": "/tmp",
    "MPLBACKEND": "Agg",
    "MPLCONFIGDIR": "/tmp/matplotlib",
    "IPYTHONDIR": "/tmp/ipython",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "KMP_INIT_AT_FORK": "FALSE",
    "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    "CUDA_VISIBLE_DEVICES": "",  # a box that was leased a device is told its UUID
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
}
"""All that a box sees of an environment; none of ours goes in."""


class NoRuntime(ValueError):
    """No such runtime, or no interpreter where one was named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """An interpreter and its packages, as a box is shown them.

    ``binds`` are shown read-only at their own paths, ``masks`` of them empty, ``links`` are
    symbolic links of the system's own; ``path`` is where modules are imported from; ``shown`` are
    pairs of a folder here and the path where boxes see it, read-only.
    """

    name: str
    python: str
    imports: tuple[str, ...]
    path: tuple[str, ...]
    binds: tuple[str, ...]
    masks: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    shown: tuple[tuple[str, str], ...] = ()


def runtime(name: str, venv: Path | None = None, hidden: Sequence[str] = ()) -> Runtime:
    """Return a runtime of this interpreter, or of a virtual environment of its own.

    Args:
        name: ``bare``, ``science``, ``training`` or ``reading``.
        venv: a virtual environment whose interpreter and packages boxes use.
        hidden: folders that no box may see even where a bind would show them.

    Raises:
        NoRuntime: when there is none of that name, or no interpreter in ``venv``.
    """
    if name not in _IMPORTS:
        raise NoRuntime(f"no runtime is called '{name}'; there are {', '.join(_IMPORTS)}")
    python, path, prefixes = _interpreter(venv) if venv else _own()
    own = str(files("grader"))
    binds = [*path, *prefixes, *_SYSTEM, *_LIBRARIES, *_CONFIGURATION]
    if name == "reading":
        binds += [own, *_READING]
        path = [*path, str(Path(own).parent)]
    links = [(link, os.readlink(link)) for link in (*_SYSTEM, *_LIBRARIES) if os.path.islink(link)]
    shown = [bind for bind in _outermost(binds) if bind not in dict(links)]
    scripts = [os.path.join(prefix, "grader") for prefix in prefixes if prefix.endswith("/bin")]
    masks = [] if name == "reading" else [*_masks(path), *filter(os.path.exists, scripts)]
    masks += [folder for folder in hidden if _below_any(folder, shown)]
    return Runtime(
        name=name,
        python=python,
        imports=_IMPORTS[name],
        path=tuple(path),
        binds=tuple(shown),
        masks=tuple(masks),
        links=tuple(links),
    )


@functools.cache
def _own() -> tuple[str, list[str], list[str]]:
    """This interpreter, the folders that its installation imports from, and its prefixes.

    Never ``sys.path`` as it is: the folder that we happen to be started in may stand there.
    """
    prefixes = {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    named = [sysconfig.get_path(key) for key in ("stdlib", "platstdlib", "purelib", "platlib")]
    dynamic = sysconfig.get_config_var("DESTSHARED") or ""
    user = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    every = [*named[:2], dynamic, *named[2:], *site.getsitepackages(), *user]
    path = [p for p in dict.fromkeys(every) if p and os.path.isdir(p)]
    return sys.executable, path, _prefixes(prefixes)


def _interpreter(venv: Path) -> tuple[str, list[str], list[str]]:
    """The interpreter of a virtual environment, asked for its own folders."""
    import json  # noqa: PLC0415  # asked for once, and rarely
    import subprocess  # noqa: PLC0415

    python = venv / "bin" / "python"
    if not python.exists():
        raise NoRuntime(f"{venv} has no bin/python; name a virtual environment")
    code = (
        "import json, sys; print(json.dumps([[p for p in sys.path if p],"
        " [sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix]]))"
    )
    told = subprocess.run([str(python), "-I", "-c", code], capture_output=True, check=True)
    path, prefixes = json.loads(told.stdout)
    return str(python), [p for p in path if os.path.exists(p)], _prefixes(set(prefixes))


def _prefixes(prefixes: Iterable[str]) -> list[str]:
    """Programs and libraries of an interpreter; /usr is shown in pieces anyway."""
    found = []
    for prefix in prefixes:
        real = os.path.realpath(prefix)
        if real in ("/", "/usr"):
            continue
        found += [os.path.join(p, name) for p in {prefix, real} for name in ("bin", "lib", "lib64")]
        found += [os.path.join(p, "pyvenv.cfg") for p in {prefix, real}]
    return found


def _masks(path: Iterable[str]) -> Iterable[str]:
    """What of the packages tells of us, and the files that run code at an interpreter's start."""
    for folder in path:
        if not os.path.isdir(folder):
            continue
        for entry in os.scandir(folder):
            name = entry.name.lower()
            ours = name == "grader" or name.startswith(("grader-", "__editable__"))
            if ours or name.endswith((".pth", ".egg-link")) or "_editable_" in name:
                yield entry.path


def _outermost(paths: Iterable[str]) -> list[str]:
    """Paths that are there and not below another one."""
    kept: list[str] = []
    for path in sorted({os.path.normpath(p) for p in paths if os.path.exists(p)}):
        if not _below_any(path, kept):
            kept.append(path)
    return kept


def _below_any(path: str, folders: Iterable[str]) -> bool:
    return any(_below(path, folder) for folder in folders)


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
