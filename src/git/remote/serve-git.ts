import type { IncomingMessage, ServerResponse } from "node:http";

import type { Project } from "../../core/project.ts";
import { gitDirectory } from "../git-directory.ts";
import { type GitSettings, gitEnvironment } from "../git-environment.ts";
import { followFirstBranch } from "./default-branch.ts";
import { runGitService } from "./git-service.ts";
import { answerHooks } from "./hook-line.ts";
import { type PushCallbacks, PushHooks } from "./push-hooks.ts";
import { refuse, type RemoteRequest } from "./request.ts";

export type ServeOptions = Pick<GitSettings, "folder" | "environment"> & PushCallbacks;

export interface ServedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly asked: RemoteRequest;
  readonly project: Project;
  readonly user: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly limit: number;
}

/** Runs git for one request of a user to a built-in project, and answers its hooks. */
export async function serveGit(options: ServeOptions, served: ServedRequest): Promise<void> {
  const { request, response, asked, project, user, configuration, limit } = served;
  const { log } = options;
  const directory = gitDirectory(options, project);
  const push = new PushHooks(
    {
      ...options,
      onPush: async (received) => {
        const process = { environment: gitEnvironment(options, { directory }) };
        const [lines] = await Promise.all([
          options.onPush(received),
          followFirstBranch(directory, received.refs, process).catch((error: unknown) =>
            log.warn({ project: project.slug, error }, "default branch not set"),
          ),
        ]);
        return lines;
      },
    },
    { project, user },
  );
  const { exitCode, stderr, clientGone } = await runGitService({
    request,
    response,
    asked,
    directory,
    environment: {
      ...gitEnvironment(options, { configuration }),
      ...(asked.protocol !== undefined && { GIT_PROTOCOL: asked.protocol }),
    },
    maxBodyBytes: limit,
    onHooks: (line) => answerHooks(line, (call) => push.answer(call)),
    mayStop: () => push.mayStop(),
  });
  if (exitCode !== 0 && !clientGone)
    log.warn({ project: project.slug, exitCode, stderr }, "git did not serve a request");
  if (!response.headersSent) refuse(response, 500, "git did not answer.");
}
