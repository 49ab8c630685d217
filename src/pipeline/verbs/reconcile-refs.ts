import type { Ports } from "../../core/ports.ts";
import type { Project } from "../../core/project.ts";
import { Trouble } from "../trouble.ts";
import { type MovedRef, movedRefs } from "./moved-refs.ts";
import { receivePush } from "./receive-push.ts";

type ReconcilePorts = Pick<Ports, "database" | "repository" | "log" | "metrics">;

interface Suspect {
  /** What was different at the look before: a push that is just being reported is left to itself. */
  moved: string | undefined;
  readonly trouble: Trouble;
}

/** Finds pushes to built-in remotes that were stored but never decided, because the server died in between. */
export class RefReconciler {
  readonly #ports: ReconcilePorts;
  #suspects: ReadonlyMap<string, Suspect> = new Map();

  constructor(ports: ReconcilePorts) {
    this.#ports = ports;
  }

  /** Decides what it sees for the second time. One broken repository holds up no other. */
  async reconcile(): Promise<void> {
    const projects = await this.#ports.database.projects.list();
    const builtin = projects.filter(({ forge }) => forge === "builtin");
    this.#suspects = new Map(
      builtin.map(({ id, slug }) => [id, this.#suspects.get(id) ?? this.#newSuspect(slug)]),
    );
    for (const project of builtin) {
      const suspect = this.#suspects.get(project.id);
      if (suspect === undefined) continue;
      try {
        await this.#look(project, suspect);
        suspect.trouble.worked();
      } catch (error) {
        suspect.trouble.failed(error);
      }
    }
  }

  async #look(project: Project, suspect: Suspect): Promise<void> {
    const moved = await unseen(this.#ports, project);
    const now = moved.length === 0 ? undefined : JSON.stringify(moved);
    const isSeenAgain = now !== undefined && suspect.moved === now;
    suspect.moved = now;
    if (!isSeenAgain) return;
    this.#ports.log.warn(
      { project: project.slug, refs: moved.length },
      "a push was stored but not decided; deciding it now",
    );
    await receivePush(this.#ports, project, moved, undefined);
    suspect.moved = undefined;
  }

  #newSuspect(project: string): Suspect {
    const words = {
      failed: "a project's repository cannot be read or its push not be decided",
      again: "the project's repository can be read again",
    };
    return { moved: undefined, trouble: new Trouble(this.#ports.log, words, { project }) };
  }
}

async function unseen(
  { database, repository }: Pick<Ports, "database" | "repository">,
  project: Project,
): Promise<readonly MovedRef[]> {
  const seen = await database.projects.seenRefs(project.id);
  return movedRefs(seen, await repository.refs(project));
}
