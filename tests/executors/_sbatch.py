"""A stand-in for Slurm's commands: it runs an array's jobs at once, as processes of this machine."""

import sys
from pathlib import Path

SBATCH = f"""#!{sys.executable}
# a stand-in: runs each task of the array as Slurm would, one after another
import os, re, shlex, subprocess, sys
text = open(sys.argv[1]).read()
open(os.environ["SEEN"], "a").write(text)
if "--gpus-per-node=9" in text:
    sys.exit("sbatch: error: Requested node configuration is not available")
array = re.search(r"--array=0-(\\d+)%", text)
command = next(line for line in text.splitlines() if line.startswith("srun"))
command = command[command.index(sys.executable):]
for number in range(int(array[1]) + 1 if array else 1):
    env = dict(os.environ, SUBMITIT_EXECUTOR="slurm", SLURM_JOB_ID="7", SLURM_NTASKS="1", SLURM_JOB_NUM_NODES="1",
               SLURM_NODEID="0", SLURM_PROCID="0", SLURM_LOCALID="0", SLURM_JOB_NODELIST="n1")
    if array:
        env.update(SLURM_ARRAY_JOB_ID="7", SLURM_ARRAY_TASK_ID=str(number))
    subprocess.Popen(["sh", "-c", "sleep 0.5; exec " + command], env=env, stdout=subprocess.DEVNULL,
                     stderr=subprocess.DEVNULL, start_new_session=True)
print("Submitted batch job 7")
"""


def install(folder: Path) -> None:
    """Write the commands into a folder, to be put into PATH; SEEN names a file of what was asked."""
    folder.mkdir()
    for name, text in {
        "sbatch": SBATCH,
        "srun": "#!/bin/sh\n",
        "sacct": "#!/bin/sh\necho 'JobID|State|NodeList'\n",
        "scancel": "#!/bin/sh\n",
    }.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
