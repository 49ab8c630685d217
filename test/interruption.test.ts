import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

import { expect, test } from "@jest/globals";

import { waitFor } from "./support/wait-for.ts";

test("one keystroke that comes twice asks a process to stop, a further one ends it", async () => {
  const module = JSON.stringify(resolve(import.meta.dirname, "../src/interruption.ts"));
  const program = `
    const { interruption } = await import(${module});
    const interrupted = interruption();
    process.on("SIGINT", () => console.log("asked:", interrupted.aborted));
    setInterval(() => {}, 1000);
    console.log("ready");`;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = once(child, "close");
  let output = "";
  child.stdout.on("data", (bytes: Buffer) => (output += bytes.toString()));

  await waitFor("the process", () => output === "ready\n");
  child.kill("SIGINT");
  await waitFor("the first one", () => output === "ready\nasked: true\n");
  child.kill("SIGINT");
  await waitFor("the second one", () => output === "ready\nasked: true\nasked: true\n");
  child.kill("SIGINT");

  expect(await ended).toEqual([130, null]);
});
