import type { ReactNode } from "react";
import { generatePath, Link } from "react-router";

import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { PAGES } from "../../contract/pages.ts";
import { Copy } from "../components/copy.tsx";
import { formatResources } from "../list/resources.ts";

/** What exactly it ran: enough to run it again elsewhere. */
export function Inputs({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const { id, source, image, manifestPath, manifest, params, engine, parentId } = experiment;
  return (
    <dl className="grid grid-cols-[7rem_1fr] gap-x-3 gap-y-1">
      <Fact name="Id">
        <Exact text={id} what="the id" />
      </Fact>
      {source.commit !== null && (
        <Fact name="Commit">
          <Exact text={source.commit} what="the commit" />
        </Fact>
      )}
      {image !== null && (
        <Fact name="Image">
          <Exact text={image.digest} what="the image's digest" />
          {image.reused && <span className="text-quiet"> reused</span>}
        </Fact>
      )}
      {manifestPath !== null && (
        <Fact name="Manifest">
          <span className="code">{manifestPath}</span>
        </Fact>
      )}
      <Fact name="Engine">{engine}</Fact>
      {experiment.resources !== null && <Fact name="Resources">{formatResources(experiment)}</Fact>}
      {manifest !== null && (
        <Fact name="Command">
          <span className="code break-all whitespace-pre-wrap">{manifest.spec.command}</span>
        </Fact>
      )}
      {Object.entries({ ...params }).map(([name, value]) => (
        <Fact key={name} name={name}>
          <span className="code">{typeof value === "string" ? value : JSON.stringify(value)}</span>
        </Fact>
      ))}
      {parentId !== null && (
        <Fact name="Resubmit of">
          <Link to={generatePath(PAGES.experiment, { id: parentId })} className="code">
            {parentId.slice(0, 8)}
          </Link>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="break-words text-quiet">{name}</dt>
      <dd className="min-w-0">{children}</dd>
    </>
  );
}

function Exact({ text, what }: { readonly text: string; readonly what: string }) {
  return (
    <>
      <span className="code break-all">{text}</span>
      <Copy text={text} what={what} />
    </>
  );
}
