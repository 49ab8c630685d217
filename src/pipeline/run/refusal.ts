import { EngineUnreachableError } from "../../core/errors.ts";
import { messageOf } from "../message-of.ts";

/** What an engine says that answers and cannot do it; undefined where it did. That it does not answer is thrown. */
export async function refusal(ask: () => Promise<void>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof EngineUnreachableError) throw error;
    return messageOf(error);
  }
}
