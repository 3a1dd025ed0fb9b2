"""What a box may not ask of the kernel: rules for people, and filters made from them as data.

``rules.toml`` says what is denied, why, and with which error; ``syscalls.toml`` gives the numbers
of each machine; ``make`` turns both into the ``.bpf`` files beside it, which
``grader.sandbox.inside.seccomp`` loads. No machine that runs boxes makes filters.
"""
