import { useMutation, useQuery } from "@tanstack/react-query";

import type { ProjectAnswer } from "../../contract/project.ts";
import { Copy } from "../components/copy.tsx";
import { Problem } from "../components/problem.tsx";
import { Ago } from "../components/times.tsx";
import { VerbButton } from "../components/verb-button.tsx";
import { pollingQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";

interface ArrivalProps {
  readonly project: ProjectAnswer;
  readonly isAdministrator: boolean;
}

/** How pushes arrive, and what is to be done for it. */
export function Arrival({ project, isAdministrator }: ArrivalProps) {
  const { forge, gitUrl } = project;
  return (
    <section aria-label="Pushes" className="mb-8">
      <h2 className="heading">Pushes</h2>
      {forge === "builtin" ? (
        <>
          <p className="mb-2">
            Push to its own git remote, with any name and your token as the password:
          </p>
          <Line text={`git remote add assay ${gitUrl ?? ""}`} what="the command" />
        </>
      ) : (
        <Webhook project={project} isAdministrator={isAdministrator} />
      )}
    </section>
  );
}

function Webhook({ project, isAdministrator }: ArrivalProps) {
  const { slug, forge, repository, webhookUrl } = project;
  const rotate = useMutation({
    mutationFn: () =>
      request<{ readonly webhookSecret: string }>(
        "POST",
        `/api/v1/projects/${encoded(slug)}/webhook-secret`,
      ),
  });
  return (
    <>
      <p className="mb-2">
        At <span className="code break-all">{repository}</span>, {WHERE[forge]}, for pushes
        {forge === "github" || forge === "gitea" ? ", with the content type application/json" : ""}:
      </p>
      <Line text={webhookUrl} what="the webhook's address" />
      {rotate.data === undefined ? (
        <p className="mb-2 text-quiet">Its secret was told when the project was made.</p>
      ) : (
        <>
          <p className="mb-2">The secret, shown this once; the old one is good for another day:</p>
          <Line text={rotate.data.webhookSecret} what="the secret" />
        </>
      )}
      {rotate.isError && <Problem error={rotate.error} />}
      <VerbButton
        label="New secret"
        reason={isAdministrator ? null : "Only an administrator may do this."}
        isBusy={rotate.isPending}
        onAct={() => rotate.mutate()}
      />
      <Polling slug={slug} />
    </>
  );
}

function Polling({ slug }: { readonly slug: string }) {
  const { data } = useQuery(pollingQuery(slug));
  if (data === undefined || data.everySeconds === null) return null;
  return (
    <p className="mt-3">
      The repository is asked every {data.everySeconds} s as well
      {data.polledAt !== null && (
        <>
          , the last time <Ago at={data.polledAt} />
        </>
      )}
      .{data.problem !== null && <span className="text-failed"> {data.problem}</span>}
    </p>
  );
}

function Line({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <p className="mb-2">
      <span className="code break-all">{text}</span>
      <Copy text={text} what={what} />
    </p>
  );
}

const WHERE: Readonly<Record<ProjectAnswer["forge"], string>> = {
  builtin: "",
  github: "Settings → Webhooks → Add webhook",
  gitlab: "Settings → Webhooks → Add new webhook",
  gitea: "Settings → Webhooks → Add webhook",
  bitbucket: "Repository settings → Webhooks → Add webhook",
};
