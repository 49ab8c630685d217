import type { ChangeAnswer } from "../../contract/change.ts";
import type { Step } from "../../contract/words.ts";
import { openLive } from "../live.ts";
import { encoded, errorOf, reasonOf, RequestError } from "../request.ts";
import { LogLines } from "./log-lines.ts";

export interface LogName {
  readonly experimentId: string;
  readonly step: Step;
  readonly run: string | undefined;
  readonly attempt: number | undefined;
  readonly replica: string | undefined;
}

export interface LogView {
  readonly lines: readonly string[];
  /** Bytes of the log that come before these lines. */
  readonly start: number;
  readonly end: number;
  readonly state: "opening" | "following" | "ended" | "none";
  /** Why there is nothing to see, in the server's words. */
  readonly problem: string | undefined;
}

interface Surroundings {
  /** Whether the experiment has not finished: else a stream would be asked for in vain. */
  readonly isActive: () => boolean;
  /** Whether a log that is not there may still begin. */
  readonly mayCome: () => boolean;
  /** Something about the experiment is new. */
  readonly onChange: (change: ChangeAnswer | undefined) => void;
}

/** So much is read at once: the end of a log at first, what comes before when one scrolls up. */
const PIECE_BYTES = 256 * 1024;
const LINES_AT_MOST = 100_000;
/** What arrives within this time is shown at once. */
const SHOW_MS = 40;
/** A server that is away is asked again. */
const RETRY_MS = 2_000;

/**
 * One log as it is looked at. It opens at its end, at any size, and follows from there; the one stream that it holds also
 * tells when the experiment changes, and when the log is over, it is the experiment that is followed.
 */
export class LogFeed {
  readonly #name: LogName;
  readonly #around: Surroundings;
  readonly #text = new LogLines();
  readonly #listeners = new Set<() => void>();
  readonly #left = new AbortController();
  #view: LogView = { lines: [], start: 0, end: 0, state: "opening", problem: undefined };
  #shown = this.#view;
  #show: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closeStream: (() => void) | undefined;
  #loading: Promise<void> | undefined;

  constructor(name: LogName, around: Surroundings) {
    this.#name = name;
    this.#around = around;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
  readonly view = (): LogView => this.#shown;

  async start(): Promise<void> {
    try {
      const found = await this.#readEnd();
      if (this.#left.signal.aborted) return;
      if (found) this.#follow();
      else if (this.#around.isActive()) this.#followExperiment();
    } catch (error) {
      if (this.#left.signal.aborted) return;
      this.#set({ state: "none", problem: reasonOf(error) });
      const isRefused = error instanceof RequestError && error.status < 500;
      if (!isRefused) this.#retry = setTimeout(() => void this.start(), RETRY_MS);
      else if (this.#around.isActive()) this.#followExperiment();
    }
  }

  stop(): void {
    this.#left.abort();
    this.#closeStream?.();
    clearTimeout(this.#show);
    clearTimeout(this.#retry);
  }

  /** The piece before what is there. */
  loadEarlier(): Promise<void> {
    this.#loading ??= this.#readEarlier().finally(() => {
      this.#loading = undefined;
    });
    return this.#loading;
  }

  /** Whether there is such a log, or may be one. */
  async #readEnd(): Promise<boolean> {
    const response = await this.#read(`bytes=-${PIECE_BYTES}`);
    if (response.status === 404 || response.status === 416) {
      const isThere = response.status === 416 || this.#around.mayCome();
      this.#set({ state: isThere ? "following" : "none" });
      return isThere;
    }
    if (!response.ok) throw await errorOf(response);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const { start, end } = placeOf(response, bytes.length);
    const cut = start === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    this.#text.append(new TextDecoder().decode(bytes.subarray(cut)));
    this.#set({ start: start + cut, end, state: "following", problem: undefined });
    return true;
  }

  async #readEarlier(): Promise<void> {
    const { start } = this.#view;
    if (start === 0) return;
    const from = Math.max(0, start - PIECE_BYTES);
    const response = await this.#read(`bytes=${from}-${start - 1}`);
    if (!response.ok) throw await errorOf(response);
    const bytes = new Uint8Array(await response.arrayBuffer());
    const cut = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
    // A line that is longer than a piece is shown in pieces.
    const kept = cut === bytes.length ? bytes : bytes.subarray(cut);
    this.#text.prepend(`${new TextDecoder().decode(kept)}${kept.at(-1) === NEWLINE ? "" : "\n"}`);
    this.#set({ start: start - kept.length });
  }

  #read(range: string): Promise<Response> {
    return fetch(this.#address(), { headers: { range }, signal: this.#left.signal });
  }

  #follow(): void {
    this.#closeStream = openLive({
      url: () => this.#address({ offset: String(this.#view.end) }),
      on: {
        message: ({ data, lastEventId }) => {
          const { text }: { text: string } = JSON.parse(data);
          this.#text.append(text);
          const trimmed = this.#text.trim(LINES_AT_MOST);
          this.#set({ end: Number(lastEventId), start: this.#view.start + trimmed });
        },
        changed: ({ data }) => this.#around.onChange(JSON.parse(data)),
        end: () => {
          this.#closeStream?.();
          this.#set({ state: "ended" });
          this.#around.onChange(undefined);
          if (this.#around.isActive()) this.#followExperiment();
        },
      },
      broken: () => this.#around.onChange(undefined),
    });
  }

  #followExperiment(): void {
    const close = openLive({
      url: () => `/api/v1/experiments/${encoded(this.#name.experimentId)}/events`,
      on: {
        changed: ({ data }) => {
          const change: ChangeAnswer = JSON.parse(data);
          this.#around.onChange(change);
          if (isFinished(change)) close();
        },
      },
    });
    this.#closeStream = close;
  }

  #address(more: Readonly<Record<string, string>> = {}): string {
    const { experimentId, step, run, attempt, replica } = this.#name;
    const query = new URLSearchParams({
      step,
      ...(run !== undefined && { run }),
      ...(attempt !== undefined && { attempt: String(attempt) }),
      ...(replica !== undefined && { replica }),
      ...more,
    });
    return `/api/v1/experiments/${encoded(experimentId)}/logs?${query.toString()}`;
  }

  #set(change: Partial<LogView>): void {
    this.#view = { ...this.#view, ...change };
    this.#show ??= setTimeout(() => {
      this.#show = undefined;
      this.#shown = { ...this.#view, lines: this.#text.copy() };
      for (const listener of this.#listeners) listener();
    }, SHOW_MS);
  }
}

const NEWLINE = 10;

const isFinished = ({ status }: ChangeAnswer): boolean =>
  status !== "Created" && status !== "Processing";

/** Where a part lies in the whole, by `Content-Range: bytes 5-9/10`. */
function placeOf(
  response: Response,
  length: number,
): { readonly start: number; readonly end: number } {
  const [, start] = /^bytes (\d+)-/.exec(response.headers.get("content-range") ?? "") ?? [];
  const from = Number(start ?? 0);
  return { start: from, end: from + length };
}
