import type { Engine } from "../../core/engine.ts";
import { EngineUnreachableError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";

/** A server that does not know the engine knows nothing of its workloads. */
export function engineFor(
  { engines }: Pick<Ports, "engines">,
  { engine }: { readonly engine: string },
): Engine {
  const found = engines.get(engine);
  if (found === undefined)
    throw new EngineUnreachableError(
      `This server has no engine ${engine}: add it to the configuration.`,
    );
  return found;
}
