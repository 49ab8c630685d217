import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";

import { run } from "../../src/cli/run.ts";
import type { Output } from "../../src/cli/shell.ts";

/** What a command did: its exit code, and what it wrote where. */
export interface Told {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface Circumstances {
  readonly env?: Readonly<Record<string, string>>;
  readonly folder?: string;
  readonly input?: string;
  /** Writes to a terminal of so many columns. */
  readonly columns?: number;
  readonly interrupted?: AbortSignal;
  /** Sees what is written, as it is. */
  readonly onOutput?: (soFar: string) => void;
}

/** A person's `assay`, with a home folder of its own. */
export class Person {
  readonly home: string;
  readonly #env: Readonly<Record<string, string>>;

  private constructor(home: string, env: Readonly<Record<string, string>>) {
    this.home = home;
    this.#env = { HOME: home, XDG_CONFIG_HOME: join(home, "config"), ...env };
  }

  static async create(env: Readonly<Record<string, string>> = {}): Promise<Person> {
    return new Person(await mkdtemp(join(tmpdir(), "assay-home-")), env);
  }

  async assay(words: readonly string[], around: Circumstances = {}): Promise<Told> {
    const { columns } = around;
    const out = collected(columns, around.onOutput);
    const err = collected(columns);
    const code = await run(words, {
      env: { ...this.#env, ...around.env },
      folder: around.folder ?? this.home,
      in: Readable.from([around.input ?? ""]),
      out: out.stream,
      err: err.stream,
      interrupted: around.interrupted ?? new AbortController().signal,
    });
    return { code, out: out.text(), err: err.text() };
  }

  /** What a read prints with `--json`; throws where it does not exit with 0. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into it as it pleases
  async json(...words: readonly string[]): Promise<any> {
    const { code, out, err } = await this.assay([...words, "--json"]);
    if (code !== 0) throw new Error(`assay ${words.join(" ")} exits with ${code}: ${err}`);
    return JSON.parse(out);
  }

  remove(): Promise<void> {
    return rm(this.home, { recursive: true, force: true });
  }
}

function collected(columns?: number, onOutput: (soFar: string) => void = () => undefined) {
  let text = "";
  const stream: Output = Object.assign(
    new PassThrough(),
    columns === undefined ? {} : { isTTY: true, columns },
  ).on("data", (bytes: Buffer) => {
    text += bytes.toString();
    onOutput(text);
  });
  return { stream, text: () => text };
}
