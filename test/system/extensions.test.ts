import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

test("what a manifest says of its experiment is shown, and is where it is looked for", async () => {
  const top = [
    "name: rate search",
    "description: |\n  How low the learning rate can go.\n  Two lines.",
    "tags: [digits, rate, digits]",
    "metadata: { dataset: digits, sizes: [1, 2.5], nested: { none: ~, yes: true } }",
    "priority: 7",
    "params: { lr: 0.1, layers: [64, 32] }",
  ].join("\n");
  const options = { top, spec: "engineName: dummy" };
  const copy = await projects.create("shown", repositoryFiles("true", options));
  await copy.commit("exp: the message");
  await copy.push();

  const experiment = await finished(platform, "shown#1");

  expect(experiment).toMatchObject({
    status: "Succeeded",
    name: "rate search",
    description: "How low the learning rate can go.\nTwo lines.\n",
    tags: ["digits", "rate"],
    fields: { dataset: "digits", sizes: [1, 2.5], nested: { none: null, yes: true } },
    priority: 7,
    params: { lr: 0.1, layers: [64, 32] },
    warnings: [],
  });
  for (const query of ["tag=rate&tag=digits", "q=rate+search"]) {
    const { body } = await platform.call("GET", `/api/v1/experiments?project=shown&${query}`);
    expect(body.items.map(({ id }: { readonly id: string }) => id)).toEqual([experiment.id]);
  }
  expect((await platform.call("GET", `/api/v1/experiments/${experiment.id}/fields`)).body).toEqual(
    experiment.fields,
  );
});

const HOSTILE =
  'it\'s; touch /tmp/owned; $(touch /tmp/owned) `touch /tmp/owned` "${HOME}" \\ * ~ #';

test("whatever a parameter holds, it is one word of the command and nothing of the shell", async () => {
  const command =
    "set -- {{ params.note }} {{ params.empty }} a{{ params.note }}; printf '%s|' $# \"$@\"; ! test -e /tmp/owned";
  const top = `params: { note: plain, empty: "" }`;
  const copy = await projects.create("hostile", repositoryFiles(command, { top }));
  const submit = (note: string) =>
    platform.call("POST", "/api/v1/experiments", { project: "hostile", params: { note } });
  const values = [HOSTILE, "two\nlines", "{{ params.empty }}", "-n", "日本語 🚀"];

  const ids = await Promise.all(values.map(async (note) => (await submit(note)).body.id));

  for (const [index, id] of ids.entries()) {
    expect((await finished(platform, id)).status).toBe("Succeeded");
    expect(await logOf(platform, id)).toBe(`3|${values[index]}||a${values[index]}|`);
  }
  await copy.git("status");
});

test("a placeholder that cannot be one word is told in the terminal, with what to write", async () => {
  const command = 'echo "{{ params.lr }}" {{ params.rate }}';
  const copy = await projects.create(
    "quoted",
    repositoryFiles(command, { top: "params: { lr: 1 }" }),
  );
  await copy.commit("exp: run");

  const terminal = await copy.push();

  expect(terminal).toContain("stands inside double quotes; write $PARAM_LR there");
  expect(terminal).toContain("The parameter rate is not declared in params");
  expect((await finished(platform, "quoted#1")).steps[1].exception.kind).toBe("ManifestInvalid");
});

test.each([
  [1, false],
  [60, true],
])("a program has %i s to end, as its manifest says", async (grace, isSaved) => {
  const command = `trap 'sleep 4; echo saved > $ASSAY_OUTPUT_PATH/checkpoint; exit 0' TERM; echo ready; while true; do sleep 0.1; done`;
  const spec = `gracefulTermination: { terminationGracePeriodSeconds: ${grace} }`;
  const slug = `grace-${grace}`;
  const copy = await projects.create(slug, repositoryFiles(command, { spec }));
  await copy.commit("exp: run");
  await copy.push();
  await waitFor("it to be ready", async () => (await logOf(platform, `${slug}#1`)) === "ready\n");

  await platform.call("POST", `/api/v1/experiments/${slug}%231/cancel`);

  const { id, status } = await finished(platform, `${slug}#1`);
  expect(status).toBe("Cancelled");
  const file = `/api/v1/projects/${slug}/buckets/output/objects/output/${id}/checkpoint`;
  expect((await platform.call("GET", file)).status).toBe(isSaved ? 200 : 404);
});

