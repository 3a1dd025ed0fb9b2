#!/usr/bin/env bash
# Runs once, as root, when the autograder is built: installs this bundle's grader into an
# environment of its own, leaves the bundle to root alone, and tries the course's own solution.
set -euo pipefail

ROOT="${AUTOGRADER_ROOT:-/autograder}"
SOURCE="$ROOT/source"
VENV="$ROOT/venv"
WHEEL="@WHEEL@"
EXTRAS="@EXTRAS@"

chmod -R go= "$SOURCE"

new_enough() {
    "$1" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    for name in "${AUTOGRADER_PYTHON:-python3.12}" python3.12 python3.13 python3.11 python3; do
        path="$(command -v "$name" || true)"
        if [ -n "$path" ] && new_enough "$path"; then
            echo "$path"
            return 0
        fi
    done
    return 1
}

install_python() {
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends "$1" "$1-venv"
}

add_archive() {
    DEBIAN_FRONTEND=noninteractive \
        apt-get install -y --no-install-recommends software-properties-common &&
        add-apt-repository -y ppa:deadsnakes/ppa
}

if ! PYTHON="$(find_python)"; then
    apt-get update || true
    install_python python3.12 ||
        { add_archive && install_python python3.12; } ||
        install_python python3.11 || true
    PYTHON="$(find_python)" || {
        echo "setup: no Python of at least 3.11 is here, and none could be installed." >&2
        echo "setup: choose a newer base image under Configure Autograder." >&2
        exit 1
    }
fi

# Student code runs as another user, who has to be able to use this environment.
umask 022
"$PYTHON" -m venv --copies "$VENV"
if [ -d "$SOURCE/wheels" ]; then
    set -- --no-index --find-links "$SOURCE/wheels"
else
    set --
fi
"$VENV/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check "$@" \
    "grader[$EXTRAS] @ file://$SOURCE/$WHEEL"
chmod -R go+rX "$VENV"

cp "$SOURCE/run_autograder" "$ROOT/run_autograder"
chmod 755 "$ROOT/run_autograder"
"$VENV/bin/grader" doctor || true
AUTOGRADER_ROOT="$ROOT" "$VENV/bin/python" -P -m grader.bundle.agent check
