import type { Experiment } from "../../core/experiment.ts";
import type { LogKey, LogStore, LogWriter } from "../../core/log-store.ts";
import { createMasker, type Masker } from "../../core/masking.ts";

const TAIL_LINES = 20;
const TAIL_CHARACTERS = 8192;

/** The log of a step that the server itself does, opened with its first line. */
export class StepLog {
  readonly #logs: LogStore;
  readonly #key: LogKey;
  readonly #secrets: readonly string[];
  readonly #masker: Masker;
  readonly #decoder = new TextDecoder();
  #writer: Promise<LogWriter> | undefined;
  #tail = "";

  constructor(logs: LogStore, key: LogKey, secrets: readonly string[] = []) {
    this.#logs = logs;
    this.#key = key;
    this.#secrets = secrets;
    this.#masker = createMasker(secrets);
  }

  async line(text: string): Promise<void> {
    await this.write(new TextEncoder().encode(`${text}\n`));
  }

  /** A sentence as the log would show it. */
  masked(text: string): string {
    const masker = createMasker(this.#secrets);
    const bytes = [masker.push(new TextEncoder().encode(text)), masker.flush()];
    return bytes.map((each) => new TextDecoder().decode(each)).join("");
  }

  /** The last lines, masked, for the exception of a step that fails. */
  get tail(): string {
    const held = createMasker(this.#secrets, this.#masker.held).flush();
    return (this.#tail + new TextDecoder().decode(held))
      .split("\n")
      .slice(-TAIL_LINES - 1)
      .join("\n");
  }

  async write(bytes: Uint8Array): Promise<void> {
    const shown = this.#decoder.decode(this.#masker.push(bytes), { stream: true });
    this.#tail = (this.#tail + shown).slice(-TAIL_CHARACTERS);
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
