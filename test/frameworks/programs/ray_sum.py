"""A task of Ray on each worker; on the first attempt the Ray of one of them is lost."""

import os
import signal
import time
import urllib.request

import ray
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

DASHBOARD = "http://head-0:8265"
NAMES = {"cpu-0", "cpu-1"}

# Finds the cluster by RAY_ADDRESS.
ray.init()


def workers():
    """Their ids by their names; they join while this runs."""
    return {
        node["NodeManagerHostname"]: node["NodeID"]
        for node in ray.nodes()
        if node["Alive"] and node["NodeManagerHostname"] in NAMES
    }


while workers().keys() != NAMES:
    time.sleep(0.5)


def on(name):
    return {"scheduling_strategy": NodeAffinitySchedulingStrategy(workers()[name], soft=False)}


@ray.remote
def square(number):
    """Where it ran, what that replica finds, and the dashboard as it is seen from there."""
    with urllib.request.urlopen(f"{DASHBOARD}/api/version") as answer:
        status = answer.status
    return os.uname().nodename, os.environ["RAY_ADDRESS"], number**2, status


@ray.remote(max_retries=0)
def lose():
    """Ray itself is the parent of what runs its tasks."""
    os.kill(os.getppid(), signal.SIGKILL)


tasks = [square.options(**on(name)).remote(number) for number, name in enumerate(sorted(NAMES), 3)]
answers = ray.get(tasks)
for name, address, number, status in answers:
    print(f"{name}: {number}, {address}, dashboard {status}")
print("sum", sum(number for _, _, number, _ in answers), flush=True)

if os.environ["ASSAY_ATTEMPT"] == "1":
    lose.options(**on("cpu-1")).remote()
    time.sleep(600)
