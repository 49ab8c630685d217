import type { IncomingMessage, ServerResponse } from "node:http";

import type { Project } from "../core/project.ts";
import type { Repository } from "../core/repository.ts";
import { withoutCredentials } from "./clone-url.ts";
import { installHooks } from "./remote/hooks.ts";
import { receiveConfiguration } from "./remote/receive-configuration.ts";
import { parseRequest, refuse, Refusal, type RemoteRequest } from "./remote/request.ts";
import { serveGit, type ServeOptions } from "./remote/serve-git.ts";

export interface GitRemoteOptions extends ServeOptions {
  readonly repository: Pick<Repository, "prepare">;
  /** Default: 2 GiB. */
  readonly maxPushBytes?: number;
  readonly findProject: (slug: string) => Promise<Project | undefined>;
  /** The user's name, or undefined for a wrong or missing token. */
  readonly authenticate: (authorization: string | undefined) => Promise<string | undefined>;
}

export type GitRemote = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What a client asks and answers about while it fetches. */
const MAX_NEGOTIATION_BYTES = 64 * 2 ** 20;
/** The commands of a push come on top of its objects. Git itself refuses those in words; this bound is behind it. */
const MAX_COMMAND_BYTES = 16 * 2 ** 20;

/**
 * The built-in git remote, `/git/<slug>.git`: smart HTTP by git's own services, behind our authentication. Takes
 * the request with its body unread, answers in all cases, and does not throw.
 */
export function createGitRemote(options: GitRemoteOptions): GitRemote {
  const { log, maxPushBytes = 2 * 2 ** 30 } = options;
  let installed: Promise<string> | undefined;
  const hooks = (): Promise<string> => {
    installed ??= installHooks(options.folder).catch((error: unknown) => {
      installed = undefined;
      throw error;
    });
    return installed;
  };

  return async (request, response) => {
    try {
      const asked = parseRequest(request);
      const limit =
        asked.action === "git-receive-pack"
          ? maxPushBytes + MAX_COMMAND_BYTES
          : MAX_NEGOTIATION_BYTES;
      const [user, found] = await Promise.all([
        options.authenticate(request.headers.authorization),
        options.findProject(asked.slug),
      ]);
      if (user === undefined) throw new Refusal(401, TOKEN_NEEDED);
      const project = builtinProject(asked, found);
      if (Number(request.headers["content-length"]) > limit)
        throw new Refusal(413, `At most ${limit} bytes are taken at once.`);
      await options.repository.prepare(project);
      const configuration = receiveConfiguration(await hooks(), maxPushBytes);
      await serveGit(options, { request, response, asked, project, user, configuration, limit });
    } catch (error) {
      if (error instanceof Refusal) return refuse(response, error.status, error.message);
      log.warn({ url: request.url, error }, "git request failed");
      refuse(response, 503, "Assay cannot answer at the moment. Try again in a moment.");
    }
  };
}

const TOKEN_NEEDED = "A token of Assay is needed, given as the password; the user name may be any.";

function builtinProject({ slug }: RemoteRequest, project: Project | undefined): Project {
  if (project === undefined) throw new Refusal(404, `There is no project ${slug}.`);
  if (project.forge === "builtin") return project;
  const where =
    project.repository === undefined ? "" : `: ${withoutCredentials(project.repository)}`;
  throw new Refusal(
    403,
    `The repository of ${slug} is kept at its forge (${project.forge}); push and clone there${where}`,
  );
}
