"""Processes of JAX add their ranks and fit a line together; on the first attempt the last one is lost."""

import os
import signal

import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import multihost_utils
from jax.sharding import Mesh, NamedSharding, PartitionSpec

jax.distributed.initialize(
    coordinator_address=os.environ["JAXOPERATOR_COORDINATOR_ADDRESS"],
    num_processes=int(os.environ["JAXOPERATOR_NUM_PROCESSES"]),
    process_id=int(os.environ["JAXOPERATOR_PROCESS_ID"]),
)
rank, size = jax.process_index(), jax.process_count()
mesh = Mesh(np.array(jax.devices()), ("processes",))
whole = NamedSharding(mesh, PartitionSpec())


def together(own):
    """One array of all processes' parts."""
    return jax.make_array_from_process_local_data(
        NamedSharding(mesh, PartitionSpec("processes")), own
    )


total = jax.jit(jnp.sum, out_shardings=whole)(together(np.array([rank + 1.0])))

# Every process has its share of a line's points.
own = np.linspace(-1, 1, 24)[rank::size]
x, y = together(own), together(2 * own + 1)


def loss(line, x, y):
    return jnp.mean((line[0] * x + line[1] - y) ** 2)


def fit(line, x, y):
    return jax.lax.fori_loop(0, 100, lambda _, at: at - 0.3 * jax.grad(loss)(at, x, y), line)


weight, bias = jax.jit(fit, out_shardings=whole)(jnp.zeros(2), x, y)
print(
    f"rank {rank} of {size}: sum {float(total):.0f}, line {float(weight):.3f} x + {float(bias):.3f}",
    flush=True,
)

multihost_utils.sync_global_devices("told")
if os.environ["ASSAY_ATTEMPT"] == "1":
    if rank == size - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    multihost_utils.sync_global_devices("lost")
jax.distributed.shutdown()
