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

/** `[step, value]` of one metric of an experiment's run. */
async function curve(id: string, name: string): Promise<readonly (readonly [number, unknown])[]> {
  const { body } = await platform.call("GET", `/api/v1/experiments/${encodeURIComponent(id)}`);
  const path = `/api/v1/runs/${body.runs[0].id}/metrics?names=${encodeURIComponent(name)}`;
  const answer = await platform.call("GET", path);
  return answer.body.items[0]?.points ?? [];
}

/** A line of metrics.jsonl. */
const line = (step: number, loss: number): string =>
  `echo '{"step": ${step}, "loss": ${loss}}' >> $ASSAY_OUTPUT_PATH/metrics.jsonl`;

test("what a container writes and reports is there while it runs and at its end, over a restart of the server", async () => {
  const report = [
    "wget -q -O - --header \"Authorization: Bearer $ASSAY_TOKEN\" --header 'Content-Type: application/json'",
    `--post-data '{"step": 1, "called": NUMBER}' $ASSAY_URL/api/v1/runs/$ASSAY_RUN_ID/metrics`,
  ].join(" ");
  const command = [
    line(1, 3),
    report.replace("NUMBER", "7"),
    "until [ -e $ASSAY_OUTPUT_PATH/go ]; do sleep 0.1; done",
    line(2, 2),
    `printf '{"step": 3, "loss": NaN}' >> $ASSAY_OUTPUT_PATH/metrics.jsonl`,
    `echo '{"accuracy": 0.97}' > $ASSAY_OUTPUT_PATH/metrics.json`,
  ].join("; ");
  const copy = await projects.create("written", repositoryFiles(command));
  await copy.commit("exp: write metrics");
  await copy.push();
  const { id } = await atStep(platform, "written#1", "Running");
  await waitFor("the first line", async () => (await curve("written#1", "loss")).length === 1);
  expect(await curve("written#1", "called")).toEqual([[1, 7]]);

  await platform.restart();
  await platform.call("PUT", `/api/v1/projects/written/buckets/output/objects/output/${id}/go`, "");
  const { status, metrics } = await finished(platform, "written#1");

  expect(status).toBe("Succeeded");
  expect(metrics).toEqual({ accuracy: 0.97, called: 7, loss: "NaN" });
  expect(await curve("written#1", "loss")).toEqual([
    [1, 3],
    [2, 2],
    [3, "NaN"],
  ]);
});

test("a second attempt goes on with the curve from where it begins", async () => {
  const first = [1, 2, 3, 4].map((step) => line(step, 9)).join("; ");
  const second = [3, 4, 5].map((step) => line(step, 1)).join("; ");
  const command = `if [ $ASSAY_ATTEMPT = 1 ]; then ${first}; exit 1; fi; ${second}`;
  const copy = await projects.create(
    "again",
    repositoryFiles(command, { spec: "restartPolicy: { backoffLimit: 1 }" }),
  );
  await copy.commit("exp: go on from a checkpoint");
  await copy.push();

  const { status } = await finished(platform, "again#1");

  expect(`${status} ${await logOf(platform, "again#1")}`).toBe("Succeeded ");
  expect(await curve("again#1", "loss")).toEqual([
    [1, 9],
    [2, 9],
    [3, 1],
    [4, 1],
    [5, 1],
  ]);
});

test("a program that fails leaves the metrics it wrote, and a deleted experiment none", async () => {
  const copy = await projects.create("failing", repositoryFiles(`${line(1, 5)}; exit 3`));
  await copy.commit("exp: fail after a step");
  await copy.push();

  const { status, metrics } = await finished(platform, "failing#1");
  expect([status, metrics]).toEqual(["Failed", { loss: 5 }]);
  const counted = async () => {
    const { metric_points, metric_files } = await platform.rowCounts();
    return { metric_points, metric_files };
  };
  const before = await counted();
  await platform.call("DELETE", "/api/v1/experiments/failing%231");

  const after = await counted();
  expect(after.metric_points).toBe((before.metric_points ?? 0) - 1);
  expect(after.metric_files).toBe((before.metric_files ?? 0) - 1);
});
