import { Command } from "commander";

import { readSaved, save } from "../config-file.ts";
import { print, type Shell } from "../shell.ts";

export function logout(shell: Shell): Command {
  return new Command("logout").description("Forget the token that login kept.").action(async () => {
    const { token, ...kept } = await readSaved(shell);
    await save(shell, kept);
    print(shell, token === undefined ? "Nobody was signed in." : "Signed out.");
  });
}
