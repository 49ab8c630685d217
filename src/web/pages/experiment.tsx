import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useId } from "react";
import { useParams } from "react-router";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { Problem } from "../components/problem.tsx";
import { Failure } from "../experiment/failure.tsx";
import { Files } from "../experiment/files.tsx";
import { Heading } from "../experiment/heading.tsx";
import { Inputs } from "../experiment/inputs.tsx";
import { Manifest } from "../experiment/manifest.tsx";
import { Runs } from "../experiment/runs.tsx";
import { Steps } from "../experiment/steps.tsx";
import { Log } from "../log/log.tsx";
import { Metrics } from "../metrics/metrics.tsx";
import { Resources } from "../metrics/resources.tsx";
import { experimentQuery, METRICS } from "../queries.ts";

export function ExperimentPage() {
  const { id = "" } = useParams();
  const { data, error } = useQuery(experimentQuery(id));
  if (data !== undefined) return <Experiment key={data.id} experiment={data} reference={id} />;
  return error === null ? null : <Problem error={error} />;
}

interface ExperimentProps {
  readonly experiment: ExperimentAnswer;
  /** As the address names it. */
  readonly reference: string;
}

function Experiment({ experiment, reference }: ExperimentProps) {
  const client = useQueryClient();
  const { project, number, status, steps, runs } = experiment;
  const look = (): void => {
    void client.invalidateQueries({ queryKey: experimentQuery(reference).queryKey });
    void client.invalidateQueries({ queryKey: [METRICS] });
  };
  return (
    <main className="min-h-0 flex-1 overflow-auto">
      <title>{`${project.slug}#${number} ${status} · Assay`}</title>
      <div className="mx-auto flex max-w-[90rem] flex-col gap-4 p-4">
        <Heading experiment={experiment} />
        <Failure experiment={experiment} />
        <Steps steps={steps} />
        <Log experiment={experiment} onChange={look} />
        <Part title="Metrics">
          <Metrics experiment={experiment} />
        </Part>
        <div className="grid gap-6 lg:grid-cols-2">
          <Part title="Runs">
            <Runs runs={runs} />
          </Part>
          <Part title="Output files">
            <Files experiment={experiment} />
          </Part>
          <Part title="Inputs">
            <Inputs experiment={experiment} />
          </Part>
          <Part title="Manifest">
            <Manifest experiment={experiment} />
          </Part>
        </div>
        <Part title="Resources">
          <Resources experiment={experiment} />
        </Part>
      </div>
    </main>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0">
      <h2 id={id} className="heading">
        {title}
      </h2>
      {children}
    </section>
  );
}
