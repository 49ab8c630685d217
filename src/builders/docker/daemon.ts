import type Dockerode from "dockerode";

import { statusOf } from "./caught.ts";
import { ask } from "./dial.ts";

const rememberMilliseconds = 1_000;
const reference = /^[a-z0-9](?:[\w-]|[./:@](?![./:@]))*$/i;

/** What the Engine says about itself and its images, remembered for a second: one experiment asks several times. */
export class Daemon {
  readonly #docker: Dockerode;
  readonly #answers = new Map<string, { readonly at: number; readonly answer: Promise<unknown> }>();

  constructor(docker: Dockerode) {
    this.#docker = docker;
  }

  /** The Engine's own id, the same as long as its data folder lives. */
  async id(signal?: AbortSignal): Promise<string> {
    const { ID: id } = Object(await ask(this.#docker, { method: "GET", path: "/info", signal }));
    if (typeof id === "string" && id !== "") return id;
    throw new Error("Docker's /info has no ID, by which its images would be known.");
  }

  /** `linux/amd64`. */
  async platform(): Promise<string> {
    const { Os: os, Arch: architecture } = Object(await this.#remembered("/version"));
    return `${os}/${architecture}`;
  }

  /** The local image that a name stands for; undefined where there is none. */
  async imageId(name: string): Promise<string | undefined> {
    // It stands in a Dockerfile: anything may, and it becomes a part of a path.
    if (!reference.test(name)) return undefined;
    const { Id: id } = Object(await this.#remembered(`/images/${name}/json`));
    return typeof id === "string" ? id : undefined;
  }

  /** undefined: there is no such thing. */
  async #remembered(path: string): Promise<unknown> {
    const now = performance.now();
    for (const [key, { at }] of this.#answers)
      if (now - at > rememberMilliseconds) this.#answers.delete(key);
    const known = this.#answers.get(path);
    if (known !== undefined) return known.answer;
    const answer = ask(this.#docker, { method: "GET", path }).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      this.#answers.delete(path);
      throw error;
    });
    this.#answers.set(path, { at: now, answer });
    return answer;
  }
}
