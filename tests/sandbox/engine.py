"""A small container program for tests, with the words of Docker: it has no daemon and no images.

It understands the options that it knows and refuses all others, as Docker does. A container is a
sandbox of bubblewrap that shows this whole machine, read-only, as its image.

Called as: engine.py STATE_FOLDER run|inspect|rm ...
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
from pathlib import Path

PLAIN = {"--interactive", "--rm", "--read-only"}
VALUED = {
    *("--pull", "--name", "--network", "--ipc", "--hostname", "--tmpfs", "--shm-size"),
    *("--workdir", "--cap-drop", "--security-opt", "--user", "--pids-limit", "--memory"),
    *("--memory-swap", "--ulimit", "--log-driver", "--entrypoint", "--env"),
}
IMAGE = "grader-box"


def main() -> None:
    state, what, *words = sys.argv[1:]
    with Path(state, "log").open("a", encoding="utf-8") as log:
        log.write(json.dumps([what, *words]) + "\n")
    {"run": run, "inspect": inspect, "rm": remove}[what](Path(state), words)


def run(state: Path, words: list[str]) -> None:
    options: list[tuple[str, str]] = []
    while words[0].startswith("-"):
        word = words.pop(0)
        if word in PLAIN:
            options.append((word, ""))
        elif word in VALUED:
            options.append((word, words.pop(0)))
        else:
            refuse(f"unknown flag: {word}")
    image, *command = words
    if image != IMAGE:
        refuse(f"Error response from daemon: No such image: {image}:latest")
    given = dict(options)
    user, _, group = given["--user"].partition(":")
    sandbox = ["bwrap", "--unshare-all", "--die-with-parent", "--as-pid-1", "--clearenv"]
    sandbox += ["--uid", user, "--gid", group, "--hostname", given["--hostname"]]
    for entry in sorted(Path("/").iterdir()):
        if entry.is_symlink():
            sandbox += ["--symlink", str(entry.readlink()), str(entry)]
        elif entry.name not in {"proc", "dev", "tmp", "sys", "box"} and entry.is_dir():
            sandbox += ["--ro-bind", str(entry), str(entry)]
    sandbox += ["--dev", "/dev", "--proc", "/proc"]
    for option, value in options:
        if option == "--tmpfs":
            path, _, mounted = value.partition(":")
            named = dict(word.partition("=")[::2] for word in mounted.split(","))
            sandbox += ["--size", named["size"], "--tmpfs", path]
        elif option == "--cap-drop":
            sandbox += [option, value]
        elif option == "--env":
            sandbox += ["--setenv", *value.split("=", 1)]
    for prefix in sorted({sys.prefix, sys.base_prefix}):  # an image has its own interpreter
        if prefix.startswith("/tmp/"):
            sandbox += ["--ro-bind", prefix, prefix]
    sandbox += ["--setenv", "PATH", os.environ["PATH"], "--remount-ro", "/"]
    sandbox += ["--chdir", given["--workdir"], "--", *command]
    Path(state, given["--name"]).write_text(str(os.getpid()), "ascii")
    os.execvp("bwrap", sandbox)


def inspect(state: Path, words: list[str]) -> None:
    pid = int(Path(state, words[-1]).read_text("ascii"))
    print(Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()[0])


def remove(state: Path, words: list[str]) -> None:
    record = Path(state, words[-1])
    if not record.exists():
        refuse(f"Error response from daemon: No such container: {words[-1]}")
    with contextlib.suppress(ProcessLookupError):  # it may have ended
        os.kill(int(record.read_text("ascii")), signal.SIGKILL)
    record.unlink()


def refuse(why: str) -> None:
    print(f"docker: {why}\n\nRun 'docker run --help' for more information", file=sys.stderr)
    sys.exit(125)


if __name__ == "__main__":
    main()
