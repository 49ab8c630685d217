import { randomUUID } from "node:crypto";

import { afterEach, expect, test } from "@jest/globals";

import type { Engine } from "../../src/core/engine.ts";
import { WorkloadGoneError } from "../../src/core/errors.ts";
import {
  collect,
  exitCodesOf,
  FROM_THE_START,
  observationOf,
  readLog,
  runToEnd,
  untilObserved,
  workload,
} from "../engines/workload.ts";
import { waitFor } from "../support/wait-for.ts";

export interface EnginesUnderTest {
  /** One of two servers that share an engine and an installation. */
  readonly engine: Engine;
  readonly otherServer: Engine;
  /** On the same machine, of another installation. */
  readonly stranger: Engine;
}

/** What every adapter of the port does. Commands are of the language that a shell and the dummy engine share. */
export function engineContract(open: () => EnginesUnderTest): void {
  afterEach(async () => {
    const { engine, stranger } = open();
    for (const each of [engine, stranger])
      for (const { engineId } of await each.list()) await each.remove(engineId);
  });

  test("a workload that is prepared is inert", async () => {
    const { engine } = open();

    const engineId = await engine.prepare(workload("echo it runs"));

    expect(await observationOf(engine, engineId)).toEqual({
      kind: "prepared",
      replicas: { "worker-0": { kind: "prepared" } },
    });
    expect(await engine.resources(engineId)).toEqual({});
  });

  test("preparing twice, by two servers at once, finds one workload", async () => {
    const { engine, otherServer } = open();
    const asked = workload("echo once", { names: ["worker-0", "worker-1"] });

    const ids = await Promise.all([engine.prepare(asked), otherServer.prepare(asked)]);
    const again = await engine.prepare(asked);

    expect(new Set([...ids, again]).size).toBe(1);
    expect(await engine.list()).toEqual([
      {
        engineId: again,
        attemptId: asked.attemptId,
        observation: {
          kind: "prepared",
          replicas: { "worker-0": { kind: "prepared" }, "worker-1": { kind: "prepared" } },
        },
      },
    ]);
  });

  test("a workload that is started runs, ends, and tells how", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(workload("sleep 1; exit 3"));

    await engine.start(engineId);

    const running = await observationOf(engine, engineId);
    expect(running).toMatchObject({
      kind: "running",
      replicas: { "worker-0": { kind: "running" } },
    });
    const exited = await untilObserved(engine, engineId, "exited");
    const state = exited.replicas["worker-0"];
    expect(state).toMatchObject({ kind: "exited", exitCode: 3, outOfMemory: false });
    if (state?.kind !== "exited" || running?.replicas["worker-0"]?.kind !== "running")
      throw new Error("it neither ran nor ended");
    expect(state.startedAt).toBe(running.replicas["worker-0"].startedAt);
    const seconds = (Date.parse(state.finishedAt ?? "") - Date.parse(state.startedAt ?? "")) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(0.9);
  });

  test("starting twice at once, while it runs and after it has ended, runs it once", async () => {
    const { engine, otherServer } = open();
    const engineId = await engine.prepare(workload("echo begun; sleep 0.5; exit 4"));

    await Promise.all([engine.start(engineId), otherServer.start(engineId)]);
    await engine.start(engineId);
    const ended = await untilObserved(engine, engineId, "exited");
    await engine.start(engineId);
    await otherServer.start(engineId);

    expect(await observationOf(engine, engineId)).toEqual(ended);
    expect(exitCodesOf(ended)).toEqual({ "worker-0": 4 });
    expect(await readLog(engine, engineId)).toEqual({ stdout: "begun\n", stderr: "" });
  });

  test("starting what is not there, or is not there any more, says that it is gone", async () => {
    const { engine } = open();
    const removed = await engine.prepare(workload("true"));
    await engine.remove(removed);

    await expect(engine.start(randomUUID())).rejects.toThrow(WorkloadGoneError);
    await expect(engine.start(removed)).rejects.toThrow(WorkloadGoneError);
  });

  test("a stop ends a program that heeds it, and returns before it is over", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(workload("sleep 60"));
    await engine.start(engineId);

    await engine.stop(engineId, 30);

    const exited = await untilObserved(engine, engineId, "exited");
    expect(exitCodesOf(exited)).toEqual({ "worker-0": 143 });
  });

  test("a program that ignores a stop is killed after its grace, not before", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(workload("trap '' TERM; echo deaf; sleep 60"));
    await engine.start(engineId);
    await firstPiece(engine, engineId);
    const asked = Date.now();

    await engine.stop(engineId, 2);
    await engine.stop(engineId, 2);

    expect(Date.now() - asked).toBeLessThan(1500);
    expect(await observationOf(engine, engineId)).toMatchObject({ kind: "running" });
    const exited = await untilObserved(engine, engineId, "exited");
    expect(Date.now() - asked).toBeGreaterThanOrEqual(1900);
    expect(exited.replicas["worker-0"]).toMatchObject({ exitCode: 137, outOfMemory: false });
  });

  test("a stop without grace kills at once, also one that is being stopped", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(workload("trap '' TERM; echo deaf; sleep 60"));
    await engine.start(engineId);
    await firstPiece(engine, engineId);
    await engine.stop(engineId, 60);

    await engine.stop(engineId, 0);

    const exited = await untilObserved(engine, engineId, "exited");
    expect(exitCodesOf(exited)).toEqual({ "worker-0": 137 });
  });

  test("stopping what is only prepared, has ended or is gone changes nothing", async () => {
    const { engine } = open();
    const prepared = await engine.prepare(workload("exit 5"));

    for (const grace of [5, 0]) await engine.stop(prepared, grace);
    expect(await observationOf(engine, prepared)).toMatchObject({ kind: "prepared" });

    await engine.start(prepared);
    const ended = await untilObserved(engine, prepared, "exited");
    for (const grace of [5, 0]) await engine.stop(prepared, grace);
    expect(await observationOf(engine, prepared)).toEqual(ended);
    expect(exitCodesOf(ended)).toEqual({ "worker-0": 5 });

    for (const grace of [5, 0]) await engine.stop(randomUUID(), grace);
  });

  test("a workload is removed whether it is prepared, runs or has ended, and twice is once", async () => {
    const { engine } = open();
    const prepared = await engine.prepare(workload("true", { names: ["worker-0", "worker-1"] }));
    const running = await engine.prepare(workload("sleep 60"));
    await engine.start(running);
    const { engineId: ended } = await runToEnd(engine, workload("echo bye"));

    for (const id of [prepared, running, ended, ended, randomUUID()]) await engine.remove(id);

    expect(await engine.list()).toEqual([]);
    await expect(readLog(engine, ended)).rejects.toThrow(WorkloadGoneError);
  });

  test("the list holds all workloads of this installation, whoever made them, and no other's", async () => {
    const { engine, otherServer, stranger } = open();
    const mine = await engine.prepare(workload("true"));
    const colleagues = await otherServer.prepare(workload("true"));
    await stranger.prepare(workload("true"));

    const listed = await engine.list();

    expect(listed.map(({ engineId }) => engineId).toSorted()).toEqual(
      [mine, colleagues].toSorted(),
    );
  });

  test("a watch hints when it begins to listen, at a start and at an end, and ends quietly when aborted", async () => {
    const { engine, otherServer } = open();
    const engineId = await engine.prepare(workload("sleep 0.5; exit 1"));
    const watching = new AbortController();
    const hints = engine.watch(watching.signal)[Symbol.asyncIterator]();
    await hints.next();

    const seen: string[] = [];
    await otherServer.start(engineId);
    while (!seen.includes("exited")) {
      expect((await hints.next()).done).toBeFalsy();
      seen.push((await observationOf(engine, engineId))?.kind ?? "gone");
    }
    const last = hints.next();
    watching.abort();

    expect(seen).toContain("running");
    await waitFor("the watch's end", async () => (await last).done ?? (await hints.next()).done);
  });

  test("a log that is followed from before the start has everything, as it comes", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(
      workload("echo one; sleep 0.7; echo two >&2; sleep 0.7; echo three"),
    );
    const arrived: { text: string; at: number }[] = [];
    const following = (async () => {
      const { signal } = new AbortController();
      for await (const { stream, bytes } of engine.logs(
        engineId,
        "worker-0",
        FROM_THE_START,
        signal,
      ))
        if (bytes.length > 0)
          arrived.push({ text: `${stream} ${Buffer.from(bytes).toString()}`, at: Date.now() });
    })();

    await engine.start(engineId);
    await following;

    expect(arrived.map(({ text }) => text)).toEqual([
      "stdout one\n",
      "stderr two\n",
      "stdout three\n",
    ]);
    const [first, second, third] = arrived.map(({ at }) => at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(300);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThan(300);
  });

  test("a log goes on from where a reader was, in each stream, while it runs and after it has ended", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(
      workload("echo 12345; echo abcde >&2; sleep 0.5; echo 67890; echo fghij >&2"),
    );
    await engine.start(engineId);

    const whileItRuns = await readLog(engine, engineId, "worker-0", { stdout: 2, stderr: 6 });

    expect(whileItRuns).toEqual({ stdout: "345\n67890\n", stderr: "fghij\n" });
    expect(await readLog(engine, engineId, "worker-0", { stdout: 8, stderr: 0 })).toEqual({
      stdout: "890\n",
      stderr: "abcde\nfghij\n",
    });
    expect(await readLog(engine, engineId, "worker-0", { stdout: 12, stderr: 12 })).toEqual({
      stdout: "",
      stderr: "",
    });
  });

  test("two readers of one log both have everything", async () => {
    const { engine, otherServer } = open();
    const engineId = await engine.prepare(workload("echo a; sleep 0.3; echo b"));
    const readers = [engine, otherServer].map((each) => readLog(each, engineId));

    await engine.start(engineId);

    expect(await Promise.all(readers)).toEqual([
      { stdout: "a\nb\n", stderr: "" },
      { stdout: "a\nb\n", stderr: "" },
    ]);
  });

  test("a log that is aborted ends with the reason of that, not as if all was read", async () => {
    const { engine } = open();
    const prepared = await engine.prepare(workload("true"));
    const running = await engine.prepare(workload("echo here; sleep 60"));
    await engine.start(running);

    for (const engineId of [prepared, running]) {
      const following = new AbortController();
      const read = collect(engine.logs(engineId, "worker-0", FROM_THE_START, following.signal));
      following.abort(new Error("the server stops"));
      await expect(read).rejects.toThrow("the server stops");
    }
  });

  test("each replica has its own state, environment and log", async () => {
    const { engine } = open();
    const asked = workload("echo $GREETING; exit $CODE", { names: ["worker-0", "worker-1"] });
    const replicas = asked.replicas.map((replica, index) => ({
      ...replica,
      env: { GREETING: `hello ${index}`, CODE: String(index * 7) },
    }));

    const { engineId, observation } = await runToEnd(engine, { ...asked, replicas });

    expect(exitCodesOf(observation)).toEqual({ "worker-0": 0, "worker-1": 7 });
    expect((await readLog(engine, engineId, "worker-0")).stdout).toBe("hello 0\n");
    expect((await readLog(engine, engineId, "worker-1")).stdout).toBe("hello 1\n");
    await expect(readLog(engine, engineId, "worker-2")).rejects.toThrow(WorkloadGoneError);
  });

  test("while one replica has failed and another runs, the workload runs; a stop reaches the rest", async () => {
    const { engine } = open();
    const asked = workload("sleep $SECONDS; exit 9", { names: ["worker-0", "worker-1"] });
    const replicas = asked.replicas.map((replica, index) => ({
      ...replica,
      env: { SECONDS: index === 0 ? "0" : "60" },
    }));
    const engineId = await engine.prepare({ ...asked, replicas });
    await engine.start(engineId);

    const oneFailed = await waitFor("the failure of worker-0", async () => {
      const observation = await observationOf(engine, engineId);
      return observation?.replicas["worker-0"]?.kind === "exited" ? observation : undefined;
    });
    await engine.stop(engineId, 5);
    const exited = await untilObserved(engine, engineId, "exited");

    expect(oneFailed).toMatchObject({
      kind: "running",
      replicas: { "worker-0": { exitCode: 9 }, "worker-1": { kind: "running" } },
    });
    expect(exitCodesOf(exited)).toEqual({ "worker-0": 9, "worker-1": 143 });
  });

  test("resources are measured of the replicas that run", async () => {
    const { engine } = open();
    const engineId = await engine.prepare(workload("sleep 60"));
    await engine.start(engineId);

    const { "worker-0": sample, ...others } = await engine.resources(engineId);

    expect(others).toEqual({});
    expect(sample?.cpus).toBeGreaterThanOrEqual(0);
    expect(sample?.memoryBytes).toBeGreaterThan(0);
    expect(sample?.memoryLimitBytes).toBeGreaterThan(sample?.memoryBytes ?? Infinity);
    expect(Math.abs(Date.parse(sample?.at ?? "") - Date.now())).toBeLessThan(60_000);
    expect(await engine.resources(randomUUID())).toEqual({});
  });

  test("the capacity is of machines that have processors and memory", async () => {
    const machines = await open().engine.capacity();

    expect(machines.length).toBeGreaterThan(0);
    for (const { cpus, memoryBytes } of machines) {
      expect(cpus).toBeGreaterThan(0);
      expect(memoryBytes).toBeGreaterThan(0);
    }
  });
}

/** Waits until the program has said something, so that what follows does not come before its first line. */
async function firstPiece(engine: Engine, engineId: string): Promise<void> {
  const following = new AbortController();
  for await (const _ of engine.logs(engineId, "worker-0", FROM_THE_START, following.signal)) break;
  following.abort();
}
