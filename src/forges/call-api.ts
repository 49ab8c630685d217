import type { Outward, OutwardAnswer } from "../core/outward.ts";
import { type Told, toldBy } from "../core/told.ts";

export interface ApiCall {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly json?: object;
}

/** A call of a forge's API, which speaks JSON. */
export function callApi(
  outward: Pick<Outward, "send">,
  { method, url, headers, json }: ApiCall,
  signal?: AbortSignal,
): Promise<OutwardAnswer> {
  return outward.send(
    {
      method,
      url,
      headers: {
        accept: "application/json",
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: json && JSON.stringify(json),
    },
    signal,
  );
}

/** By status of the answer: what a person is to do. Other refusals are told in the forge's own words. */
export type Advice = Readonly<Record<number, string>>;

export function toldWithAdvice(answer: OutwardAnswer, who: string, advice: Advice): Told {
  const told = toldBy(answer, who);
  const says = answer.kind === "answered" ? advice[answer.status] : undefined;
  return told.kind === "refused" && says !== undefined ? { kind: "refused", reason: says } : told;
}

/** What an answer says, for a look into it; undefined where it is no JSON. */
export function jsonOf(answer: OutwardAnswer): unknown {
  if (answer.kind !== "answered") return undefined;
  try {
    return JSON.parse(answer.text);
  } catch {
    return undefined;
  }
}
