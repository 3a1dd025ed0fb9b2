"""The first lines that run in a fresh interpreter: the sources come in, ``inside`` is made.

``SOURCE`` is given to ``python -c``; it reads one frame (length, JSON) from the descriptor named
by its first argument: ``{"sources": {module: text}, "start": module, "settings": {...}}``, and
gives the descriptors of its other arguments to that module's ``main``.
"""

SOURCE = """
import importlib.abc, importlib.util, json, os, struct, sys

def _exactly(fd, size):
    got = b""
    while len(got) < size:
        chunk = os.read(fd, size - len(got))
        if not chunk:
            raise SystemExit(1)
        got += chunk
    return got

class _Sources(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    def __init__(self, sources):
        self._sources = sources
    def find_spec(self, name, path=None, target=None):
        if name != "inside" and not name.startswith("inside."):
            return None
        return importlib.util.spec_from_loader(name, self, is_package=name == "inside")
    def get_source(self, name):
        own = name.partition(".")[2] or "__init__"
        if own not in self._sources:
            raise ImportError("there is no " + name)
        return self._sources[own]

_fd = int(sys.argv[1])
_given = json.loads(_exactly(_fd, *struct.unpack(">I", _exactly(_fd, 4))))
sys.meta_path.insert(0, _Sources(_given["sources"]))
import importlib
_start = importlib.import_module("inside." + _given["start"]).main
_start(*map(int, sys.argv[2:]), settings=_given["settings"])
"""
