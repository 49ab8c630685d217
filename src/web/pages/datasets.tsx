import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { generatePath, Link, useParams, useSearchParams } from "react-router";

import { PAGES } from "../../contract/pages.ts";
import { Problem } from "../components/problem.tsx";
import { Objects } from "../datasets/objects.tsx";
import { Uploads } from "../datasets/uploads.tsx";
import { type Place, objectsQuery } from "../queries.ts";

/** What a project's two buckets hold, folder by folder; the address says where one is. */
export function DatasetsPage() {
  const { slug = "" } = useParams();
  const [parameters] = useSearchParams();
  const client = useQueryClient();
  const place: Place = {
    slug,
    bucket: parameters.get("bucket") === "output" ? "output" : "input",
    prefix: parameters.get("prefix") ?? "",
  };
  const objects = useInfiniteQuery(objectsQuery(place));
  const look = (): void => {
    void client.invalidateQueries({ queryKey: objectsQuery(place).queryKey });
  };
  return (
    <main className="min-h-0 flex-1 overflow-auto p-4">
      <title>{`Datasets of ${slug} · Assay`}</title>
      <h1 className="heading">
        Datasets of{" "}
        <Link to={`${PAGES.experiments}?${new URLSearchParams({ project: slug }).toString()}`}>
          {slug}
        </Link>
      </h1>
      <Path place={place} />
      {place.bucket === "input" && <Uploads key={addressOf(place)} place={place} onDone={look} />}
      {objects.isError && <Problem error={objects.error} />}
      {objects.data !== undefined && (
        <Objects
          place={place}
          prefixes={objects.data.pages.flatMap(({ prefixes }) => prefixes)}
          items={objects.data.pages.flatMap(({ items }) => items)}
          addressOf={addressOf}
          onChange={look}
        />
      )}
      {objects.hasNextPage && (
        <button type="button" className="button mt-3" onClick={() => void objects.fetchNextPage()}>
          Show more
        </button>
      )}
    </main>
  );
}

/** The buckets, and the folders above this one. */
function Path({ place }: { readonly place: Place }) {
  const folders = place.prefix.split("/").slice(0, -1);
  return (
    <nav aria-label="Folders" className="mb-3 flex flex-wrap gap-x-1">
      {(["input", "output"] as const).map((bucket) => (
        <Link
          key={bucket}
          to={addressOf({ ...place, bucket, prefix: "" })}
          aria-current={bucket === place.bucket ? "true" : undefined}
          className={bucket === place.bucket ? "font-semibold" : "text-quiet"}
        >
          {bucket}:/
        </Link>
      ))}
      {folders.map((folder, index) => {
        const prefix = `${folders.slice(0, index + 1).join("/")}/`;
        return (
          <Link key={prefix} to={addressOf({ ...place, prefix })} className="code break-all">
            {folder}/
          </Link>
        );
      })}
    </nav>
  );
}

const addressOf = ({ slug, bucket, prefix }: Place): string =>
  `${generatePath(PAGES.datasets, { slug })}?${new URLSearchParams({ bucket, prefix }).toString()}`;
