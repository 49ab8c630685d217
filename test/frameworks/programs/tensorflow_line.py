"""Workers of TensorFlow add their ranks and fit a line together; on the first attempt the last one is lost."""

import json
import os
import signal

import tensorflow as tf

# Reads TF_CONFIG.
strategy = tf.distribute.MultiWorkerMirroredStrategy()
cluster = json.loads(os.environ["TF_CONFIG"])["cluster"]
size = sum(len(members) for members in cluster.values())
rank = strategy.cluster_resolver.task_id
if strategy.cluster_resolver.task_type == "worker":
    rank += len(cluster.get("chief", []))

# Every worker has its share of a line's points.
x = tf.linspace(-1.0, 1.0, 24)[rank::size]
y = 2 * x + 1


def all_reduce(how, value):
    return tf.distribute.get_replica_context().all_reduce(how, value)


@tf.function
def add(value):
    return strategy.run(lambda own: all_reduce("SUM", tf.identity(own)), args=(value,))


@tf.function
def slopes(weight, bias):
    def own(weight, bias):
        with tf.GradientTape() as tape:
            tape.watch([weight, bias])
            loss = tf.reduce_mean((weight * x + bias - y) ** 2)
        return all_reduce("MEAN", tape.gradient(loss, [weight, bias]))

    return strategy.run(own, args=(weight, bias))


total = add(tf.constant(rank + 1.0))
weight, bias = tf.constant(0.0), tf.constant(0.0)
for _ in range(100):
    by_weight, by_bias = slopes(weight, bias)
    weight, bias = weight - 0.3 * by_weight, bias - 0.3 * by_bias
print(
    f"rank {rank} of {size}: sum {float(total):.0f}, line {float(weight):.3f} x + {float(bias):.3f}",
    flush=True,
)

add(tf.constant(0.0))
if os.environ["ASSAY_ATTEMPT"] == "1":
    if rank == size - 1:
        os.kill(os.getpid(), signal.SIGKILL)
    add(tf.constant(0.0))
