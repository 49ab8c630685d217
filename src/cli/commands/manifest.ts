import { Command } from "commander";

import type { Shell } from "../shell.ts";
import { validate } from "./manifest/validate.ts";

export function manifest(shell: Shell): Command {
  return new Command("manifest")
    .description("Manifests, before they are pushed.")
    .addCommand(validate(shell));
}
