import { useInfiniteQuery } from "@tanstack/react-query";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { Problem } from "../components/problem.tsx";
import { formatBytes } from "../format.ts";
import { filesQuery, objectPath } from "../queries.ts";

/** What the experiment wrote. Each is downloaded, never shown as a page of ours. */
export function Files({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const { id, project, finishedAt } = experiment;
  const files = useInfiniteQuery(filesQuery(experiment));
  if (files.isError) return <Problem error={files.error} />;
  const items = files.data?.pages.flatMap(({ items }) => items) ?? [];
  if (items.length === 0)
    return (
      <p className="text-quiet">
        {finishedAt === null ? "None yet" : "None"}: a program writes them to{" "}
        <span className="code">$ASSAY_OUTPUT_PATH</span>.
      </p>
    );
  return (
    <>
      <ul>
        {items.map(({ key, size }) => (
          <li key={key} className="flex gap-3">
            <a
              className="code min-w-0 break-all"
              download
              href={objectPath({ slug: project.slug, bucket: "output" }, key)}
            >
              {key.slice(`output/${id}/`.length)}
            </a>
            <span className="ml-auto whitespace-nowrap text-quiet">{formatBytes(size)}</span>
          </li>
        ))}
      </ul>
      {files.hasNextPage && (
        <button type="button" className="button mt-2" onClick={() => void files.fetchNextPage()}>
          Show more
        </button>
      )}
    </>
  );
}
