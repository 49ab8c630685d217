import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { CASES } from "./cases.ts";
import { push } from "./push.ts";

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

const MILLISECONDS = 500_000;

/** What an operator sets, of everything that a container finds. */
const PRINT = "printenv | grep -E '^(MASTER_|WORLD_SIZE|RANK|PET_|WORKER_|JAXOPERATOR_|TF_CONFIG)'";

test.each(CASES)(
  "$operator: replicas of `$command` meet, and meet again once one was lost",
  async ({ command, variables, says, loses, ...wish }) => {
    const project = `meet-${wish.operator}-${command.split(" ", 1)[0]}`;
    const { status, run, log } = await push(platform, projects, {
      ...wish,
      project,
      command: `${PRINT}; ${command}`,
    });

    expect({ status, exception: run.exception }).toEqual({ status: "Succeeded", exception: null });
    for (const attempt of [1, 2])
      for (const [replica, line] of Object.entries(says)) {
        const text = await log(attempt, replica);
        expect(variablesIn(text)).toEqual(variables[replica]);
        expect(text).toContain(line);
      }

    const [first, second] = run.attempts;
    expect(run.attempts).toHaveLength(2);
    expect(exitCodes(first)).toMatchObject({ [loses.replica]: loses.exitCode });
    expect(Object.values(exitCodes(first))).not.toContain(0);
    expect(new Set(Object.values(exitCodes(second)))).toEqual(new Set([0]));
  },
  MILLISECONDS,
);

test(
  "tf: a chief's workers and parameter servers serve it, and end when it has",
  async () => {
    const small = "{ resources: { cpus: 0.4, cpuLimitRatio: 10, memory: 1.5 } }";
    const { status, run, log } = await push(platform, projects, {
      project: "serve-tf",
      framework: "tensorflow",
      operator: "tf",
      program: "tensorflow_servers.py",
      command: "python3 tensorflow_servers.py",
      types: `{ chief: ${small}, worker: ${small}, ps: ${small} }`,
    });

    expect({ status, exception: run.exception }).toEqual({ status: "Succeeded", exception: null });
    expect(run.attempt).toBe(1);
    expect(await log(1, "chief-0")).toMatch(/sum 55 on .*job:ps/);
    expect(await log(1, "worker-0")).toContain("worker 0 serves");
    expect(await log(1, "ps-0")).toContain("ps 0 serves");
    expect(exitCodes(run.attempts[0])).toMatchObject({ "chief-0": 0 });
  },
  MILLISECONDS,
);

test(
  "kuberay: a task runs on each worker, and again once the Ray of one was lost",
  async () => {
    const pool = (memory: number, more: string) =>
      `${more} resources: { cpus: 0.4, cpuLimitRatio: 10, memory: ${memory}, shmSizeGB: 0.25 }, rayStartParams: { num-cpus: 1, object-store-memory: 100000000 }`;
    const { status, run, log } = await push(platform, projects, {
      project: "meet-ray",
      framework: "ray",
      operator: "kuberay",
      program: "ray_sum.py",
      command: "python3 ray_sum.py",
      types: `{ Head: { ${pool(3, "")} }, Workers: [{ ${pool(2, "name: cpu, count: 2,")} }] }`,
    });

    expect({ status, exception: run.exception }).toEqual({ status: "Succeeded", exception: null });
    expect(run.dashboard).toBe("http://head-0:8265");
    for (const attempt of [1, 2]) {
      const text = await log(attempt, "head-0");
      expect(text).toContain("cpu-0: 9, head-0:6379, dashboard 200\n");
      expect(text).toContain("cpu-1: 16, head-0:6379, dashboard 200\n");
      expect(text).toContain("sum 25\n");
      expect(await log(attempt, "cpu-1")).toContain("Ray runtime started");
    }
    const [first, second] = run.attempts;
    expect(run.attempts).toHaveLength(2);
    expect(exitCodes(first)).toMatchObject({ "cpu-1": 1 });
    expect(exitCodes(first)).not.toMatchObject({ "head-0": 0 });
    expect(exitCodes(second)).toMatchObject({ "head-0": 0 });
  },
  MILLISECONDS,
);

function variablesIn(text: string): Readonly<Record<string, string>> {
  const lines = text.split("\n").flatMap((line) => {
    const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, value]];
  });
  return Object.fromEntries(lines);
}

interface Ended {
  readonly replicas: readonly { readonly name: string; readonly exitCode: number | null }[];
}

const exitCodes = (attempt: Ended | undefined): Readonly<Record<string, number | null>> =>
  Object.fromEntries((attempt?.replicas ?? []).map(({ name, exitCode }) => [name, exitCode]));
