"""The driver of real devices, where the library's functions answer what a test says.

They are replaced one by one in the real module: a name that it does not have fails here.
"""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import Any

import pytest

from grader.sandbox.devices import Process, Sick
from grader.sandbox.devices import nvml as driver
from grader.sandbox.devices.nvml import Nvml

_MINORS = """config 1
gpu1/gi1/access 21
gpu1/gi1/ci0/access 22
gpu1/gi2/access 30
gpu1/gi2/ci0/access 31
"""


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Two devices, the second divided into two slices."""
    pynvml = pytest.importorskip("pynvml", reason="NOT TESTED: nvidia-ml-py is not installed")

    def answers(**functions: Any) -> None:
        for name, function in functions.items():
            assert hasattr(pynvml, name), name
            monkeypatch.setattr(pynvml, name, function)

    def slice_of(handle: str, place: int) -> str:
        if place > 1:
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_FOUND)
        return f"MIG-{place + 1}"

    def mig_mode(handle: str) -> list[int]:
        if handle == "GPU-0":
            raise pynvml.NVMLError(pynvml.NVML_ERROR_NOT_SUPPORTED)
        return [pynvml.NVML_DEVICE_MIG_ENABLE, pynvml.NVML_DEVICE_MIG_ENABLE]

    answers(
        nvmlInit=lambda: None,
        nvmlDeviceGetCount=lambda: 2,
        nvmlDeviceGetHandleByIndex=lambda index: f"GPU-{index}",
        nvmlDeviceGetHandleByUUID=lambda uuid: uuid,
        nvmlDeviceGetMinorNumber=lambda handle: int(handle[-1]),
        nvmlDeviceGetUUID=lambda handle: handle,
        nvmlDeviceGetName=lambda handle: f"card {handle}",
        nvmlDeviceGetMemoryInfo=lambda handle: SimpleNamespace(total=8 << 30, used=300 << 20),
        nvmlDeviceGetMigMode=mig_mode,
        nvmlDeviceGetMaxMigDeviceCount=lambda handle: 7,
        nvmlDeviceGetMigDeviceHandleByIndex=slice_of,
        nvmlDeviceGetGpuInstanceId=lambda handle: int(handle[-1]),
        nvmlDeviceGetComputeInstanceId=lambda handle: 0,
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [],
        nvmlDeviceGetGraphicsRunningProcesses=lambda handle: [],
        nvmlDeviceGetTotalEccErrors=lambda *words: 0,
    )
    monkeypatch.setattr(driver, "_minors", lambda: _MINORS)
    monkeypatch.setattr(driver, "_lacking", lambda device: [])
    return SimpleNamespace(answers=answers, pynvml=pynvml)


def test_a_divided_device_is_its_slices_with_the_nodes_of_each(library: Any) -> None:
    whole, first, second = Nvml().devices()
    assert (whole.uuid, whole.parent, whole.memory_mb) == ("GPU-0", None, 8192)
    assert whole.nodes == ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia0")
    assert (first.uuid, first.parent) == ("MIG-1", "GPU-1")
    caps = ("/dev/nvidia-caps/nvidia-cap21", "/dev/nvidia-caps/nvidia-cap22")
    assert first.nodes == ("/dev/nvidiactl", "/dev/nvidia-uvm", "/dev/nvidia1", *caps)
    assert second.nodes[3:] == ("/dev/nvidia-caps/nvidia-cap30", "/dev/nvidia-caps/nvidia-cap31")


def test_a_device_without_its_nodes_is_not_leased_and_the_node_is_named(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        driver, "_lacking", lambda one: [one.nodes[1]] if one.uuid == "GPU-0" else []
    )
    library.answers(nvmlDeviceGetCount=lambda: 1)
    nvml = Nvml()
    assert nvml.devices() == ()
    assert nvml.why == "card GPU-0 (GPU-0): no /dev/nvidia-uvm"


def test_processes_are_told_once_and_an_untold_memory_is_none(library: Any) -> None:
    one, two = (
        SimpleNamespace(pid=11, usedGpuMemory=300 << 20),
        SimpleNamespace(pid=12, usedGpuMemory=None),
    )
    library.answers(
        nvmlDeviceGetComputeRunningProcesses=lambda handle: [one, two],
        nvmlDeviceGetGraphicsRunningProcesses=lambda handle: [one],
    )
    nvml = Nvml()
    device = nvml.devices()[0]
    assert nvml.processes(device) == (Process(11, 300.0), Process(12, None))
    assert nvml.used_mb(device) == 300.0


def test_a_lost_device_is_ill_and_says_so(library: Any) -> None:
    nvml = Nvml()
    device = nvml.devices()[0]
    assert nvml.ill(device) == ""

    def lost(*_: Any) -> Any:
        raise library.pynvml.NVMLError(library.pynvml.NVML_ERROR_GPU_IS_LOST)

    library.answers(nvmlDeviceGetMemoryInfo=lost, nvmlDeviceGetComputeRunningProcesses=lost)
    assert nvml.ill(device).startswith("it does not answer (GPU is lost")
    with pytest.raises(Sick, match="it does not say who uses it"):
        nvml.processes(device)
    with pytest.raises(Sick, match="it does not say what is in use"):
        nvml.used_mb(device)


def test_memory_errors_are_told_where_the_device_counts_them(library: Any) -> None:
    nvml = Nvml()
    device = nvml.devices()[0]
    library.answers(nvmlDeviceGetTotalEccErrors=lambda *words: 3)
    assert nvml.ill(device) == "3 memory errors that could not be corrected"

    def unsupported(*_: Any) -> Any:
        raise library.pynvml.NVMLError(library.pynvml.NVML_ERROR_NOT_SUPPORTED)

    library.answers(nvmlDeviceGetTotalEccErrors=unsupported)
    assert nvml.ill(device) == ""


def test_a_forked_process_opens_the_library_for_itself(
    library: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    library.answers(nvmlInit=lambda: opened.append(1))
    nvml = Nvml()
    nvml.devices()
    nvml.devices()
    assert len(opened) == 1
    monkeypatch.setattr(driver.os, "getpid", lambda pid=driver.os.getpid(): pid + 1)  # noqa: B008  # asked once, here
    nvml.devices()
    assert len(opened) == 2


def test_without_the_package_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pynvml", None)
    nvml = Nvml()
    assert nvml.devices() == ()
    assert nvml.why == "the package nvidia-ml-py is not installed (extra 'gpu' of grader)"
