import type { Job } from "../core/job.ts";
import type { Ports } from "../core/ports.ts";
import { work } from "./worker.ts";

/** A notification may be lost: the queue is looked at this often without one. */
const POLL_MS = 1000;
/** A wake is followed by others: they are answered together. */
const GATHER_MS = 1;

/** N slots of this server: claims what is due, as long as there is room. */
export class WorkerPool {
  readonly #ports: Ports;
  readonly #slots: number;
  readonly #inFlight = new Map<
    string,
    { readonly job: Job; readonly controller: AbortController; readonly done: Promise<void> }
  >();
  #timer: NodeJS.Timeout | undefined;
  #hurry: NodeJS.Timeout | undefined;
  #unsubscribe: (() => void) | undefined;
  #claiming: Promise<void> | undefined;
  #again = false;
  /** With each poll: a job may be held here that nobody here works on. */
  #looksBack = false;
  #stopped = true;

  constructor(ports: Ports, slots: number) {
    this.#ports = ports;
    this.#slots = slots;
  }

  start(): void {
    this.#stopped = false;
    this.#unsubscribe = this.#ports.events.subscribe((hint) => {
      if (hint.kind === "work") this.wake();
      if (hint.kind === "cancel") this.#abort(hint.experimentId);
    });
    this.#timer = setInterval(() => {
      this.#looksBack = true;
      this.wake();
      void this.#abortCancelled();
    }, POLL_MS);
    this.wake();
  }

  /**
   * Takes no new work, and waits for what is in flight, which can still be cancelled; what is not done in time is aborted
   * and starts again elsewhere.
   */
  async stop(drainSeconds: number): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#hurry);
    await this.#claiming;
    const abort = setTimeout(() => {
      for (const { controller } of this.#inFlight.values()) controller.abort();
    }, drainSeconds * 1000);
    while (this.#inFlight.size > 0)
      await Promise.all([...this.#inFlight.values()].map(({ done }) => done));
    clearTimeout(abort);
    this.#unsubscribe?.();
    clearInterval(this.#timer);
  }

  wake(): void {
    if (this.#stopped) return;
    this.#hurry ??= setTimeout(() => {
      this.#hurry = undefined;
      this.#claiming ??= this.#claim().finally(() => {
        this.#claiming = undefined;
        if (this.#again) this.wake();
      });
    }, GATHER_MS);
    if (this.#claiming !== undefined) this.#again = true;
  }

  async #claim(): Promise<void> {
    this.#again = false;
    if (this.#stopped) return;
    const { queue } = this.#ports.database;
    try {
      if (this.#looksBack) await queue.keepOnly([...this.#inFlight.values()].map(({ job }) => job));
      this.#looksBack = false;
      const jobs = await queue.claim(this.#slots - this.#inFlight.size);
      for (const job of jobs) this.#work(job);
    } catch (error) {
      this.#ports.log.debug({ error }, "the queue could not be asked");
    }
  }

  #work(job: Job): void {
    // A job that was lost and claimed again here is in flight twice, under two tokens.
    const key = `${job.id} ${job.token}`;
    const controller = new AbortController();
    const started = performance.now();
    const done = work(this.#ports, job, controller.signal).finally(() => {
      this.#inFlight.delete(key);
      this.#ports.metrics.observe("assay_claim_seconds", (performance.now() - started) / 1000, {
        kind: job.kind,
      });
      this.wake();
    });
    this.#inFlight.set(key, { job, controller, done });
  }

  /** A hint may be lost: what is long in flight is looked after. */
  async #abortCancelled(): Promise<void> {
    const ids = [...this.#inFlight.values()]
      .filter(({ job }) => job.kind === "experiment")
      .map(({ job }) => job.subjectId);
    const { experiments } = this.#ports.database;
    const cancelled = await experiments.cancelRequestedOf(ids).catch(() => []);
    for (const id of cancelled) this.#abort(id);
  }

  #abort(experimentId: string): void {
    for (const { job, controller } of this.#inFlight.values())
      if (job.subjectId === experimentId) controller.abort();
  }
}
