import { useQuery } from "@tanstack/react-query";

import { Copy } from "../components/copy.tsx";
import { projectsQuery } from "../queries.ts";

/** No experiments yet: how to push the first one, with the project's own address. */
export function Empty({ project: wanted }: { readonly project: string }) {
  const { data: projects } = useQuery(projectsQuery);
  if (projects === undefined) return null;
  const project = projects.items.find(({ slug }) => wanted === "" || slug === wanted);
  const commands =
    project === undefined ? createCommands() : pushCommands(project.forge, project.gitUrl);
  return (
    <div className="mx-auto w-full max-w-3xl overflow-auto p-6">
      <h2 className="heading">No experiments yet</h2>
      <p className="mb-3">
        {project === undefined
          ? "There is no project either. This makes one with a git remote of its own:"
          : `Push a commit whose message begins with exp: to ${project.slug}, and it appears here:`}
      </p>
      <div className="flex items-start rounded border border-line bg-panel p-3">
        <pre className="code min-w-0 flex-1 overflow-auto" tabIndex={0}>
          {commands}
        </pre>
        <Copy text={commands} what="the commands" />
      </div>
      <p className="mt-3 text-quiet">
        The repository needs a Dockerfile and a manifest.yaml. git asks for a name and a password:
        any name, and your token.
      </p>
    </div>
  );
}

function createCommands(): string {
  return [
    `curl -H "Authorization: Bearer $TOKEN" -H "Content-Type: application/json" \\`,
    `  -d '{ "name": "hello", "forge": "builtin" }' ${globalThis.location.origin}/api/v1/projects`,
  ].join("\n");
}

function pushCommands(forge: string, gitUrl: string | null): string {
  return [
    ...(forge === "builtin" && gitUrl !== null ? [`git remote add assay ${gitUrl}`] : []),
    `git commit --allow-empty -m "exp: a first try"`,
    forge === "builtin" ? "git push assay HEAD:main" : "git push",
  ].join("\n");
}
