import { useQuery } from "@tanstack/react-query";

import type { RunAnswer } from "../../contract/run.ts";
import { StateMark } from "../components/state.tsx";
import { Ago, Duration } from "../components/times.tsx";
import { runQuery } from "../queries.ts";

/** The runs, each with its attempts and replicas. */
export function Runs({ runs }: { readonly runs: readonly RunAnswer[] }) {
  if (runs.length === 0) return <p className="text-quiet">None yet: Submitting plans them.</p>;
  return runs.map((run) => <Run key={run.id} run={run} />);
}

function Run({ run }: { readonly run: RunAnswer }) {
  const { data } = useQuery(runQuery(run));
  const attempts = data?.attempts ?? [];
  return (
    <div className="mb-3">
      <p>
        <span className="code">{run.name}</span> <StateMark state={run.state} />{" "}
        {run.exitCode !== null && `· exit code ${run.exitCode} `}
        <span className="text-quiet">
          on {run.engine} <Duration from={run.startedAt} to={run.finishedAt} /> {run.reason}
        </span>
      </p>
      {attempts.map(({ id, number, live, createdAt, replicas }) => (
        <div key={id} className="mt-1 border-l-2 border-line pl-3">
          Attempt {number}
          {live && " (live)"}, <Ago at={createdAt} />
          <ul>
            {replicas.map(({ name, state, exitCode, startedAt, finishedAt }) => (
              <li key={name} className="text-quiet">
                <span className="code">{name}</span> {state}
                {exitCode !== null && `, exit code ${exitCode}`}{" "}
                <Duration from={startedAt} to={finishedAt} />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </div>
  );
}
