"""A Slurm cluster of one node on the loopback interface: munged, slurmctld and slurmd in a folder of their own."""

import os
import pwd
import shutil
import socket
import subprocess
import time
import unittest
from pathlib import Path

CONFIGURATION = """
ClusterName=livephoto
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=1
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
ReturnToService=2
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Cluster:
    """Started by the constructor, which skips the test where Slurm is not installed; ended by stop()."""

    def __init__(self, folder):
        for name in ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "sinfo"):
            if shutil.which(name, path=self.path()) is None:
                raise unittest.SkipTest(f"no {name}: slurm-wlm and munge are not installed")
        self.folder = Path(folder)
        self.processes = []
        for name in ("state", "spool"):
            (self.folder / name).mkdir()
        (self.folder / "key").write_bytes(os.urandom(64))
        (self.folder / "key").chmod(0o600)
        self.folder.chmod(0o755)
        self.environment = {**os.environ, "SLURM_CONF": str(self.folder / "slurm.conf"), "PATH": self.path()}
        host = socket.gethostname().partition(".")[0]
        (self.folder / "slurm.conf").write_text(CONFIGURATION.format(
            folder=self.folder, host=host, user=pwd.getpwuid(os.geteuid()).pw_name, processors=os.cpu_count(),
            controller_port=free_port(), node_port=free_port()), encoding="ascii")
        self.start("munged", "--foreground", "--force", f"--key-file={folder}/key", f"--socket={folder}/munge.socket",
                   f"--pid-file={folder}/munged.pid", f"--log-file={folder}/munged.log", f"--seed-file={folder}/seed")
        self.wait_for("munged", lambda: (self.folder / "munge.socket").exists())
        self.start("slurmctld", "-D", "-c", "-f", f"{folder}/slurm.conf", "-L", f"{folder}/slurmctld.log")
        self.start("slurmd", "-D", "-c", "-f", f"{folder}/slurm.conf", "-L", f"{folder}/slurmd.log", "-N", host)
        self.wait_for("the node", lambda: "idle" in self.ask("sinfo", "--noheader", "--format=%T"))

    @staticmethod
    def path():
        return os.environ["PATH"] + ":/usr/sbin:/sbin"

    def start(self, *command):
        with open(self.folder / f"{command[0]}.out", "wb") as out:
            self.processes.append(subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.environment,
                start_new_session=True))

    def ask(self, *command):
        done = subprocess.run(
            command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout

    def wait_for(self, what, condition, seconds=60):
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or any(process.poll() is not None for process in self.processes):
                raise AssertionError(f"{what} did not come:\n{self.logs()}")
            time.sleep(0.1)

    def logs(self):
        return "".join(f"--- {path.name}\n{path.read_text(errors='replace')[-2000:]}"
                       for pattern in ("*.log", "*.out") for path in sorted(self.folder.glob(pattern)))

    def stop(self):
        self.ask("scancel", "--quiet", "--state=PENDING")
        for process in reversed(self.processes):
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
