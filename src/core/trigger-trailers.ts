import { DURATION_FORMS, parseDuration } from "./duration.ts";
import type { Overrides } from "./experiment.ts";
import type { Json } from "./json.ts";
import { PARAMETER_NAME, PARAMETER_NAME_RULE, readParameter } from "./parameters.ts";
import { closest, didYouMean } from "./suggest.ts";
import type { Trailer } from "./trailers.ts";

/** What a commit's `Exp-…` trailers say, and one sentence for each that cannot be honoured. */
export interface TriggerTrailers {
  readonly overrides: Overrides;
  readonly errors: readonly string[];
}

const TOKENS = [
  "Exp-Name",
  "Exp-Param",
  "Exp-Tag",
  "Exp-Engine",
  "Exp-Priority",
  "Exp-Timeout",
] as const;
type Token = (typeof TOKENS)[number];

/** Enough for any sweep by hand; bounds what a hostile message can store. */
const MOST_OF_ONE_KIND = 100;
const LONGEST_NAME = 200;

/** Trailers of other people's tools are none of ours. */
export function readTriggerTrailers(trailers: readonly Trailer[]): TriggerTrailers {
  const errors: string[] = [];
  const given = new Map<Token, string[]>();
  for (const { token, value } of trailers.filter(isOurs)) {
    const known = TOKENS.find((name) => name.toLowerCase() === token.toLowerCase());
    if (known === undefined) {
      errors.push(
        `The trailer ${token} is not known${didYouMean(closest(token, TOKENS)) || `: there are ${TOKENS.join(", ")}.`}`,
      );
      continue;
    }
    given.set(known, [...(given.get(known) ?? []), value]);
    if (value === "") errors.push(`The trailer ${known} has no value.`);
  }
  for (const [token, values] of given) {
    const most = token === "Exp-Param" || token === "Exp-Tag" ? MOST_OF_ONE_KIND : 1;
    if (values.length > most)
      errors.push(`The trailer ${token} is given ${values.length} times, ${most} at most.`);
  }
  const only = (token: Token): string | undefined =>
    given.get(token)?.find((value) => value !== "");

  const tags = [...new Set(given.get("Exp-Tag") ?? [])];
  const name = only("Exp-Name");
  for (const text of [name, only("Exp-Engine"), ...tags])
    if (text !== undefined && text.length > LONGEST_NAME)
      errors.push(
        `The trailer's value ${JSON.stringify(text.slice(0, 40))}… is longer than ${LONGEST_NAME} characters.`,
      );

  return {
    overrides: {
      ...(name === undefined ? {} : { name }),
      ...(tags.length === 0 ? {} : { tags }),
      ...parameters(given.get("Exp-Param") ?? [], errors),
      ...engine(only("Exp-Engine")),
      ...priority(only("Exp-Priority"), errors),
      ...timeout(only("Exp-Timeout"), errors),
    },
    errors,
  };
}

export const isOurs = ({ token }: Trailer): boolean => token.toLowerCase().startsWith("exp-");

function parameters(written: readonly string[], errors: string[]): Pick<Overrides, "params"> {
  const params = new Map<string, Json>();
  for (const text of written) {
    const separator = text.indexOf("=");
    const name = text.slice(0, Math.max(0, separator)).trim();
    if (!PARAMETER_NAME.test(name))
      errors.push(
        `Exp-Param: ${JSON.stringify(text.slice(0, 80))} is not name=value; ${PARAMETER_NAME_RULE}.`,
      );
    else if (params.has(name)) errors.push(`Exp-Param: ${name} is given twice.`);
    else params.set(name, readParameter(text.slice(separator + 1).trim()));
  }
  return params.size === 0 ? {} : { params: Object.fromEntries(params) };
}

const engine = (name: string | undefined): Pick<Overrides, "engine"> =>
  name === undefined ? {} : { engine: name };

function priority(text: string | undefined, errors: string[]): Pick<Overrides, "priority"> {
  if (text === undefined) return {};
  if (/^[1-9]\d?$/.test(text)) return { priority: Number(text) };
  errors.push(
    `Exp-Priority: ${JSON.stringify(text.slice(0, 40))} is not a number from 1 (soonest) to 99.`,
  );
  return {};
}

function timeout(text: string | undefined, errors: string[]): Pick<Overrides, "timeoutSeconds"> {
  if (text === undefined) return {};
  const timeoutSeconds = parseDuration(text);
  if (timeoutSeconds !== undefined) return { timeoutSeconds };
  errors.push(
    `Exp-Timeout: ${JSON.stringify(text.slice(0, 40))} is not a time: write ${DURATION_FORMS}.`,
  );
  return {};
}
