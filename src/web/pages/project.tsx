import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { generatePath, Link, useNavigate, useParams } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { Copy } from "../components/copy.tsx";
import { Deletion } from "../components/deletion.tsx";
import { Problem } from "../components/problem.tsx";
import { Arrival } from "../project/arrival.tsx";
import { General } from "../project/general.tsx";
import { Secrets, Variables, Volumes } from "../project/named-parts.tsx";
import { projectQuery, sessionQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";

/** What a project is, what its experiments get, and how pushes reach it. */
export function ProjectPage() {
  const { slug = "" } = useParams();
  const { data: project, error } = useQuery(projectQuery(slug));
  const { data: session } = useQuery(sessionQuery);
  const isAdministrator = session?.administrator === true;
  return (
    <main className="min-h-0 flex-1 overflow-auto p-4">
      <title>{`${slug} · Assay`}</title>
      <h1 className="mb-1 text-xl font-semibold">{project?.name ?? slug}</h1>
      <p className="mb-6 flex flex-wrap gap-3">
        <Link to={`${PAGES.experiments}?${new URLSearchParams({ project: slug }).toString()}`}>
          Experiments
        </Link>
        <Link to={generatePath(PAGES.deliveries, { slug })}>Deliveries</Link>
        <Link to={generatePath(PAGES.datasets, { slug })}>Datasets</Link>
        <span>
          <img src={badgeOf(slug)} alt="" className="inline h-5" />
          <Copy
            text={`[![${slug}](${location.origin}${badgeOf(slug)})](${location.origin}/?project=${slug})`}
            what="the badge, for a README"
          />
        </span>
      </p>
      {error !== null && <Problem error={error} />}
      {project !== undefined && (
        <>
          <General key={project.id} project={project} isAdministrator={isAdministrator} />
          <Arrival project={project} isAdministrator={isAdministrator} />
          <Variables slug={slug} isAdministrator={isAdministrator} />
          <Secrets slug={slug} isAdministrator={isAdministrator} />
          <Volumes slug={slug} isAdministrator={isAdministrator} />
          {isAdministrator && <Removal slug={slug} />}
        </>
      )}
    </main>
  );
}

const badgeOf = (slug: string): string => `/badges/${slug}.svg`;

function Removal({ slug }: { readonly slug: string }) {
  const client = useQueryClient();
  const navigate = useNavigate();
  const remove = useMutation({
    mutationFn: () => request("DELETE", `/api/v1/projects/${encoded(slug)}`),
    async onSuccess() {
      await client.invalidateQueries({ queryKey: ["projects"] });
      await navigate(PAGES.experiments);
    },
  });
  return (
    <section aria-label="Delete the project">
      <h2 className="heading">Delete the project</h2>
      <p className="mb-2 text-quiet">
        With its experiments, their logs, and its repository here. What its buckets hold stays on
        the disk.
      </p>
      {remove.isError && <Problem error={remove.error} />}
      <Deletion what={slug} onDelete={() => remove.mutate()} />
    </section>
  );
}
