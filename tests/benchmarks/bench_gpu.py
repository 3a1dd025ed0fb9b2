"""On a GPU: five epochs of ResNet-18 on CIFAR-shaped data, bare and in a box, by turns.

    python tests/benchmarks/bench_gpu.py [--rounds 5]

Printed are the ratio of the epochs alone (median, least and most), the time from the start of a
program to its first update in either, and how long emptying the device takes. Without a GPU it says
so, and nothing else.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, time
began = time.perf_counter()
import torch, torchvision
images = torch.randn(50_000, 3, 32, 32, device="cuda")
labels = torch.randint(0, 10, (50_000,), device="cuda")
net = torchvision.models.resnet18(num_classes=10)
net.conv1, net.maxpool = torch.nn.Conv2d(3, 64, 3, 1, 1, bias=False), torch.nn.Identity()
net = net.cuda()
criterion = torch.nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
first = None
for epoch in range(5):
    order = torch.randperm(len(images), device="cuda")
    for at in range(0, len(images), 128):
        rows = order[at:at + 128]
        optimizer.zero_grad()
        criterion(net(images[rows]), labels[rows]).backward()
        optimizer.step()
        if first is None:
            torch.cuda.synchronize()
            first = time.perf_counter() - began
            began = time.perf_counter()
torch.cuda.synchronize()
print(json.dumps({"first": first, "epochs": time.perf_counter() - began}))
"""


def main() -> None:
    """Print all figures, or why there are none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    from grader.sandbox.backends.native import Native
    from grader.sandbox.devices.leases import Leases, Wanted
    from grader.sandbox.devices.nvml import Nvml

    leases = Leases(driver=Nvml())
    if not leases.devices:
        print(f"NOT MEASURED, no GPU here: {leases.driver.why}")
        return
    bare, boxed, scrubs = [], [], []
    with Native(devices=leases, pool=0) as native:
        native.start("training")
        for turn in range(rounds):
            for kind in ("bare", "boxed") if turn % 2 == 0 else ("boxed", "bare"):
                wanted = Wanted(student=f"{kind}-{turn}")  # a new student: the device is emptied
                with leases.lease(wanted) as lease:
                    if lease.scrubbed is not None:
                        scrubs.append(lease.scrubbed.seconds)
                    if kind == "bare":
                        bare.append(_bare())
                    else:
                        boxed.append(_boxed(native, lease.device))
    ratios = [one["epochs"] / other["epochs"] for one, other in zip(boxed, bare, strict=True)]
    print(
        f"five epochs in a box / bare: {statistics.median(ratios):.3f} "
        f"({min(ratios):.3f} to {max(ratios):.3f}, {rounds} rounds)"
    )
    for name, runs in (("bare", bare), ("in a box", boxed)):
        first = statistics.median(run["first"] for run in runs)
        print(f"first update {name}: {first:.2f} s after its program began")
    if scrubs:
        print(f"emptying the device: {statistics.median(scrubs):.2f} s")


def _bare() -> dict[str, float]:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    )
    return dict(json.loads(told.stdout))


def _boxed(native: object, device: object) -> dict[str, float]:
    from grader.sandbox import Job, Limits, Step

    limits = Limits(seconds=900, cpu_seconds=1800, memory_mb=16_000, processes=256)
    steps = (
        Step(do="observe", data={"steps": 10**9, "seconds": 1e9}),
        Step(do="cell", data={"source": PROGRAM, "number": 1}),
    )
    run = native(Job(steps=steps, limits=limits, runtime="training", device=device))  # type: ignore[operator]
    assert run.ended == "done", run
    return dict(json.loads(run.outcomes[1].printed))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
