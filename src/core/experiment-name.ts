import type { ProjectSettings } from "./project.ts";
import { readTrigger } from "./trigger.ts";

const MOST_CHARACTERS = 72;

/** The name of an experiment that is given none: what its commit's message says behind `exp:`, else its first line. */
export function experimentName(
  { id, message }: { readonly id: string; readonly message: string },
  mode: ProjectSettings["trigger"],
): string {
  const verdict = readTrigger(message, mode);
  const title = verdict.kind === "start" ? verdict.title : (message.split("\n")[0] ?? "");
  // Whole characters: half of one cannot be kept.
  return Array.from(title).slice(0, MOST_CHARACTERS).join("").trim() || id.slice(0, 7);
}
