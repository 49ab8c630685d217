import type { OutwardAnswer } from "./outward.ts";

/** What became of telling somebody outside. */
export type Told =
  | { readonly kind: "told" }
  /** Trying again changes nothing until a person does. */
  | { readonly kind: "refused"; readonly reason: string }
  /** Away, or asks to be left alone for so many seconds. */
  | { readonly kind: "later"; readonly reason: string; readonly seconds?: number | undefined };

/** Whoever asks for more than this is asked again all the same. */
const LONGEST_SECONDS = 6 * 3600;

const LIMITED_SECONDS = 60;

/** `who` begins the reasons: "GitHub at api.github.com". */
export function toldBy(answer: OutwardAnswer, who: string): Told {
  if (answer.kind === "forbidden") return { kind: "refused", reason: answer.reason };
  if (answer.kind === "silent")
    return { kind: "later", reason: `${who} did not answer: ${answer.reason}` };
  const { status, headers, text } = answer;
  if (status >= 200 && status < 300) return { kind: "told" };
  const seconds = askedToWait(headers) ?? (isLimited(status, text) ? LIMITED_SECONDS : undefined);
  if (status === 429 || (status === 403 && seconds !== undefined))
    return { kind: "later", reason: `${who} asks to wait: too many requests.`, seconds };
  if (status >= 500 || status === 408 || status === 425)
    return { kind: "later", reason: `${who} answered ${status}.`, seconds };
  return { kind: "refused", reason: `${who} answered ${status}${wordsOf(answer.text)}.` };
}

/** GitHub does not always say for how long. */
const isLimited = (status: number, text: string): boolean =>
  status === 403 && /rate limit/i.test(text);

/** Retry-After in seconds or as a date, else when the forge's rate limit that is used up begins anew. */
function askedToWait(headers: Readonly<Record<string, string>>): number | undefined {
  const now = Date.parse(headers["date"] ?? "") || Date.now();
  const after = headers["retry-after"];
  if (after !== undefined) {
    const seconds = /^\d+$/.test(after) ? Number(after) : (Date.parse(after) - now) / 1000;
    if (!Number.isNaN(seconds)) return bounded(seconds);
  }
  const left = headers["x-ratelimit-remaining"] ?? headers["ratelimit-remaining"];
  const reset = headers["x-ratelimit-reset"] ?? headers["ratelimit-reset"];
  if (left !== "0" || reset === undefined || !/^\d+$/.test(reset)) return undefined;
  return bounded(Number(reset) - now / 1000);
}

const bounded = (seconds: number): number => Math.min(LONGEST_SECONDS, Math.max(1, seconds));

/** What the answer says, where it is JSON that says it in one of the usual places. */
function wordsOf(text: string): string {
  const said = /"(?:message|error|error_description)"\s*:\s*"((?:[^"\\]|\\.){1,300})"/.exec(
    text,
  )?.[1];
  return said === undefined ? "" : `: ${said.replaceAll(/\\./g, " ").replace(/\.$/, "")}`;
}
