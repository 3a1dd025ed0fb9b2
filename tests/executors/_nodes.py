"""Several nodes of a Ray cluster on one machine, and the processes that they leave."""

import time
from pathlib import Path

SMALL = {"num_cpus": 2, "memory": 2 << 30, "object_store_memory": 80 << 20}


def tree(root: int) -> set[int]:
    """This process's descendants."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if fields[0] != "Z":
            parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, left = set(), [root]
    while left:
        children = parents.get(left.pop(), [])
        found |= set(children)
        left += children
    return found


def gone(processes: set[int], seconds: float = 30) -> set[int]:
    deadline = time.monotonic() + seconds
    while left := {p for p in processes if _runs(p)}:
        if time.monotonic() > deadline:
            return left
        time.sleep(0.1)
    return set()


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


class Nodes:
    """Three nodes; the driver is connected to the first."""

    def __init__(self, **head: int) -> None:
        from ray.cluster_utils import Cluster

        own = {**SMALL, "include_dashboard": False, **head}
        self.cluster = Cluster(initialize_head=True, connect=False, head_node_args=own)
        self.others = [self.cluster.add_node(**SMALL) for _ in range(2)]
        self.address = self.cluster.address

    def kill(self, number: int) -> None:
        self.cluster.remove_node(self.others[number], allow_graceful=False)
