import { useQuery } from "@tanstack/react-query";
import { generatePath, Link } from "react-router";

import type { EngineAnswer } from "../../contract/operations.ts";
import { PAGES } from "../../contract/pages.ts";
import { HoldButtons } from "../components/hold-buttons.tsx";
import { Problem } from "../components/problem.tsx";
import { enginesQuery, queueQuery } from "../queries.ts";
import { encoded } from "../request.ts";

const EVERY_MS = 3_000;

/** What the engines have and what of it is taken; what waits for it, in order, with reasons. */
export function EnginesPage() {
  const engines = useQuery({ ...enginesQuery, refetchInterval: EVERY_MS });
  return (
    <main className="min-h-0 flex-1 overflow-auto p-4">
      <title>Engines · Assay</title>
      <h1 className="sr-only">Engines and queue</h1>
      {engines.isError && <Problem error={engines.error} />}
      <div className="mb-6 grid gap-4 lg:grid-cols-2">
        {engines.data?.items.map((engine) => (
          <Engine key={engine.name} engine={engine} />
        ))}
      </div>
      <Queue />
    </main>
  );
}

function Engine({ engine }: { readonly engine: EngineAnswer }) {
  const { name, kind, state, closed, machines, reservations } = engine;
  const taken = (machine: string) => reservations.filter((each) => each.machine === machine);
  return (
    <section aria-label={`Engine ${name}`} className="rounded border border-line p-3">
      <h2 className="heading">
        {name}{" "}
        <span className="font-normal text-quiet">
          {kind === name ? state : `${kind}, ${state}`}
        </span>
      </h2>
      <HoldButtons path={`/api/v1/engines/${encoded(name)}`} state={state} />
      {closed !== null && <p className="mb-2 text-running">{closed}</p>}
      {machines === null && <p className="text-failed">It does not answer.</p>}
      {machines?.map((machine) => {
        const here = taken(machine.name);
        return (
          <dl key={machine.name} className="grid grid-cols-[6rem_1fr]">
            <dt className="text-quiet">Machine</dt>
            <dd className="code break-all">{machine.name}</dd>
            <dt className="text-quiet">CPUs</dt>
            <dd>
              {sum(here.map(({ cpus }) => cpus))} of {machine.cpus} reserved
            </dd>
            <dt className="text-quiet">Memory</dt>
            <dd>
              {sum(here.map(({ memoryGb }) => memoryGb))} of {machine.memoryGb} GiB reserved
            </dd>
            {machine.devices.length > 0 && (
              <>
                <dt className="text-quiet">GPUs</dt>
                <dd>
                  {here.flatMap(({ devices }) => devices).length} of {machine.devices.length}{" "}
                  reserved
                </dd>
              </>
            )}
            <dt className="text-quiet">Replicas</dt>
            <dd>{here.length}</dd>
          </dl>
        );
      })}
    </section>
  );
}

const sum = (numbers: readonly number[]): number =>
  Math.round(numbers.reduce((total, each) => total + each, 0) * 100) / 100;

function Queue() {
  const { data, error } = useQuery({ ...queueQuery, refetchInterval: EVERY_MS });
  if (data === undefined) return error === null ? null : <Problem error={error} />;
  const { experiments, runs, closed } = data;
  return (
    <section aria-label="Queue">
      <h2 className="heading">
        Queue <span className="font-normal text-quiet">{data.state}</span>
      </h2>
      <HoldButtons path="/api/v1/queue" state={data.state} />
      {closed !== null && <p className="mb-2 text-running">{closed}</p>}
      {experiments.length + runs.length === 0 && <p className="text-quiet">Nothing waits.</p>}
      <ol>
        {experiments.map(({ id, number, project, name, reason }) => (
          <li key={id} className="py-0.5">
            <Link to={generatePath(PAGES.experiment, { id })} className="code">
              {project.slug}#{number}
            </Link>{" "}
            {name} <span className="text-quiet">{reason}</span>
          </li>
        ))}
        {runs.map(({ id, experimentId, engine, position, reason }) => (
          <li key={id} className="py-0.5">
            <Link to={generatePath(PAGES.experiment, { id: experimentId })} className="code">
              {experimentId.slice(0, 8)}
            </Link>{" "}
            {position}. for {engine} <span className="text-quiet">{reason}</span>
          </li>
        ))}
      </ol>
    </section>
  );
}
