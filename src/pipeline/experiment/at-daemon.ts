import type { Daemon } from "../../core/engine.ts";
import type { Experiment, ExperimentAt } from "../../core/experiment.ts";
import type { Ports } from "../../core/ports.ts";
import { chooseDaemon } from "./choose-daemon.ts";
import type { StepResult } from "./step-result.ts";

/**
 * Has the image made with this server's daemon, or by a server that reaches a better one. From then on the experiment is
 * where its image is, unless every server reaches its engine.
 */
export async function atDaemon(
  ports: Pick<Ports, "database" | "engines" | "reach">,
  experiment: ExperimentAt<"Building">,
  daemon: string,
  haveImage: () => Promise<StepResult>,
): Promise<StepResult> {
  ports.reach.meet(daemon);
  const engine = ports.engines.get(experiment.engine);
  if ((await engine?.daemon()) === undefined) return haveImage();
  const elsewhere = await chooseDaemon(ports, experiment, daemon);
  if (elsewhere !== undefined) return goTo(elsewhere, experiment);
  return stayAt(daemon, experiment, await haveImage());
}

/** The next look is for servers that reach that daemon. */
function goTo({ id: daemon, host }: Daemon, { id }: Experiment): StepResult {
  return {
    kind: "wait",
    note: `it goes to Docker on ${host}`,
    seconds: 0,
    async write({ queue, events }) {
      await queue.bind("experiment", id, daemon);
      await events.publish({ kind: "work" });
    },
  };
}

function stayAt(daemon: string, { id }: Experiment, result: StepResult): StepResult {
  if (result.kind !== "done") return result;
  return {
    ...result,
    async write(stores) {
      await result.write?.(stores);
      await stores.queue.bind("experiment", id, daemon);
    },
  };
}