test("a retry is a new attempt in the same folder, and tells the program which one it is", async () => {
  const command = 'echo "$ASSAY_ATTEMPT" >> $ASSAY_OUTPUT_PATH/attempts; test "$ASSAY_ATTEMPT" = 3';
  const spec = "restartPolicy: { backoffLimit: 5 }";
  const copy = await projects.create("again", repositoryFiles(command, { spec }));
  await copy.commit("exp: run");
  await copy.push();

  const { id, status, runs } = await finished(platform, "again#1");

  expect([status, runs[0].attempt]).toEqual(["Succeeded", 3]);
  const file = `/api/v1/projects/again/buckets/output/objects/output/${id}/attempts`;
  expect((await platform.call("GET", file)).body).toBe("1\n2\n3\n");
});

test("every wrong use of an extension is told to the pusher at its line, all at once", async () => {
  const top = [
    "tags: baseline",
    "metadata: [1]",
    "priority: 0",
    "concurrency: { limit: 0, cancel: all }",
    "needs: digits",
    "inputs: [{ from: 1, path: ../x, as: a/b }]",
    "approval: perhaps",
    "params: { 1x: 1, lr: .nan }",
    "secrets: [PATH]",
    "search: { lr: [1, 2] }",
    "retries: 3",
  ].join("\n");
  const spec =
    "restartPolicy: { backoffLimit: -1 }\n  gracefulTermination: { grace: 1 }\n  timeout: soon\n  queueTimeout: -1";
  const copy = await projects.create("wrong", repositoryFiles("true", { top, spec }));
  await copy.commit("exp: run");
  await copy.push();

  const { steps } = await finished(platform, "wrong#1");

  const told: string[] = steps[1].exception.message.split("\n");
  const places = told.map((line) => /^manifest\.yaml, line (\d+), column \d+: (\S+)/.exec(line));
  expect(places.map((place) => `${place?.[1]} ${place?.[2]}`)).toEqual([
    "3 tags",
    "4 metadata",
    "5 priority",
    "6 concurrency.group",
    "6 concurrency.limit",
    "6 concurrency.cancel",
    "7 needs",
    "8 inputs.0.path",
    "8 inputs.0.as",
    "9 approval",
    "10 params.1x",
    "10 params.lr",
    "11 The",
    "12 search",
    "13 retries",
    "19 spec.restartPolicy.backoffLimit",
    "20 spec.gracefulTermination.grace",
    "21 spec.timeout",
    "22 spec.queueTimeout",
  ]);
});

test("of one push, an experiment may need another one by the name that its manifest has", async () => {
  const manifest = (command: string, top: string, more = ""): string =>
    repositoryFiles(command, { top, spec: `engineName: dummy${more}` })["manifest.yaml"] ?? "";
  const copy = await projects.create("together", {
    ...repositoryFiles("true"),
    "manifests/train.yaml": manifest("true", "name: model"),
    "manifests/judge.yaml": manifest(
      "sleep 600",
      "needs: [model]\napproval: true\nname: verdict",
      "\n  timeout: 1s",
    ),
  });
  for (const [first, second] of [
    [1, 2],
    [3, 4],
  ]) {
    await copy.commit("exp[train, judge]: both");
    await copy.push();
    await finished(platform, `together#${first}`);
    const waits = await atStep(platform, `together#${second}`, "Waiting", /^waiting for approval$/);

    await platform.call("POST", `/api/v1/experiments/together%23${second}/approve`);

    expect(waits.name).toBe("verdict");
    const { steps } = await finished(platform, `together#${second}`);
    expect(steps[4].exception.kind).toBe("Timeout");
    const { conditions } = await platform
      .knex("experiments")
      .where({ number: second, name: "verdict" })
      .first("conditions");
    const { body } = await platform.call("GET", `/api/v1/experiments/together%23${first}`);
    expect(conditions.needs).toEqual([body.id]);
  }
});
