import { readFileSync } from "node:fs";

import { expect, test } from "@jest/globals";

import { OPERATORS } from "../../src/core/manifest.ts";
import { variableFault } from "../../src/core/reserved-variables.ts";
import { plan } from "./planned.ts";

const SMALL = "resources: { cpus: 2, memory: 1 }";

const withTypes = (operator: string, types: string) =>
  plan(`spec:\n  operator: ${operator}\n  command: python main.py\n  types: ${types}\n`);

/** What tells the replicas of a run apart, or is the operator's: not what every container finds. */
function ownVariables(operator: string, types: string) {
  const common = new Set(
    Object.keys(withTypes("jobset", `{ worker: { ${SMALL} } }`)[0]?.env ?? {}).filter(
      (name) => !/^(JOB_|REPLICATED_|GLOBAL_)/.test(name),
    ),
  );
  return withTypes(operator, types).map(({ name, env }) => ({
    name,
    ...Object.fromEntries(Object.entries(env).filter(([variable]) => !common.has(variable))),
  }));
}

test("pytorch's rank 0 is the master, and torchrun needs no options", () => {
  const of = (rank: string) => ({
    name: `worker-${rank}`,
    MASTER_ADDR: "worker-0",
    MASTER_PORT: "23456",
    WORLD_SIZE: "3",
    RANK: rank,
    PET_NNODES: "3",
    PET_NODE_RANK: rank,
    PET_MASTER_ADDR: "worker-0",
    PET_MASTER_PORT: "23456",
  });

  expect(ownVariables("pytorch", `{ worker: { count: 3, ${SMALL} } }`)).toEqual([
    of("0"),
    of("1"),
    of("2"),
  ]);
});

test("pytorch's older groups give the same plan as today's", () => {
  const old = withTypes("pytorch", `{ Master: { ${SMALL} }, Worker: { count: 2, ${SMALL} } }`);

  expect(old).toEqual(withTypes("pytorch", `{ worker: { count: 3, ${SMALL} } }`));
});

test.each([
  [
    "xgboost",
    `{ Master: { ${SMALL} }, Worker: { ${SMALL} } }`,
    `{ worker: { count: 2, ${SMALL} } }`,
  ],
  ["jax", `{ Worker: { count: 2, ${SMALL} } }`, `{ worker: { count: 2, ${SMALL} } }`],
  ["batchjob", `{ Worker: { ${SMALL} } }`, `{ worker: { ${SMALL} } }`],
  [
    "tf",
    `{ Worker: { ${SMALL} }, PS: { ${SMALL} } }`,
    `{ worker: { ${SMALL} }, ps: { ${SMALL} } }`,
  ],
  ["jobset", `{ Worker: { ${SMALL} } }`, `{ worker: { ${SMALL} } }`],
])("the older groups of %s give the same plan as today's", (operator, old, today) => {
  expect(withTypes(operator, old)).toEqual(withTypes(operator, today));
});

test("a pytorch worker that is alone is a world of one", () => {
  expect(ownVariables("pytorch", `{ worker: { ${SMALL} } }`)).toEqual([
    expect.objectContaining({ MASTER_ADDR: "worker-0", WORLD_SIZE: "1", RANK: "0" }),
  ]);
});

test("xgboost's rank 0 has the tracker's address, and knows the others", () => {
  const of = (rank: string) => ({
    name: `worker-${rank}`,
    MASTER_ADDR: "worker-0",
    MASTER_PORT: "9999",
    WORLD_SIZE: "3",
    RANK: rank,
    WORKER_PORT: "9999",
    WORKER_ADDRS: "worker-1,worker-2",
  });

  expect(ownVariables("xgboost", `{ worker: { count: 3, ${SMALL} } }`)).toEqual([
    of("0"),
    of("1"),
    of("2"),
  ]);
  expect(ownVariables("xgboost", `{ worker: { ${SMALL} } }`)[0]).not.toHaveProperty("WORKER_ADDRS");
});

test("jax's process 0 is the coordinator", () => {
  const of = (process: string) => ({
    name: `worker-${process}`,
    JAXOPERATOR_COORDINATOR_ADDRESS: "worker-0:1234",
    JAXOPERATOR_COORDINATOR_HOST: "worker-0",
    JAXOPERATOR_NUM_PROCESSES: "2",
    JAXOPERATOR_PROCESS_ID: process,
  });

  expect(ownVariables("jax", `{ Worker: { count: 2, ${SMALL} } }`)).toEqual([of("0"), of("1")]);
});

