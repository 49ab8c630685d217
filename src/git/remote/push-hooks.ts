import type { Logger } from "../../core/logger.ts";
import type { Project } from "../../core/project.ts";
import type { HookAnswer, HookCall, PushedRef } from "./hook-line.ts";

export interface ReceivedPush {
  readonly project: Project;
  /** Who pushed. */
  readonly user: string;
  readonly refs: readonly PushedRef[];
  /** Aborts when the pusher is told that it takes too long. */
  readonly signal: AbortSignal;
}

export interface PushCallbacks {
  /** Throws while a push could not be decided: then it is refused before anything is stored. */
  readonly isWilling: () => Promise<void>;
  /** Answers what the pusher is told. The push is stored by then: a throw only postpones its experiments. */
  readonly onPush: (push: ReceivedPush) => Promise<readonly string[]>;
  readonly log: Logger;
}

const WILLING_WITHIN_MS = 10_000;
const TOLD_WITHIN_MS = 30_000;

const UNWILLING =
  "Assay cannot take a push at the moment; nothing is stored. Push again in a moment.";
const POSTPONED =
  "Your push is stored; its experiments will be started as soon as Assay can, without another push.";

/** What the hooks of one push are answered. */
export class PushHooks {
  readonly #callbacks: PushCallbacks;
  readonly #push: Pick<ReceivedPush, "project" | "user">;
  #state: "asked" | "accepted" | "stopped" = "asked";

  constructor(callbacks: PushCallbacks, push: Pick<ReceivedPush, "project" | "user">) {
    this.#callbacks = callbacks;
    this.#push = push;
  }

  /** Whether git can be stopped without leaving half a push. Once it can, no push is accepted any more. */
  mayStop(): boolean {
    if (this.#state === "accepted") return false;
    this.#state = "stopped";
    return true;
  }

  async answer({ hook, refs }: HookCall): Promise<HookAnswer> {
    return hook === "pre-receive" ? this.#before(refs) : this.#after(refs);
  }

  async #before(refs: readonly PushedRef[]): Promise<HookAnswer> {
    const faults = refs.flatMap(({ ref }) => refFault(ref) ?? []);
    if (faults.length > 0) return { accept: false, lines: faults };
    try {
      await within(WILLING_WITHIN_MS, () => this.#callbacks.isWilling());
    } catch (error) {
      this.#callbacks.log.warn({ project: this.#push.project.slug, error }, "push refused");
      return { accept: false, lines: [UNWILLING] };
    }
    if (this.#state === "stopped") return { accept: false, lines: [] };
    this.#state = "accepted";
    return { accept: true, lines: [] };
  }

  async #after(refs: readonly PushedRef[]): Promise<HookAnswer> {
    try {
      const lines = await within(TOLD_WITHIN_MS, (signal) =>
        this.#callbacks.onPush({ ...this.#push, refs, signal }),
      );
      return { accept: true, lines };
    } catch (error) {
      this.#callbacks.log.warn(
        { project: this.#push.project.slug, error },
        "push stored but not reported, the refs will be compared",
      );
      return { accept: true, lines: [POSTPONED] };
    }
  }
}

function refFault(ref: string): string | undefined {
  if (ref.includes("\uFFFD")) return `The name of ${ref} is not UTF-8; rename it.`;
  if (/^refs\/(?:heads|tags)\/./.test(ref)) return undefined;
  return `Assay takes branches (refs/heads/…) and tags (refs/tags/…) only; ${ref} is neither. Nothing of the push is stored.`;
}

async function within<T>(
  milliseconds: number,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const signal = AbortSignal.timeout(milliseconds);
  const late = Promise.withResolvers<never>();
  const expire = (): void => late.reject(new Error(`no answer within ${milliseconds} ms`));
  signal.addEventListener("abort", expire, { once: true });
  try {
    return await Promise.race([action(signal), late.promise]);
  } finally {
    signal.removeEventListener("abort", expire);
  }
}
