import { Command } from "commander";

import { CancelAnswer } from "../../../contract/experiment.ts";
import { ROUTES } from "../../../contract/routes.ts";
import { connect, referenceOf } from "../../connect.ts";
import { each } from "../../each.ts";
import { ID_HELP } from "../../experiments.ts";
import { withExamples } from "../../options.ts";
import { called } from "../../outcome.ts";
import { print, type Shell } from "../../shell.ts";

export function cancel(shell: Shell): Command {
  const command = new Command("cancel")
    .description(
      "End experiments: each program gets SIGTERM and time to save its work. One that has finished stays as it is.",
    )
    .argument("<id...>", ID_HELP)
    .option("--kill", "without that time: SIGKILL at once")
    .action(async (ids: readonly string[], { kill = false }: { readonly kill?: boolean }) => {
      const connection = await connect(shell);
      await each(shell, ids, async (id) => {
        const { changed, message, experiment } = await connection.client.call(
          ROUTES.cancelExperiment,
          CancelAnswer,
          { path: { id: referenceOf(connection, id) }, json: { kill } },
        );
        const what = changed
          ? "is being cancelled"
          : `stays as it is: ${message ?? experiment.status}`;
        print(shell, `${called(experiment)} ${what}`);
      });
    });
  return withExamples(
    command,
    "assay experiments cancel digits#12",
    "assay experiments cancel 12 13 14",
  );
}
