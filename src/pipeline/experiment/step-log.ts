import type { Experiment } from "../../core/experiment.ts";
import type { LogKey, LogStore, LogWriter } from "../../core/log-store.ts";

const TAIL_LINES = 20;
const TAIL_CHARACTERS = 8192;

/** The log of a step that the server itself does, opened with its first line. */
export class StepLog {
  readonly #logs: LogStore;
  readonly #key: LogKey;
  readonly #secrets: readonly string[];
  #writer: Promise<LogWriter> | undefined;
  #tail = "";

  constructor(logs: LogStore, key: LogKey, secrets: readonly string[] = []) {
    this.#logs = logs;
    this.#key = key;
    this.#secrets = secrets;
  }

  async line(text: string): Promise<void> {
    await this.write(new TextEncoder().encode(`${text}\n`));
  }

  /** The last lines, for the exception of a step that fails. */
  get tail(): string {
    return this.#tail
      .split("\n")
      .slice(-TAIL_LINES - 1)
      .join("\n");
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#tail = (this.#tail + new TextDecoder().decode(bytes)).slice(-TAIL_CHARACTERS);
    this.#writer ??= this.#logs.open(this.#key, this.#secrets);
    await (await this.#writer).write({ stream: "stdout", bytes });
  }

  async seal(): Promise<void> {
    await (await this.#writer)?.seal();
  }

  async close(): Promise<void> {
    await (await this.#writer)?.close();
  }
}

/** Ends the log of the experiment's current step, where an earlier try has left it open. */
export async function sealStepLog(
  logs: Pick<LogStore, "find" | "open">,
  { id: experimentId, step }: Pick<Experiment, "id" | "step">,
): Promise<void> {
  const key: LogKey = { experimentId, step };
  const record = await logs.find(key);
  if (record === undefined || record.sealed) return;
  const writer = await logs.open(key, []);
  await writer.seal();
}
