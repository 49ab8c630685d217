import type { Mount } from "../../core/engine.ts";
import { UnsupportedError } from "../../core/errors.ts";
import type { Ports } from "../../core/ports.ts";
import type { RunPlan } from "../../core/run.ts";

/** Earlier experiments' outputs, read-only. */
export function inputMounts(
  { workspaces }: Pick<Ports, "workspaces">,
  { inputs = [] }: RunPlan,
): Promise<readonly Mount[]> {
  return Promise.all(
    inputs.map(async (input) => {
      const source = await workspaces.outputOf(input);
      if (source === undefined)
        throw new UnsupportedError(`The input ${input.as} is not there any more.`);
      return { source, target: `/assay/inputs/${input.as}`, readOnly: true };
    }),
  );
}
