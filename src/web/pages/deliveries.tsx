import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { generatePath, Link, useParams } from "react-router";

import type { DeliveryAnswer } from "../../contract/delivery.ts";
import { PAGES } from "../../contract/pages.ts";
import { Problem } from "../components/problem.tsx";
import { Ago } from "../components/times.tsx";
import { deliveriesQuery, refusedQuery } from "../queries.ts";

/** Every push and webhook: what came, what was decided, and why. */
export function DeliveriesPage() {
  const { slug = "" } = useParams();
  const deliveries = useInfiniteQuery(deliveriesQuery(slug));
  const items = deliveries.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <main className="min-h-0 flex-1 overflow-auto p-4">
      <title>{`Deliveries of ${slug} · Assay`}</title>
      <h1 className="heading">
        Deliveries of{" "}
        <Link to={`${PAGES.experiments}?${new URLSearchParams({ project: slug }).toString()}`}>
          {slug}
        </Link>
      </h1>
      {deliveries.isError && <Problem error={deliveries.error} />}
      {deliveries.isSuccess && items.length === 0 && (
        <p className="text-quiet">Nothing has arrived yet.</p>
      )}
      {items.length > 0 && <Deliveries slug={slug} items={items} />}
      {deliveries.hasNextPage && (
        <button
          type="button"
          className="button mt-3"
          onClick={() => void deliveries.fetchNextPage()}
        >
          Show older ones
        </button>
      )}
      <Refused slug={slug} />
    </main>
  );
}

interface DeliveriesProps {
  readonly slug: string;
  readonly items: readonly DeliveryAnswer[];
}

function Deliveries({ slug, items }: DeliveriesProps) {
  return (
    <table className="w-full border-collapse text-left align-top">
      <thead className="text-quiet">
        <tr>
          <th className={CELL}>Received</th>
          <th className={`${CELL} hidden sm:table-cell`}>From</th>
          <th className={`${CELL} hidden md:table-cell`}>Push</th>
          <th className={CELL}>Decision</th>
          <th className={CELL}>Why</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ id, receivedAt, source, event, push, decision, reason, experiments }) => (
          <tr key={id} className="border-t border-line align-top">
            <td className={CELL}>
              <Ago at={receivedAt} />
            </td>
            <td className={`${CELL} hidden sm:table-cell`}>
              {source} {source === "webhook" && event}
            </td>
            <td className={`${CELL} hidden md:table-cell`}>
              {push !== null && (
                <>
                  {push.ref.replace(/^refs\/(heads|tags)\//, "")}{" "}
                  <span className="code text-quiet">{push.after.slice(0, 7)}</span>{" "}
                  {push.pusher !== null && `by ${push.pusher}`}
                </>
              )}
            </td>
            <td className={CELL}>{decision}</td>
            <td className={`${CELL} break-words`}>
              {experiments.map((started) => (
                <Link
                  key={started.id}
                  to={generatePath(PAGES.experiment, { id: started.id })}
                  className="code mr-2"
                >
                  {slug}#{started.number}
                </Link>
              ))}
              {reason}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const CELL = "py-1.5 pr-4 font-normal";

/** Those that were not believed are not kept: the server that refused them remembers the last. */
function Refused({ slug }: { readonly slug: string }) {
  const { data } = useQuery(refusedQuery(slug));
  if (data === undefined || data.items.length === 0) return null;
  return (
    <section aria-label="Refused" className="mt-6">
      <h2 className="heading">Refused</h2>
      <ul>
        {data.items.map(({ at, status, reason, address }) => (
          <li key={`${at} ${address}`}>
            <Ago at={at} /> <span className="text-failed">{status}</span> {reason}{" "}
            {address !== null && <span className="text-quiet">from {address}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
