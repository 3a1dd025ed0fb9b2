"""What watching a training costs, and how long a hand-in takes through all tiers.

    python tests/benchmarks/bench_training.py [--pairs 30] [--hand-ins 20] [--device cuda]

Two processes take turns at one step of ResNet-18 on CIFAR-shaped data, one of them bare, one
watched; each pair begins with the other. Of the ratios the median is printed, with the interval
that holds it at 95 % (order statistics). Then whole hand-ins run, one after the other.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
STEPPER = """
import json, sys, time
import torch, torchvision
watched, form, device = sys.argv[1] == "watched", sys.argv[2], sys.argv[3]
torch.set_num_threads(1)
torch.manual_seed(0)
if watched:
    from grader.sandbox.inside.observe import observe
    from grader.sandbox.inside.state import State
    observe(State(namespace={}, output=None), {"steps": 10**9, "seconds": 1e9})
net = torchvision.models.resnet18(num_classes=10)
if form == "cifar":
    net.conv1, net.maxpool = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False), torch.nn.Identity()
net = net.to(device)
images = torch.randn(1024, 3, 32, 32)
labels = torch.randint(0, 10, (1024,))
loader = torch.utils.data.DataLoader(
    torch.utils.data.TensorDataset(images, labels), batch_size=128, shuffle=True
)
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.9)
def batches():
    while True:
        yield from loader
given = batches()
for _ in sys.stdin:
    began = time.perf_counter()
    x, y = next(given)
    x, y = x.to(device), y.to(device)
    optimizer.zero_grad()
    scores = net(x)
    loss = criterion(scores, y)
    loss.backward()
    optimizer.step()
    if device != "cpu":
        torch.cuda.synchronize()
    print(json.dumps(time.perf_counter() - began), flush=True)
"""


def main() -> None:
    """Print all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=30)
    parser.add_argument("--hand-ins", type=int, default=20)
    parser.add_argument("--form", choices=("torchvision", "cifar"), default="torchvision")
    parser.add_argument("--device", default="cpu")
    asked = parser.parse_args()
    observation(asked.pairs, asked.form, asked.device)
    if asked.hand_ins:
        hand_ins(asked.hand_ins)


def observation(pairs: int, form: str, device: str) -> None:
    """Print the ratio of a watched step to a bare one."""
    with _stepper("bare", form, device) as bare, _stepper("watched", form, device) as watched:
        for _ in range(5):
            _step(bare), _step(watched)
        ratios, times = [], []
        for pair in range(pairs):
            if pair % 2:
                two, one = _step(watched), _step(bare)
            else:
                one, two = _step(bare), _step(watched)
            ratios.append(two / one)
            times.append(one)
        for process in (bare, watched):
            process.stdin.close()
    low, high = _interval(ratios)
    print(
        f"watched / bare step ({form}, {device}): {statistics.median(ratios):.3f} "
        f"({low:.3f} to {high:.3f}, {pairs} pairs); a bare step takes "
        f"{1000 * statistics.median(times):.0f} ms"
    )


def _stepper(kind: str, form: str, device: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", STEPPER, kind, form, device],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip


def _step(process: subprocess.Popen[str]) -> float:
    process.stdin.write("\n")
    process.stdin.flush()
    return float(json.loads(process.stdout.readline()))


def _interval(values: list[float]) -> tuple[float, float]:
    """The order statistics that hold the median at 95 %, by the normal approximation."""
    ordered, count = sorted(values), len(values)
    away = 0.98 * math.sqrt(count)
    low, high = math.floor(count / 2 - away), math.ceil(count / 2 + away)
    return ordered[max(0, low)], ordered[min(count - 1, high)]


def hand_ins(count: int) -> None:
    """Print how long hand-ins take through all tiers, and how memory grows."""
    from tempfile import TemporaryDirectory

    from grader.collect.runs.training import Training
    from grader.model import Cell, Place
    from grader.pipeline.training import Trainings
    from grader.pipeline.worlds import worlds
    from grader.sandbox import Job, Limits, Step
    from grader.sandbox.backends.native import Native
    from tests.training.programs import RESNET, rubric_of

    kind = Training(data="cifar10")
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        world = worlds([kind], Path(folder))[kind]
        with Native(shown=((str(world.staged.folder), world.place),), pool=0) as native:
            native.start("training", "reading")
            print(f"staging and start, once: {time.perf_counter() - began:.1f} s")

            def ask(task: str, data: object) -> object:
                step = Step(do="task", data={"task": task, "data": data})
                run = native(Job(steps=(step,), runtime="reading", limits=Limits(seconds=30)))
                return run.value if run.ended == "done" else None

            for form in ("torchvision", "cifar"):
                cell = Cell(
                    number=1, place=Place(file="train.py", start=1, end=1),
                    text=RESNET[form], parts=("1",),
                )  # fmt: skip
                times, held = [], []
                for _ in range(count if form == "torchvision" else max(1, count // 10)):
                    began = time.perf_counter()
                    run = Trainings(
                        rubric=rubric_of(kind), backend=native, worlds={kind: world}, ask=ask
                    )
                    found = run([cell], {})["1"]["trained"]
                    times.append(time.perf_counter() - began)
                    held.append(_memory())
                    assert found.value["epochs"]["count"] == 5, found
                print(
                    f"hand-in, ResNet-18 ({form}), tiers 1 to 5: median "
                    f"{statistics.median(times):.1f} s ({min(times):.1f} to {max(times):.1f}, "
                    f"{len(times)}); memory of the grader {held[0]:.0f} then {held[-1]:.0f} MB"
                )


def _memory() -> float:
    text = Path("/proc/self/status").read_text("ascii")
    return int(text.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
