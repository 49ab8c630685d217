import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";

import { build } from "esbuild";

import { version } from "../src/version.ts";

// Node strips no types below node_modules: what is installed is one file of plain JavaScript, for Node 20 and newer.
const folder = process.argv[2] ?? "dist/cli";
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await build({
  entryPoints: ["src/cli/main.ts"],
  outfile: `${folder}/assay.js`,
  bundle: true,
  platform: "node",
  target: "node20",
  format: "esm",
  minifySyntax: true,
  legalComments: "none",
  banner: {
    // What is bundled as CommonJS asks for Node's own modules by require.
    js: '#!/usr/bin/env node\nimport { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);',
  },
});
await chmod(`${folder}/assay.js`, 0o755);
await copyFile("LICENSE", `${folder}/LICENSE`);
const manifest = {
  name: "assay",
  version,
  description: "Assay from the terminal: start experiments, look on, fetch what they made",
  license: "MIT",
  type: "module",
  bin: { assay: "assay.js" },
  files: ["assay.js"],
  engines: { node: ">=20" },
};
await writeFile(`${folder}/package.json`, `${JSON.stringify(manifest, undefined, 2)}\n`);
