/** A repository whose experiment does nothing, and takes next to nothing of an engine. */
export const TRIVIAL = {
  "manifest.yaml": `kind: AIchorManifest
builder: { image: trivial, dockerfile: Dockerfile }
spec:
  operator: jobset
  image: trivial
  command: exit 0
  types: { worker: { resources: { cpus: 0.001, memory: 0.001 } } }
`,
  Dockerfile: "FROM assay/busybox:local\n",
} as const;