test("tf's replicas know the cluster and their task; an evaluator is no part of it", () => {
  const replicas = withTypes(
    "tf",
    `{ Chief: { ${SMALL} }, PS: { ${SMALL} }, Worker: { count: 2, ${SMALL} }, Evaluator: { ${SMALL} } }`,
  );
  const configs = replicas.map(({ env }) => JSON.parse(env["TF_CONFIG"] ?? ""));

  expect(configs.map(({ task }) => `${task.type} ${task.index}`)).toEqual([
    "chief 0",
    "ps 0",
    "worker 0",
    "worker 1",
    "evaluator 0",
  ]);
  for (const { cluster } of configs)
    expect(cluster).toEqual({
      chief: ["chief-0:2222"],
      ps: ["ps-0:2222"],
      worker: ["worker-0:2222", "worker-1:2222"],
    });
});

const SERVERS = ["ps-0", "worker-0"];

test.each([
  [
    "a chief and its servers",
    `{ Chief: { ${SMALL} }, PS: { ${SMALL} }, Worker: { ${SMALL} } }`,
    SERVERS,
  ],
  ["the older master", `{ Master: { ${SMALL} }, PS: { ${SMALL} }, Worker: { ${SMALL} } }`, SERVERS],
  ["workers and a server", `{ PS: { ${SMALL} }, Worker: { ${SMALL} } }`, ["ps-0"]],
  ["a chief and workers", `{ Chief: { ${SMALL} }, Worker: { ${SMALL} } }`, []],
  ["servers alone", `{ PS: { ${SMALL} } }`, []],
])("of tf's %s, those serve that wait for ever", (_, types, serving) => {
  const serve = withTypes("tf", types).filter(({ serves }) => serves);

  expect(serve.map(({ name }) => name)).toEqual(serving);
});

test("a batchjob's replicas have a number each", () => {
  const types = `{ Worker: { count: 2, completions: 2, parallelisms: 2, ${SMALL} } }`;

  expect(ownVariables("batchjob", types)).toEqual(
    ["0", "1", "2", "3"].map((index) => ({
      name: `worker-${index}`,
      JOB_COMPLETION_INDEX: index,
    })),
  );
});

const RAY = `{ Head: { rayStartParams: { object-store-memory: "100", ray-debugger-external: "true", log-color: "false", block: "true" }, ${SMALL} }, Workers: [{ name: cpu, count: 2, ${SMALL} }] }`;

test("kuberay's head starts Ray and runs the command; the workers join it and serve it", () => {
  const [head, ...workers] = withTypes("kuberay", RAY);

  expect(head).toMatchObject({
    name: "head-0",
    env: { RAY_ADDRESS: "head-0:6379", RAY_SERVER: "head-0:6379" },
    command:
      "ray start '--object-store-memory=100' '--ray-debugger-external' '--log-color=false' --head --port=6379 --dashboard-host=0.0.0.0 --dashboard-port=8265 || exit\npython main.py",
    dashboard: "http://head-0:8265",
  });
  expect(head).not.toHaveProperty("serves");
  expect(workers.map(({ name }) => name)).toEqual(["cpu-0", "cpu-1"]);
  expect(workers[1]).toMatchObject({
    env: { RAY_ADDRESS: "head-0:6379", RAY_SERVER: "head-0:6379" },
    command:
      "until ray health-check --address head-0:6379 >/dev/null 2>&1; do sleep 1; done\nray start --address=head-0:6379 --block",
    serves: true,
  });
});

test("the older operator ray gives the plan of kuberay", () => {
  expect(withTypes("ray", RAY)).toEqual(withTypes("kuberay", RAY));
});

test("an option of ray start cannot become part of the command", () => {
  const [head] = withTypes(
    "kuberay",
    `{ Head: { rayStartParams: { labels: "a' ; rm -rf / #" }, ${SMALL} } }`,
  );

  expect(head?.command).toContain(String.raw`'--labels=a'\'' ; rm -rf / #' --head`);
});

test("no manifest can set what an operator sets, and docs/manifest.md tells of it", () => {
  const planned = OPERATORS.filter((name) => name !== "slurm" && name !== "vertexai").flatMap(
    (operator) =>
      ownVariables(operator, /ray/.test(operator) ? RAY : `{ worker: { count: 2, ${SMALL} } }`),
  );
  const names = new Set(planned.flatMap((own) => Object.keys(own)));
  names.delete("name");

  expect(names.size).toBeGreaterThan(20);
  const document = readFileSync(new URL("../../docs/manifest.md", import.meta.url), "utf8");
  for (const name of names) {
    expect(variableFault(name)).toMatch(/set by Assay/);
    expect(document).toContain(`\`${name}\``);
  }
});
