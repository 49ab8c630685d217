import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { cancel } from "./experiments/cancel.ts";
import { compare } from "./experiments/compare.ts";
import { download } from "./experiments/download.ts";
import { list } from "./experiments/list.ts";
import { logs } from "./experiments/logs.ts";
import { reproduce } from "./experiments/reproduce.ts";
import { resubmit } from "./experiments/resubmit.ts";
import { show } from "./experiments/show.ts";
import { status } from "./experiments/status.ts";
import { step } from "./experiments/step.ts";
import { submitCommit } from "./experiments/submit-commit.ts";
import { approve, archive, remove, unarchive } from "./experiments/verbs.ts";
import { wait } from "./experiments/wait.ts";

export function experiments(shell: Shell): Command {
  return new Command("experiments")
    .alias("exp")
    .description("Start experiments, look on, end them, compare them.")
    .addCommand(submit(shell))
    .addCommand(list(shell))
    .addCommand(show(shell))
    .addCommand(status(shell))
    .addCommand(step(shell))
    .addCommand(logs(shell))
    .addCommand(wait(shell))
    .addCommand(cancel(shell))
    .addCommand(resubmit(shell))
    .addCommand(approve(shell))
    .addCommand(archive(shell))
    .addCommand(unarchive(shell))
    .addCommand(remove(shell))
    .addCommand(compare(shell))
    .addCommand(download(shell))
    .addCommand(reproduce(shell));
}

const submit = (shell: Shell): Command =>
  new Command("submit")
    .description("Start an experiment without a push.")
    .addCommand(submitCommit(shell));
