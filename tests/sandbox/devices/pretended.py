"""Devices that are not there: what a driver would say of them lies in files, for all processes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.devices import Device, Process, Sick
from grader.sandbox.devices.scrub import Scrubbed


def card(uuid: str, memory_mb: int = 8000, **more: object) -> Device:
    return Device(uuid=uuid, name="pretended", memory_mb=memory_mb, **more)  # type: ignore[arg-type]


@dataclass
class Pretended:
    """A driver: processes come onto a device and leave it as a test says, or as they end."""

    folder: Path
    cards: tuple[Device, ...] = (card("G0"),)
    why: str = ""
    told: list[str] = field(default_factory=list)

    def devices(self) -> tuple[Device, ...]:
        return self.cards

    def processes(self, device: Device) -> tuple[Process, ...]:
        if self._file(device.uuid, "gone").exists():
            raise Sick(device.uuid, "it fell off the bus")
        listed = self._read(device.uuid)
        return tuple(Process(pid, mb) for pid, mb, real in listed if not real or _is_alive(pid))

    def used_mb(self, device: Device) -> float:
        return sum(mb or 500.0 for _, mb, _ in self._read(device.uuid))

    def ill(self, device: Device) -> str:
        file = self._file(device.uuid, "ill")
        return file.read_text() if file.exists() else ""

    # -- what a test says

    def comes(self, uuid: str, pid: int, mb: float | None, *, stays: bool = False) -> None:
        """A process takes memory; one that ``stays`` is listed even when it has ended."""
        listed = [one for one in self._read(uuid) if one[0] != pid]
        other = self._file(uuid, "on.new")
        other.write_text(json.dumps([*listed, (pid, mb, not stays)]))
        other.replace(self._file(uuid, "on"))

    def falls_ill(self, uuid: str, why: str) -> None:
        self._file(uuid, "ill").write_text(why)

    def recovers(self, uuid: str) -> None:
        for kind in ("ill", "gone", "on"):
            self._file(uuid, kind).unlink(missing_ok=True)

    def is_lost(self, uuid: str) -> None:
        self._file(uuid, "gone").touch()

    def _read(self, uuid: str) -> list[tuple[int, float | None, bool]]:
        file = self._file(uuid, "on")
        return [tuple(one) for one in json.loads(file.read_text())] if file.exists() else []

    def _file(self, uuid: str, kind: str) -> Path:
        return self.folder / f"{uuid}.{kind}"


def no_scrub(device: Device) -> Scrubbed:
    return Scrubbed(seconds=0.0, emptied=device.memory_mb << 20, left=0)


def _is_alive(pid: int) -> bool:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] not in "ZX"
