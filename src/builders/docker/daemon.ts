import { once } from "node:events";

import type Dockerode from "dockerode";

import { statusOf } from "./caught.ts";
import { ask } from "./dial.ts";

/** An image's name may stand for another one soon; who the Engine is does not change while it runs. */
const imageMilliseconds = 1_000;
const engineMilliseconds = 60_000;
const reference = /^[a-z0-9](?:[\w-]|[./:@](?![./:@]))*$/i;

/** What the Engine says about itself and its images, remembered for a while: an answer about itself takes it 7 ms. */
export class Daemon {
  readonly #docker: Dockerode;
  readonly #answers = new Map<
    string,
    { readonly until: number; readonly answer: Promise<unknown> }
  >();

  constructor(docker: Dockerode) {
    this.#docker = docker;
  }

  /** The Engine's own id, the same as long as its data folder lives. */
  async id(signal?: AbortSignal): Promise<string> {
    const answer = this.#remembered("/info", engineMilliseconds);
    const { ID: id } = Object(await unlessAborted(answer, signal));
    if (typeof id === "string" && id !== "") return id;
    throw new Error("Docker's /info has no ID, by which its images would be known.");
  }

  /** `linux/amd64`. */
  async platform(): Promise<string> {
    const { Os: os, Arch: architecture } = Object(
      await this.#remembered("/version", engineMilliseconds),
    );
    return `${os}/${architecture}`;
  }

  /** The local image that a name stands for; undefined where there is none. */
  async imageId(name: string): Promise<string | undefined> {
    // It stands in a Dockerfile: anything may, and it becomes a part of a path.
    if (!reference.test(name)) return undefined;
    const { Id: id } = Object(await this.#remembered(`/images/${name}/json`, imageMilliseconds));
    return typeof id === "string" ? id : undefined;
  }

  /** undefined: there is no such thing. */
  async #remembered(path: string, milliseconds: number): Promise<unknown> {
    const now = performance.now();
    for (const [key, { until }] of this.#answers) if (now > until) this.#answers.delete(key);
    const known = this.#answers.get(path);
    if (known !== undefined) return known.answer;
    const answer = ask(this.#docker, { method: "GET", path }).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      this.#answers.delete(path);
      throw error;
    });
    this.#answers.set(path, { until: now + milliseconds, answer });
    return answer;
  }
}

/** Others may wait for the same answer: the question itself goes on. */
async function unlessAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return answer;
  signal.throwIfAborted();
  const over = new AbortController();
  const aborted = once(signal, "abort", over).then(() => signal.throwIfAborted());
  try {
    return await Promise.race([answer, aborted.then(() => answer)]);
  } finally {
    over.abort();
  }
}
