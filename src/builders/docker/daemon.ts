import { once } from "node:events";
import { setTimeout } from "node:timers/promises";

import type Dockerode from "dockerode";

import { EngineUnreachableError } from "../../core/errors.ts";
import { statusOf } from "./caught.ts";
import { ask } from "./dial.ts";
import { isImageName, splitImageName } from "./image-name.ts";

/** An image's name may stand for another one soon; who the Engine is does not change while it runs. */
const imageMilliseconds = 1_000;
const engineMilliseconds = 60_000;
/** It takes the Engine 7 ms; nobody waits longer, so that one that hangs does not hold whoever asks. */
const patienceMilliseconds = 10_000;

/** What an image brings into a build that begins from it. */
interface Base {
  readonly id: string;
  /** Instructions for whoever builds from it: ONBUILD. */
  readonly hasTriggers: boolean;
  /** Its registry has it, too. One that was only made here must not become what somebody published by its name. */
  readonly isPublished: boolean;
}

interface Question {
  readonly askedAt: number;
  readonly answer: Promise<unknown>;
  /** Until when the answer counts; a question that is open has no such time. */
  until: number;
}

/** What the Engine says about itself and its images, remembered for a while: each question is open once. */
export class Daemon {
  readonly #docker: Dockerode;
  readonly #patienceMilliseconds: number;
  readonly #questions = new Map<string, Question>();

  constructor(docker: Dockerode, patience = patienceMilliseconds) {
    this.#docker = docker;
    this.#patienceMilliseconds = patience;
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
  async base(name: string): Promise<Base | undefined> {
    // It stands in a Dockerfile: anything may, and it becomes a part of a path.
    if (!isImageName(name)) return undefined;
    const answer = await this.#remembered(imagePath(name), imageMilliseconds);
    const { Id: id, Config: config, RepoDigests: digests } = Object(answer);
    const { OnBuild: triggers } = Object(config);
    if (typeof id !== "string") return undefined;
    return {
      id,
      hasTriggers: Array.isArray(triggers) && triggers.length > 0,
      isPublished: Array.isArray(digests) && digests.some((each) => isOf(name, String(each))),
    };
  }

  /** It stands for another image now. */
  forget(name: string): void {
    this.#questions.delete(imagePath(name));
  }

  /** undefined: there is no such thing. */
  async #remembered(path: string, milliseconds: number): Promise<unknown> {
    const now = performance.now();
    for (const [key, { until }] of this.#questions) if (now > until) this.#questions.delete(key);
    const { answer, askedAt } = this.#questions.get(path) ?? this.#ask(path, milliseconds);
    const left = Math.max(0, askedAt + this.#patienceMilliseconds - now);
    const over = new AbortController();
    try {
      // An answer that is there already comes first.
      return await Promise.race([answer, noAnswerIn(left, over.signal)]);
    } finally {
      over.abort();
    }
  }

  #ask(path: string, milliseconds: number): Question {
    const askedAt = performance.now();
    const answer = ask(this.#docker, { method: "GET", path }).catch((error: unknown) => {
      if (statusOf(error) === 404) return undefined;
      this.#questions.delete(path);
      throw error;
    });
    const question = { askedAt, answer, until: Infinity };
    this.#questions.set(path, question);
    answer.then(
      () => (question.until = askedAt + milliseconds),
      () => undefined,
    );
    return question;
  }
}

/** `python@sha256:…` is python's, as the Engine writes Docker Hub's names. */
const isOf = (name: string, digest: string): boolean => {
  const { repository } = splitImageName(name.replace(/^docker\.io\/(?:library\/)?/, ""));
  return digest.startsWith(`${repository}@`);
};

const imagePath = (name: string): string => `/images/${name}/json`;

/** Never answers: throws EngineUnreachableError, or what ended the wait before. */
async function noAnswerIn(milliseconds: number, signal: AbortSignal): Promise<never> {
  await setTimeout(milliseconds, undefined, { signal });
  throw new EngineUnreachableError("Docker takes requests and does not answer.");
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
