"""A chief of TensorFlow gives work to a worker, which keeps a sum on a parameter server; both of them serve for ever."""

import tensorflow as tf

# Reads TF_CONFIG.
resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
if resolver.task_type in ("worker", "ps"):
    print(f"{resolver.task_type} {resolver.task_id} serves", flush=True)
    tf.distribute.Server(
        resolver.cluster_spec(), job_name=resolver.task_type, task_index=resolver.task_id
    ).join()

strategy = tf.distribute.ParameterServerStrategy(resolver)
coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
with strategy.scope():
    total = tf.Variable(0.0)


@tf.function
def add(value):
    total.assign_add(value)


for number in range(1, 11):
    coordinator.schedule(add, args=(tf.constant(float(number)),))
coordinator.join()
print(f"sum {total.numpy():.0f} on {total.device}")
