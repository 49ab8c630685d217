/** A program of a framework on replicas that meet, and what each of them must find and tell. */
export interface Case {
  readonly framework: string;
  readonly operator: string;
  readonly program: string;
  readonly command: string;
  /** `spec.types`, as YAML. */
  readonly types: string;
  /** Variables of the operator, by replica: what AIchor gives, with names and addresses as they are here. */
  readonly variables: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** What each replica says once all of them have met. */
  readonly says: Readonly<Record<string, string>>;
  /** What the first attempt loses by kill -9, and how that replica ends. */
  readonly loses: { readonly replica: string; readonly exitCode: number };
}

const group = (count: number, memory: number): string =>
  `{ count: ${count}, resources: { cpus: 0.4, cpuLimitRatio: 10, memory: ${memory} } }`;

/** Every replica of one group, with its rank. */
const workers = <T>(count: number, of: (rank: number) => T): Readonly<Record<string, T>> =>
  Object.fromEntries(Array.from({ length: count }, (_, rank) => [`worker-${rank}`, of(rank)]));

const KILLED = 137;

const pytorch = (count: number, rank: number): Readonly<Record<string, string>> => ({
  MASTER_ADDR: "worker-0",
  MASTER_PORT: "23456",
  WORLD_SIZE: String(count),
  RANK: String(rank),
  PET_MASTER_ADDR: "worker-0",
  PET_MASTER_PORT: "23456",
  PET_NNODES: String(count),
  PET_NODE_RANK: String(rank),
});

const tensorflow = (type: string, index: number): Readonly<Record<string, string>> => ({
  TF_CONFIG: JSON.stringify({
    cluster: { chief: ["chief-0:2222"], worker: ["worker-0:2222", "worker-1:2222"] },
    task: { type, index },
    environment: "cloud",
  }),
});

export const CASES: readonly Case[] = [
  {
    framework: "torch",
    operator: "pytorch",
    program: "torch_line.py",
    command: "python3 torch_line.py",
    types: `worker: ${group(3, 0.75)}`,
    variables: workers(3, (rank) => pytorch(3, rank)),
    says: workers(3, (rank) => `rank ${rank} of 3: sum 6, line 2.000 x + 1.000`),
    loses: { replica: "worker-2", exitCode: KILLED },
  },
  {
    framework: "torch",
    operator: "pytorch",
    program: "torch_line.py",
    // Without --redirects and --tee, PyTorch 1.13 fails on the Python 3.11 of Debian 12.
    command: "torchrun --redirects 1 --tee 1 --nproc_per_node 2 torch_line.py",
    types: `worker: ${group(2, 1.5)}`,
    variables: workers(2, (rank) => pytorch(2, rank)),
    says: workers(2, (rank) => `rank ${2 * rank} of 4: sum 10, line 2.000 x + 1.000`),
    // torchrun outlives its processes, and ends with a code of its own.
    loses: { replica: "worker-1", exitCode: 1 },
  },
  {
    framework: "jax",
    operator: "jax",
    program: "jax_line.py",
    command: "python3 jax_line.py",
    types: `worker: ${group(2, 1)}`,
    variables: workers(2, (rank) => ({
      JAXOPERATOR_COORDINATOR_ADDRESS: "worker-0:1234",
      JAXOPERATOR_COORDINATOR_HOST: "worker-0",
      JAXOPERATOR_NUM_PROCESSES: "2",
      JAXOPERATOR_PROCESS_ID: String(rank),
    })),
    says: workers(2, (rank) => `rank ${rank} of 2: sum 3, line 2.000 x + 1.000`),
    loses: { replica: "worker-1", exitCode: KILLED },
  },
  {
    framework: "xgboost",
    operator: "xgboost",
    program: "xgboost_step.py",
    command: "python3 xgboost_step.py",
    types: `worker: ${group(4, 0.5)}`,
    variables: workers(4, (rank) => ({
      MASTER_ADDR: "worker-0",
      MASTER_PORT: "9999",
      WORLD_SIZE: "4",
      RANK: String(rank),
      WORKER_ADDRS: "worker-1,worker-2,worker-3",
      WORKER_PORT: "9999",
    })),
    says: workers(4, (rank) => `rank ${rank} of 4: sum 10, step from 1.000 to 3.000`),
    loses: { replica: "worker-3", exitCode: KILLED },
  },
  {
    framework: "tensorflow",
    operator: "tf",
    program: "tensorflow_line.py",
    command: "python3 tensorflow_line.py",
    types: `{ chief: ${group(1, 1.5)}, worker: ${group(2, 1.5)} }`,
    variables: {
      "chief-0": tensorflow("chief", 0),
      "worker-0": tensorflow("worker", 0),
      "worker-1": tensorflow("worker", 1),
    },
    says: {
      "chief-0": "rank 0 of 3: sum 6, line 2.000 x + 1.000",
      "worker-0": "rank 1 of 3: sum 6, line 2.000 x + 1.000",
      "worker-1": "rank 2 of 3: sum 6, line 2.000 x + 1.000",
    },
    loses: { replica: "worker-1", exitCode: KILLED },
  },
];
