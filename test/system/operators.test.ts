import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform({ dummyEngine: false });
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

const SMALL = "resources: { cpus: 0.1, cpuLimitRatio: 10, memory: 0.0625 }";

/** `meet.sh <address> <port> <size> <rank>`: rank 0 of two waits for the other one, which waits for it. */
const MEET = `set -eu
[ "$3" = 2 ] || { echo "a world of $3"; exit 9; }
if [ "$4" = 0 ]; then
  [ "$(hostname)" = "$1" ] || { echo "I am $(hostname), not $1"; exit 9; }
  echo welcome | nc -l -p "$2" > /tmp/heard
else
  until echo "rank $4" | nc -w 2 "$1" "$2" 2> /dev/null > /tmp/heard && [ -s /tmp/heard ]; do usleep 100000; done
fi
echo "rank $4 of $3 at $1:$2 heard $(cat /tmp/heard)"
`;

/** What of Ray's command line is used: a head that welcomes who joins, workers that join until they are welcome and stay. */
const RAY = `#!/bin/sh
join() { until echo joined | nc -w 2 head-0 6379 2> /dev/null | grep -q welcome; do usleep 100000; done; }
case "$*" in
  *--head*) (while :; do echo welcome | nc -l -p 6379 >> /tmp/joined; done) > /dev/null 2>&1 & ;;
  health-check*) nc -w 2 head-0 6379 < /dev/null | grep -q welcome ;;
  *--labels=fail*) join; exit 7 ;;
  *--block) join; echo "$@"; sleep 600 & wait; exit 1 ;;
esac
`;

/** Pushes one experiment of an operator and answers it once it has finished, with each replica's output. */
async function run(operator: string, name: string, command: string, types: string) {
  const files = { ...repositoryFiles(command, { operator, types }), "meet.sh": MEET, ray: RAY };
  const Dockerfile =
    "FROM assay/busybox:local\nCOPY ray /bin/ray\nRUN chmod +x /bin/ray\nCOPY meet.sh /\n";
  const copy = await projects.create(name, { ...files, Dockerfile });
  await copy.commit("exp: run");
  await copy.push();
  const experiment = await finished(platform, `${name}#1`, 120);
  const [{ replicas }] = experiment.runs;
  const output: Record<string, string> = {};
  for (const replica of replicas)
    output[replica.name] = await logOf(
      platform,
      `${name}#1`,
      `?step=Running&replica=${replica.name}`,
    );
  return { experiment, replicas, output };
}

const TWO = `worker: { count: 2, ${SMALL} }`;

test.each([
  [
    "pytorch",
    "worker-0:23456",
    TWO,
    'sh /meet.sh "$MASTER_ADDR" "$MASTER_PORT" "$WORLD_SIZE" "$RANK"',
  ],
  [
    "xgboost",
    "worker-0:9999",
    TWO,
    'test "$WORKER_ADDRS:$WORKER_PORT" = worker-1:9999 && sh /meet.sh "$MASTER_ADDR" "$MASTER_PORT" "$WORLD_SIZE" "$RANK"',
  ],
  [
    "jax",
    "worker-0:1234",
    TWO,
    'sh /meet.sh "$JAXOPERATOR_COORDINATOR_HOST" "${JAXOPERATOR_COORDINATOR_ADDRESS##*:}" "$JAXOPERATOR_NUM_PROCESSES" "$JAXOPERATOR_PROCESS_ID"',
  ],
  ["batchjob", "worker-0:4000", TWO, 'sh /meet.sh worker-0 4000 2 "$JOB_COMPLETION_INDEX"'],
  [
    "jobset",
    "first-0:4000",
    `{ first: { ${SMALL} }, second: { ${SMALL} } }`,
    'test "$REPLICATED_JOB_NAME-$JOB_INDEX" = "$(hostname)" && sh /meet.sh first-0 4000 "$GLOBAL_REPLICAS" "$JOB_GLOBAL_INDEX"',
  ],
])("two replicas of %s find each other by its variables", async (operator, at, types, command) => {
  const { experiment, replicas, output } = await run(operator, `meet-${operator}`, command, types);
  const names = replicas.map(({ name }: { readonly name: string }) => name);

  expect(output[names[0]]).toBe(`rank 0 of 2 at ${at} heard rank 1\n`);
  expect(output[names[1]]).toBe(`rank 1 of 2 at ${at} heard welcome\n`);
  expect(experiment.status).toBe("Succeeded");
});

test("tf's parameter server is found by TF_CONFIG, and ends when the chief has", async () => {
  const command = `case "$TF_CONFIG" in
  *'"type":"ps"'*) while :; do echo welcome | nc -l -p 2222; done ;;
esac
ps=$(echo "$TF_CONFIG" | sed 's/.*"ps":\\["\\([^"]*\\)".*/\\1/')
until nc -w 2 "\${ps%:*}" "\${ps#*:}" < /dev/null 2> /dev/null | grep welcome; do usleep 100000; done`;
  const { experiment, replicas, output } = await run(
    "tf",
    "meet-tf",
    command,
    `{ Chief: { ${SMALL} }, PS: { ${SMALL} } }`,
  );

  expect(output["chief-0"]).toBe("welcome\n");
  expect(replicas.map(({ state }: { readonly state: string }) => state)).toEqual([
    "exited",
    "exited",
  ]);
  expect(experiment).toMatchObject({ status: "Succeeded", runs: [{ state: "Done", exitCode: 0 }] });
});

test("the command runs on Ray's head once Ray is there, and the workers that joined end with it", async () => {
  const { experiment, output } = await run(
    "kuberay",
    "meet-ray",
    'until [ -s /tmp/joined ]; do usleep 100000; done; echo "$RAY_ADDRESS: $(sort -u /tmp/joined)"; true',
    `{ Head: { ${SMALL} }, Workers: [{ name: cpu, count: 1, rayStartParams: { num-cpus: 1 }, ${SMALL} }] }`,
  );

  expect(output["head-0"]).toBe("head-0:6379: joined\n");
  expect(output["cpu-0"]).toContain("start --num-cpus=1 --address=head-0:6379 --block\n");
  expect(experiment).toMatchObject({ status: "Succeeded", runs: [{ state: "Done", exitCode: 0 }] });
});

test("a worker of Ray that fails while the command runs ends the attempt", async () => {
  const { experiment } = await run(
    "kuberay",
    "lose-ray",
    "sleep 600",
    `{ Head: { ${SMALL} }, Workers: [{ name: cpu, count: 1, rayStartParams: { labels: fail }, ${SMALL} }] }`,
  );

  expect(experiment.steps[4].exception).toMatchObject({
    exitCode: 7,
    message: expect.stringMatching(/^cpu-0: /),
  });
});

test("one failed replica of pytorch ends the attempt and its peers, and is what is told", async () => {
  const command =
    'sh /meet.sh "$MASTER_ADDR" "$MASTER_PORT" "$WORLD_SIZE" "$RANK"; [ "$RANK" = 0 ] || exit 3; sleep 600';
  const { experiment, replicas } = await run("pytorch", "loss", command, TWO);

  expect(experiment.status).toBe("Failed");
  expect(experiment.steps[4].exception).toMatchObject({
    kind: "ExitCode",
    exitCode: 3,
    message: expect.stringMatching(/^worker-1: /),
  });
  expect(replicas[0]).toMatchObject({ state: "exited" });
  expect(replicas[0].exitCode).not.toBe(0);
});
