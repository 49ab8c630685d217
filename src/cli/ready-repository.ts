/** The files of a repository that runs as it is; `base` is what its image begins from. */
export const readyRepository = (base: string): Readonly<Record<string, string>> => ({
  Dockerfile: `# What the program needs. It is built once, and again only when a file that enters it has changed.
FROM ${base}
WORKDIR /work
# RUN pip install --no-cache-dir numpy
COPY src src
`,
  ".dockerignore": `.git
manifest.yaml
manifests
output
`,
  ".gitignore": `output/
__pycache__/
`,
  "manifest.yaml": manifest("epochs: 20\n  rate: 0.1", "what exp: … starts"),
  "manifests/short.yaml": manifest("epochs: 2\n  rate: 0.1", "what exp[short]: … starts"),
  "src/train.py": PROGRAM,
  "README.md": README,
});

const manifest = (params: string, when: string): string => `# This is ${when}.
kind: AIchorManifest
apiVersion: 0.2.3

# A commit may give others: Exp-Param: rate=0.2 in its message's last paragraph.
params:
  ${params}

builder:
  context: .
  dockerfile: Dockerfile

spec:
  operator: jobset
  command: python3 src/train.py --epochs {{ params.epochs }} --rate {{ params.rate }}
  types:
    worker:
      count: 1
      resources:
        cpus: 1
        memory: 1 # GiB
`;

const PROGRAM = `"""Finds the minimum of (x - 3)^2, step by step: put your own training here."""

import argparse
import json
import os
import pathlib

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--rate", type=float, default=0.1)
options = parser.parse_args()

x = 0.0
for epoch in range(1, options.epochs + 1):
    x -= options.rate * 2 * (x - 3)
    loss = (x - 3) ** 2
    print(f"epoch {epoch} loss {loss:.6f}", flush=True)

# What is written here is kept: assay experiments download fetches it.
output = pathlib.Path(os.environ.get("ASSAY_OUTPUT_PATH", "output"))
output.mkdir(parents=True, exist_ok=True)
(output / "metrics.json").write_text(json.dumps({"x": x, "loss": loss}) + "\\n")
`;

const README = `# An experiment

A push of a commit whose message begins with \`exp:\` runs \`manifest.yaml\`; \`exp[short]:\` runs \`manifests/short.yaml\`.

\`\`\`sh
assay manifest validate
git commit --allow-empty -m "exp: a larger rate" -m "Exp-Param: rate=0.3" && git push assay HEAD
assay experiments list
assay experiments logs <id> --follow
\`\`\`

Without Assay: \`python3 src/train.py\` writes to \`output/\`.
`;
