import type Dockerode from "dockerode";

import type { Logger } from "../../core/logger.ts";
import { ask } from "./ask.ts";
import { findHelperImage } from "./helper-image.ts";
import { LABEL } from "./labels.ts";
import { PauseContainer, type Place, removePause } from "./pause-container.ts";

export interface PausePoolOptions {
  readonly docker: Dockerode;
  readonly installation: string;
  readonly log: Logger;
}

/** Each takes some 14 MB, nearly all of it containerd's. */
const MOST = 4;
/** Made when nothing was prepared for so long, so that a burst of runs has the processors for itself. */
const QUIET_MILLISECONDS = 500;
/** One that nobody wants goes after this. */
const KEEP_MILLISECONDS = 10 * 60 * 1000;
/** What no container names after this was left by a crash. */
const LEFT_AFTER_SECONDS = 2 * (KEEP_MILLISECONDS / 1000);

/**
 * Network namespaces that are ready, at most one for each place where a run was last: the next run of the same project
 * begins earlier by most of what Docker takes for a start. A pool that is empty, or fails, changes nothing else.
 */
export class PausePool {
  readonly #options: PausePoolOptions;
  readonly #ready = new Map<string, { readonly pause: PauseContainer; readonly until: number }>();
  #wanted = new Map<string, Place>();
  #timer: NodeJS.Timeout | undefined;
  #making: Promise<void> = Promise.resolve();
  #isClosed = false;

  constructor(options: PausePoolOptions) {
    this.#options = options;
  }

  /** The one that waits at this place, for one container alone; undefined where none does. */
  take(place: Place): PauseContainer | undefined {
    const key = keyOf(place);
    const pause = this.#ready.get(key)?.pause;
    this.#ready.delete(key);
    if (pause?.isThere === true) return pause;
    if (pause !== undefined) this.#remove(pause);
    return undefined;
  }

  /** Somebody was here, and will probably come again. */
  expect(place: Place): void {
    if (this.#isClosed) return;
    const key = keyOf(place);
    this.#wanted.delete(key);
    this.#wanted.set(key, place);
    this.#lookIn(QUIET_MILLISECONDS);
  }

  /** Gives back all that nobody has taken. */
  async clear(): Promise<void> {
    clearTimeout(this.#timer);
    this.#wanted = new Map();
    await this.#making;
    const all = [...this.#ready.values()];
    this.#ready.clear();
    await Promise.all(all.map(({ pause }) => pause.remove()));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.clear();
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#making = this.#making.then(() => this.#look());
    }, milliseconds).unref();
  }

  /** Never throws: nobody waits for it. */
  async #look(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = new Map();
    for (const [key, { pause, until }] of this.#ready)
      if (performance.now() > until || !pause.isThere) this.#drop(key, pause);
    const { log } = this.#options;
    for (const [key, place] of [...wanted].slice(-MOST))
      await this.#make(key, place).catch((error: unknown) => {
        log.debug({ error }, "no container waits for the next run");
      });
    if (wanted.size > 0)
      await removeLeft(this.#options).catch((error: unknown) => {
        log.debug({ error }, "containers that joined nothing are looked for again");
      });
    if (this.#isClosed) return;
    // Somebody may have come in the meantime.
    if (this.#wanted.size > 0) this.#lookIn(QUIET_MILLISECONDS);
    else if (this.#ready.size > 0) this.#lookIn(KEEP_MILLISECONDS);
  }

  async #make(key: string, place: Place): Promise<void> {
    if (this.#isClosed) return;
    const until = performance.now() + KEEP_MILLISECONDS;
    const there = this.#ready.get(key);
    if (there !== undefined) {
      this.#ready.set(key, { ...there, until });
      return;
    }
    const { docker, installation } = this.#options;
    const image = await findHelperImage(docker);
    if (image === undefined) return;
    const pause = await PauseContainer.start(docker, { image, installation, place });
    this.#ready.set(key, { pause, until });
    // The one that was wanted least recently.
    const [oldest] = [...this.#ready].toSorted(([, one], [, other]) => one.until - other.until);
    if (this.#ready.size > MOST && oldest !== undefined) this.#drop(oldest[0], oldest[1].pause);
  }

  #drop(key: string, pause: PauseContainer): void {
    this.#ready.delete(key);
    this.#remove(pause);
  }

  #remove(pause: PauseContainer): void {
    pause.remove().catch((error: unknown) => {
      this.#options.log.debug({ error }, "a container that waited is left to end by itself");
    });
  }
}

const keyOf = ({ network, hostname }: Place): string => `${network.id} ${hostname}`;

/**
 * Those that were taken, and whose run somebody has removed behind our back. Of all installations: one that is gone comes
 * back for nothing.
 */
async function removeLeft({ docker }: PausePoolOptions): Promise<void> {
  const list = (label: string) =>
    ask((abortSignal) =>
      docker.listContainers({ all: true, filters: { label: [label] }, abortSignal }),
    );
  const latest = Date.now() / 1000 - LEFT_AFTER_SECONDS;
  const old = (await list(LABEL.pauseOf)).filter(({ Created }) => Created < latest);
  if (old.length === 0) return;
  const used = new Set((await list(LABEL.pause)).map(({ Labels }) => Labels[LABEL.pause]));
  await Promise.all(old.filter(({ Id }) => !used.has(Id)).map(({ Id }) => removePause(docker, Id)));
}
