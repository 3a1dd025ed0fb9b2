"""NVIDIA's devices, by NVML (package ``nvidia-ml-py``), which makes no CUDA context.

Where the package, the driver or a device is missing there are simply no devices, and ``why`` says
so. A MIG slice needs the node of its device and the two nodes of its instances (MIG user guide,
"Device Nodes and Capabilities"): these decide which slice a process can use.
"""

from __future__ import annotations

import importlib
import os
import re
from pathlib import Path
from typing import Any

from grader.sandbox.devices import Device, Process, Sick

_SHARED_NODES = ("/dev/nvidiactl", "/dev/nvidia-uvm")
_MINORS = Path("/proc/driver/nvidia-caps/mig-minors")
_MEGABYTE = 1 << 20


class Nvml:
    """The driver of NVIDIA's devices; a forked process opens the library anew."""

    def __init__(self) -> None:
        self._process = 0
        self._library: Any = None
        self._handles: dict[str, Any] = {}
        self._why = ""

    @property
    def why(self) -> str:
        """Why there is no device, in plain words; empty where there is one."""
        return "" if self.devices() else self._why

    def devices(self) -> tuple[Device, ...]:
        """Return every device, or its slices where it is divided."""
        nvml = self._open()
        if nvml is None:
            return ()
        try:
            found = [one for index in range(nvml.nvmlDeviceGetCount()) for one in self._at(index)]
        except nvml.NVMLError as error:
            self._why = f"the NVIDIA driver does not list its devices ({error})"
            return ()
        usable = [device for device in found if not _lacking(device)]
        self._why = "the NVIDIA driver lists no device"
        if found:
            self._why = "; ".join(f"{one}: no {_lacking(one)[0]}" for one in found if _lacking(one))
        return tuple(usable)

    def processes(self, device: Device) -> tuple[Process, ...]:
        """Return the processes that hold memory of a device.

        Raises:
            Sick: when the device does not answer.
        """
        nvml, handle = self._handle(device)
        held: dict[int, float | None] = {}
        try:
            listed = nvml.nvmlDeviceGetComputeRunningProcesses(handle)
            if device.parent is None:
                listed = [*listed, *nvml.nvmlDeviceGetGraphicsRunningProcesses(handle)]
        except nvml.NVMLError as error:
            raise Sick(device.uuid, f"it does not say who uses it ({error})") from None
        for one in listed:
            bytes_ = one.usedGpuMemory
            held[int(one.pid)] = None if bytes_ is None else bytes_ / _MEGABYTE
        return tuple(Process(pid, memory) for pid, memory in held.items())

    def used_mb(self, device: Device) -> float:
        """Return how much of its memory is in use by anyone.

        Raises:
            Sick: when the device does not answer.
        """
        nvml, handle = self._handle(device)
        try:
            return float(nvml.nvmlDeviceGetMemoryInfo(handle).used / _MEGABYTE)
        except nvml.NVMLError as error:
            raise Sick(device.uuid, f"it does not say what is in use ({error})") from None

    def ill(self, device: Device) -> str:
        """Say what is wrong with a device: it is lost, or its memory has errors beyond repair."""
        try:
            nvml, handle = self._handle(device)
        except Sick as error:
            return error.why
        if device.parent is not None:
            return ""  # the driver tells errors of whole devices only; it answered
        try:
            nvml.nvmlDeviceGetMemoryInfo(handle)
            errors = nvml.nvmlDeviceGetTotalEccErrors(
                handle, nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED, nvml.NVML_VOLATILE_ECC
            )
        except nvml.NVMLError_NotSupported:
            return ""  # no error-correcting memory
        except nvml.NVMLError as error:
            return f"it does not answer ({error})"
        return f"{errors} memory errors that could not be corrected" if errors else ""

    # -- the library

    def _open(self) -> Any:
        if self._process == os.getpid():
            return self._library
        self._process, self._library, self._handles = os.getpid(), None, {}
        try:
            nvml = importlib.import_module("pynvml")
        except ImportError:
            self._why = "the package nvidia-ml-py is not installed (extra 'gpu' of grader)"
            return None
        try:
            nvml.nvmlInit()
        except nvml.NVMLError as error:
            self._why = f"no NVIDIA driver answers here ({error})"
            return None
        self._library = nvml
        return nvml

    def _handle(self, device: Device) -> tuple[Any, Any]:
        nvml = self._open()
        if nvml is None:
            raise Sick(device.uuid, self._why)
        try:
            if device.uuid not in self._handles:
                self._handles[device.uuid] = nvml.nvmlDeviceGetHandleByUUID(device.uuid)
        except nvml.NVMLError as error:
            raise Sick(device.uuid, f"it is gone ({error})") from None
        return nvml, self._handles[device.uuid]

    def _at(self, index: int) -> list[Device]:
        nvml = self._library
        handle = nvml.nvmlDeviceGetHandleByIndex(index)
        minor = int(nvml.nvmlDeviceGetMinorNumber(handle))
        whole = Device(
            uuid=_text(nvml.nvmlDeviceGetUUID(handle)),
            index=index,
            name=_text(nvml.nvmlDeviceGetName(handle)),
            memory_mb=int(nvml.nvmlDeviceGetMemoryInfo(handle).total) // _MEGABYTE,
            nodes=(*_SHARED_NODES, f"/dev/nvidia{minor}"),
        )
        try:
            divided = nvml.nvmlDeviceGetMigMode(handle)[0] == nvml.NVML_DEVICE_MIG_ENABLE
        except nvml.NVMLError:
            divided = False  # most devices cannot be
        return self._slices(handle, whole, minor) if divided else [whole]

    def _slices(self, handle: Any, whole: Device, minor: int) -> list[Device]:
        nvml = self._library
        found = []
        for place in range(nvml.nvmlDeviceGetMaxMigDeviceCount(handle)):
            try:
                part = nvml.nvmlDeviceGetMigDeviceHandleByIndex(handle, place)
            except nvml.NVMLError:
                continue  # no slice at this place
            ids = nvml.nvmlDeviceGetGpuInstanceId(part), nvml.nvmlDeviceGetComputeInstanceId(part)
            found.append(
                Device(
                    uuid=_text(nvml.nvmlDeviceGetUUID(part)),
                    index=whole.index,
                    name=_text(nvml.nvmlDeviceGetName(part)),
                    memory_mb=int(nvml.nvmlDeviceGetMemoryInfo(part).total) // _MEGABYTE,
                    parent=whole.uuid,
                    nodes=(*whole.nodes, *capability_nodes(_minors(), minor, *ids)),
                )
            )
        return found


