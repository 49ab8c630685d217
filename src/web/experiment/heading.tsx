import { generatePath, Link } from "react-router";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";
import { CommitLink } from "../components/commit-link.tsx";
import { StateMark } from "../components/state.tsx";
import { Ago, Duration } from "../components/times.tsx";
import { Verbs } from "./verbs.tsx";

/** Who, what and how it stands, and what can be done about it. */
export function Heading({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const { project, number, name, status, source, startedAt, finishedAt, createdAt } = experiment;
  const { slug } = project;
  const firstLine = source.message.split("\n", 1)[0];
  return (
    <header className="flex flex-wrap items-start gap-x-6 gap-y-2">
      <div className="min-w-0 flex-1 basis-80">
        <h1 className="text-lg font-semibold break-words">
          {slug}#{number} <span className="font-normal">{name}</span>
        </h1>
        <p>
          <StateMark state={status} /> <Duration from={startedAt} to={finishedAt} />
          <span className="text-quiet">
            {" "}
            · begun <Ago at={createdAt} />
          </span>
        </p>
        <p className="break-words text-quiet">
          <CommitLink source={source} />
          {source.branch !== null && ` on ${source.branch}`}
          {source.author !== null && ` by ${source.author.name}`}
          {firstLine !== "" && ` · ${firstLine}`} ·{" "}
          <Link to={`${PAGES.experiments}?${new URLSearchParams({ project: slug }).toString()}`}>
            {slug}
          </Link>{" "}
          · <Link to={generatePath(PAGES.deliveries, { slug })}>Deliveries</Link> ·{" "}
          <Link to={generatePath(PAGES.datasets, { slug })}>Datasets</Link>
        </p>
      </div>
      <Verbs experiment={experiment} />
    </header>
  );
}
