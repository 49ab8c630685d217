import type Dockerode from "dockerode";

import { waitFor } from "./wait-for.ts";

/** Removes these containers, be Docker or a server about to do it as well; none of them is there afterwards. */
export async function removeContainers(
  docker: Dockerode,
  filters: { readonly label: string[] } = { label: [] },
): Promise<void> {
  await waitFor("containers to be gone", async () => {
    const left = await docker.listContainers({ all: true, filters });
    for (const { Id } of left)
      await docker.getContainer(Id).remove({ force: true, v: true }).catch(fineIfGoneOrGoing);
    return left.length === 0;
  });
}

function fineIfGoneOrGoing(error: Error & { readonly statusCode?: number }): void {
  if (error.statusCode !== 404 && error.statusCode !== 409) throw error;
}
