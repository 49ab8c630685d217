import { builtinModules } from "node:module";

/**
 * Who may import whom, and which packages: the dependency rule of docs/architecture.md.
 * A folder that is not listed here may not import anything of ours.
 */
const layers = {
  core: { folders: [], packages: [] },
  manifest: { folders: ["core"], packages: ["js-yaml", "zod"] },
  pipeline: { folders: ["core"], packages: ["node:crypto", "node:stream"] },
  operators: { folders: ["core"], packages: [] },
  db: { folders: ["core"], packages: ["knex", "pg", "node:*"] },
  engines: { folders: ["core"], packages: ["dockerode", "tar-stream", "node:*"] },
  builders: {
    folders: ["core"],
    packages: [
      "dockerode",
      "docker-modem",
      "@grpc/grpc-js",
      "protobufjs",
      "tar-stream",
      "@balena/dockerignore",
      "node:*",
    ],
  },
  forges: {
    folders: ["core"],
    packages: ["@octokit/webhooks", "@octokit/request", "@octokit/auth-app", "zod", "node:*"],
  },
  outward: { folders: ["core"], packages: ["node:*"] },
  git: { folders: ["core"], packages: ["lru-cache", "simple-git", "tar-stream", "node:*"] },
  storage: { folders: ["core"], packages: ["tar-stream", "node:*"] },
  logs: { folders: ["core"], packages: ["node:*"] },
  contract: { folders: ["core"], packages: ["zod"] },
  api: {
    folders: ["core", "contract", "pipeline/verbs"],
    packages: ["express", "ws", "prom-client", "zod", "node:*"],
  },
  web: {
    folders: ["contract"],
    packages: [
      "react",
      "react-dom",
      "react-router",
      "react-router/dom",
      "@tanstack/react-query",
      "@tanstack/react-virtual",
      "uplot",
      "zod",
    ],
  },
  cli: {
    folders: ["contract", "manifest", "version"],
    packages: ["commander", "zod", "node:*"],
  },
};

const escaped = (text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
const builtins = builtinModules.filter((name) => !name.startsWith("_")).map(escaped);
/** Matches the path of an installed package, or of a module of Node's own, that a folder may use. */
const packagePattern = (names) =>
  names.flatMap((name) => {
    if (name === "node:*") return [`^(node:)?(${builtins.join("|")})$`];
    if (name.startsWith("node:")) return [`^(node:)?${escaped(name.slice(5))}$`];
    // A package that only has an ESM entry is not resolved, and stands there by its name.
    return [`node_modules/(@types/)?${escaped(name)}/`, `^${escaped(name)}$`];
  });

const rules = Object.entries(layers).flatMap(([folder, { folders, packages }]) => [
  {
    name: `${folder}-imports-only-${folders.join("-") || "itself"}`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { path: "^src/", pathNot: `^src/(${[folder, ...folders].join("|")})(/|\\.ts$)` },
  },
  {
    name: `${folder}-uses-only-its-packages`,
    severity: "error",
    from: { path: `^src/${folder}/` },
    to: { pathNot: ["^src/", ...packagePattern(packages)] },
  },
]);

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...rules,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-test-code-in-src",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/" },
    },
    {
      name: "every-folder-has-a-line",
      severity: "error",
      from: { path: "^src/[^/]+/", pathNot: `^src/(${Object.keys(layers).join("|")})/` },
      to: {},
    },
  ],
  options: {
    parser: "swc",
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
  },
};
