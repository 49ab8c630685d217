import { SourceUnavailableError } from "../core/errors.ts";
import { type DuePoll, nextPollSeconds } from "../core/polling.ts";
import type { Ports } from "../core/ports.ts";
import type { Project } from "../core/project.ts";
import { messageOf } from "./message-of.ts";
import { movedRefs } from "./verbs/moved-refs.ts";
import { receivePoll } from "./verbs/receive-poll.ts";

type PollingPorts = Pick<Ports, "database" | "repository" | "log" | "metrics">;

const AT_ONCE = 8;
const PATIENCE_MS = 60_000;

/** Asks the repositories that are due what they have now. One that does not answer holds up no other for long. */
export async function pollRepositories(ports: PollingPorts, signal: AbortSignal): Promise<void> {
  const due = await ports.database.polls.claim(AT_ONCE);
  await Promise.all(due.map((each) => poll(ports, each, signal)));
}

async function poll(ports: PollingPorts, due: DuePoll, signal: AbortSignal): Promise<void> {
  const project = await ports.database.projects.find(due.projectId);
  const everySeconds = project?.settings.pollSeconds;
  if (project === undefined || everySeconds === undefined) return;
  const problem = await look(ports, project, due, signal);
  // Else it is due again by itself.
  if (signal.aborted) return;
  const failures = problem === undefined ? 0 : due.failures + 1;
  const nextInSeconds = nextPollSeconds(everySeconds, failures, Math.random());
  await ports.database.polls.record(project.id, { problem, nextInSeconds });
}

/** Why it could not be seen, as a sentence. */
async function look(
  ports: PollingPorts,
  project: Project,
  { hasBase }: DuePoll,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { database, repository, log } = ports;
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const refs = await repository.remoteRefs(project, patience);
    if (hasBase) {
      const seen = await database.projects.seenRefs(project.id);
      for (const moved of movedRefs(seen, refs)) await receivePoll(ports, project, moved);
    } else {
      await database.transaction(async ({ projects, polls }) => {
        await projects.markSeen(
          project.id,
          refs.map(({ name: ref, commit }) => ({ ref, commit })),
        );
        await polls.setBase(project.id);
      });
    }
    return undefined;
  } catch (error) {
    if (error instanceof SourceUnavailableError) return error.message;
    if (!signal.aborted)
      log.warn({ project: project.slug, error }, "a repository cannot be polled");
    return `The repository could not be asked: ${messageOf(error)}`;
  }
}
