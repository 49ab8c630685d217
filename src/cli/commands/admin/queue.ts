import { Command } from "commander";

import { QueueAnswer } from "../../../contract/operations.ts";
import type { Route } from "../../../contract/route.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect } from "../../connect.ts";
import { jsonOption, type ReadOptions, withExamples } from "../../options.ts";
import { called } from "../../outcome.ts";
import { print, printJson, type Shell } from "../../shell.ts";
import { cut, oneLine, table } from "../../table.ts";
import { lasting } from "../../units.ts";

export function queue(shell: Shell): Command {
  const command = new Command("queue")
    .description("Show what waits; or hold all of it, so that nothing new starts on any engine.")
    .addCommand(
      answering(
        shell,
        "show",
        "Show what waits, in its order, each with its reason.",
        ROUTES.getQueue,
      ),
      { isDefault: true },
    )
    .addCommand(
      answering(
        shell,
        "pause",
        "Start nothing new, on any engine; what runs goes on.",
        ROUTES.pauseQueue,
      ),
    )
    .addCommand(answering(shell, "resume", "Start new work again.", ROUTES.resumeQueue))
    .addCommand(
      answering(
        shell,
        "drain",
        "Start nothing new, until nothing runs any more.",
        ROUTES.drainQueue,
      ),
    );
  return withExamples(command, "assay admin queue", "assay admin queue pause");
}

/** All of them answer the queue as it is then. */
function answering(shell: Shell, name: string, description: string, route: Route): Command {
  return new Command(name)
    .description(description)
    .addOption(jsonOption())
    .action(async ({ json }: ReadOptions) => {
      const { client } = await connect(shell);
      const answer = await client.call(route, QueueAnswer);
      if (json) printJson(shell, answer);
      else print(shell, ...lines(answer));
    });
}

function lines({ state, closed, busy, experiments, runs }: QueueAnswer): readonly string[] {
  const why = closed === null ? "" : `: ${oneLine(closed)}`;
  const waiting = experiments.map((experiment) => [
    String(experiment.position),
    called(experiment),
    String(experiment.priority),
    cut(experiment.name, 30),
    experiment.reason ?? "",
  ]);
  const queueing = runs.map(
    ({ position, experimentId, engine, priority, queuedSeconds, reason }) => [
      String(position),
      experimentId.slice(0, 8),
      String(priority),
      engine,
      lasting(queuedSeconds * 1000),
      reason ?? "",
    ],
  );
  return [
    `The queue is ${state}${why}. Busy: ${busy}; waiting: ${waiting.length} experiments, ${queueing.length} runs.`,
    ...table(["", "WAITING", "PRIORITY", "NAME", "WHY"], waiting),
    ...table(["", "RUN OF", "PRIORITY", "ENGINE", "SINCE", "WHY"], queueing),
  ];
}