def capability_nodes(minors: str, device: int, instance: int, compute: int) -> tuple[str, str]:
    r"""Return the nodes of a slice's two instances.

    Args:
        minors: the text of /proc/driver/nvidia-caps/mig-minors.
        device: the minor number of the whole device.
        instance: the id of the GPU instance.
        compute: the id of the compute instance in it.

    >>> capability_nodes("config 1\ngpu0/gi1/access 12\ngpu0/gi1/ci0/access 13\n", 0, 1, 0)
    ('/dev/nvidia-caps/nvidia-cap12', '/dev/nvidia-caps/nvidia-cap13')
    """
    above = f"gpu{device}/gi{instance}"
    return _node(minors, f"{above}/access"), _node(minors, f"{above}/ci{compute}/access")


def _node(minors: str, name: str) -> str:
    found = re.search(rf"^{re.escape(name)} (\d+)$", minors, re.MULTILINE)
    # a node that cannot be there: a slice of unknown nodes is not leased
    return f"/dev/nvidia-caps/nvidia-cap{found[1] if found else f'?{name}'}"


def _minors() -> str:
    try:
        return _MINORS.read_text("ascii", "replace")
    except OSError:
        return ""


def _lacking(device: Device) -> list[str]:
    return [node for node in device.nodes if not Path(node).exists()]


def _text(word: str | bytes) -> str:
    return word.decode("utf-8", "replace") if isinstance(word, bytes) else word
