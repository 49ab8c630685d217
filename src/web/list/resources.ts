import type { ExperimentItem } from "../../contract/experiment.ts";

/** `2 cpu · 1 gpu · 8 GiB`; nothing before the manifest is known. */
export function formatResources({ resources }: Pick<ExperimentItem, "resources">): string {
  if (resources === null) return "";
  const { cpus, gpus, memoryGb } = resources;
  return [`${cpus} cpu`, ...(gpus > 0 ? [`${gpus} gpu`] : []), `${memoryGb} GiB`].join(" · ");
}
