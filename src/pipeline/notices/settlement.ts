import type { OwedNotice, Settlement } from "../../core/notice.ts";
import type { Told } from "../../core/told.ts";

/** Nobody answers for so long: a person has to look. */
const MOST_DAYS = 3;
const LONGEST_SECONDS = 600;

/**
 * What becomes of a notice. One that was told in vain waits twice as long each time, and a random part of that less, so
 * that those which failed together do not come together again; a destination that asks for a time has it.
 */
export function settlementOf(
  { tries, failures, owedSeconds }: Pick<OwedNotice, "tries" | "failures" | "owedSeconds">,
  told: Told,
  random: () => number = Math.random,
): Settlement {
  switch (told.kind) {
    case "told":
      return { state: "told" };
    case "refused":
      return { state: "refused", reason: told.reason };
    case "later": {
      if (owedSeconds > MOST_DAYS * 24 * 3600)
        return {
          state: "refused",
          reason: `${told.reason} It was tried for ${MOST_DAYS} days, and is not tried again.`,
        };
      const wait = (times: number): number =>
        Math.min(LONGEST_SECONDS, 2 ** Math.min(times + 1, 20)) * (0.5 + random() / 2);
      const asked = told.seconds;
      return {
        state: "owed",
        reason: told.reason,
        seconds: asked === undefined ? wait(tries) : asked + random() * Math.min(asked, 10),
        pauseSeconds: asked ?? wait(failures),
      };
    }
  }
}
