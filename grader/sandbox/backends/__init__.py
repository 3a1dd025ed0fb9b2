"""Sandbox backends, one file each: the file's name is the backend's name."""

from __future__ import annotations

from grader.kinds import Kinds
from grader.sandbox import Backend

backends: Kinds[Backend] = Kinds("grader.sandbox.backends", "sandbox backend")
