import { EngineUnreachableError } from "../../core/errors.ts";

/** What an engine says that answers and cannot do it; undefined where it did. That it does not answer is thrown. */
export async function refusal(ask: () => Promise<void>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof EngineUnreachableError) throw error;
    return error instanceof Error ? error.message : String(error);
  }
}
