import type { SourceAnswer } from "../../contract/experiment.ts";

/** The commit, leading to the forge's page of it where there is one. */
export function CommitLink({ source: { commit, url } }: { readonly source: SourceAnswer }) {
  if (commit === null) return <span className="text-quiet">archive</span>;
  const short = <span className="code">{commit.slice(0, 7)}</span>;
  if (url === null) return <span title={commit}>{short}</span>;
  return (
    <a href={url} title={commit} target="_blank" rel="noreferrer">
      {short}
    </a>
  );
}
