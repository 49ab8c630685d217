import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "@jest/globals";

import { createMetrics } from "../../src/api/prometheus.ts";
import { DummyEngine } from "../../src/engines/dummy.ts";
import { MeteredEngine } from "../../src/pipeline/metered-engine.ts";
import { MadeUpBuilder } from "../storm/made-up-builder.ts";
import { finished, repositoryFiles } from "../support/experiments.ts";
import { startPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

const WORKER_SLOTS = 4;

/** Takes every workload, and says nothing before it is told to. */
class HungEngine extends DummyEngine {
  readonly #answering = Promise.withResolvers<void>();

  override async prepare(...of: Parameters<DummyEngine["prepare"]>): Promise<string> {
    await this.#answering.promise;
    return super.prepare(...of);
  }

  answer(): void {
    this.#answering.resolve();
  }
}

test("an engine that hangs leaves half of the slots to what does not need it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "assay-hung-engine-"));
  const hung = new HungEngine({ name: "hung", folder: join(folder, "hung") });
  const other = new DummyEngine({ name: "other", folder: join(folder, "other") });
  const { metrics } = createMetrics();
  const patience = { mostSlow: WORKER_SLOTS / 2, slowMs: 100 };
  const engines = new Map(
    [hung, other].map((engine) => [engine.name, new MeteredEngine(engine, metrics, patience)]),
  );
  const builder = new MadeUpBuilder(join(folder, "images"));
  const platform = await startPlatform({ workerSlots: WORKER_SLOTS }, { engines, builder });
  const projects = new Projects(platform);
  const submit = async (engine: string): Promise<string> => {
    const request = { project: "slots", engine };
    const { body } = await platform.call("POST", "/api/v1/experiments", request);
    return body.id;
  };
  try {
    const types = "worker: { resources: { cpus: 0.1, memory: 0.1 } }";
    await projects.create("slots", repositoryFiles("true", { types }));
    const stuck: string[] = [];
    for (let count = 0; count < 2 * WORKER_SLOTS; count += 1) stuck.push(await submit("hung"));
    await waitFor("those that do not get a slot for it to say so", async () => {
      const { body } = await platform.call("GET", "/api/v1/experiments?project=slots");
      return JSON.stringify(body).includes("waiting for the engine: engine hung owes 2 answers");
    });

    const { status } = await finished(platform, await submit("other"));

    expect(status).toBe("Succeeded");
    hung.answer();
    for (const id of stuck) expect((await finished(platform, id)).status).toBe("Succeeded");
  } finally {
    hung.answer();
    await projects.remove();
    await platform.stop();
    await rm(folder, { recursive: true });
  }
});
