import { expect, test } from "@jest/globals";

import { manifestParser } from "../../src/manifest/parse.ts";
import { DOCKER, errorsOf, parsed, withSpec } from "./parsed.ts";

test("all errors of a file are reported at once, each at its line and with what was meant", () => {
  const text = `kind: Foo
spec:
  operator: jobst
  comand: python train.py
  timeout: 5x
  env: { PATH: a }
  types:
    worker: { count: -1, resources: { cpus: 0, ramRatio: 1, memory: 2 } }
buildr: {}
spec: {}
`;

  expect(
    manifestParser.parse(text).errors.map(({ line, path, suggestion }) => [line, path, suggestion]),
  ).toEqual([
    [1, "kind", undefined],
    [2, "spec.command", undefined],
    [3, "spec.operator", "jobset"],
    [4, "spec.comand", "command"],
    [5, "spec.timeout", undefined],
    [6, "spec.env.PATH", undefined],
    [8, "spec.types.worker.count", undefined],
    [8, "spec.types.worker.resources.cpus", undefined],
    [8, "spec.types.worker.resources.memory", undefined],
    [9, "buildr", "builder"],
    [10, "spec", undefined],
  ]);
});

test("the groups of an operator are judged with all that stands in them", () => {
  const errors = errorsOf(`spec:
  operator: jobset
  command: x
  types:
    Workr: { coutn: 1, resources: { cpus: 0, gpus: 1 } }
    b:
`);

  expect(errors).toEqual([
    expect.stringMatching(/^5:5 spec\.types\.Workr .* lower-case/),
    expect.stringMatching(/^5:14 spec\.types\.Workr\.coutn .* did you mean count\?/),
    expect.stringMatching(/^5:24 spec\.types\.Workr\.resources .* needs memory/),
    expect.stringMatching(/^5:43 spec\.types\.Workr\.resources\.cpus .* above 0/),
    expect.stringMatching(/^5:46 spec\.types\.Workr\.resources\.gpus .* is not known/),
    expect.stringMatching(/^6:5 spec\.types\.b .* is empty/),
  ]);
});

test("a field in the wrong place is told where it belongs", () => {
  expect(errorsOf(`${withSpec()}\nengineName: lab`)).toEqual([
    "5:1 engineName engineName is not known, did you mean spec.engineName?",
  ]);
});

test.each([
  ["gpus: 1", "resources", "accelerators.gpu.count"],
  ["mem: 1", "resources", "memory"],
  ["replicas: 2", "worker", "count"],
  ["environment: { A: b }", "spec", "env"],
  ["retries: 3", "spec", "restartPolicy.backoffLimit"],
  ["volumes: [a]", "spec", "storage.attachExistingPVCs"],
  ["hyper_parameters: { lr: 1 }", "", "params"],
  ["dependsOn: [1]", "", "needs"],
  ["engine: lab", "", "spec.engineName"],
])("who comes from elsewhere and writes %j is told our word for it", (line, at, meant) => {
  const text = `{ spec: { types: { worker: { resources: { memory: 1 } } }, operator: jobset, command: x } }`;
  const opening = at === "" ? "{ " : `${at}: { `;
  const { errors } = manifestParser.parse(text.replace(opening, `${opening}${line}, `));

  expect(errors).toMatchObject([{ suggestion: meant }]);
});

test.each(["true", "True", '"true"', "yes", "YES", "on", "'On'"])(
  "a switch may be written %s",
  (on) => {
    const text = `approval: ${on}\nclone: { includeDotGit: ${on}, submodules: recursive }\n${withSpec(`securityContext: { ptrace: ${on} }`)}`;
    const { manifest, warnings } = manifestParser.parse(text);

    expect(manifest).toMatchObject({ approval: true, clone: { includeDotGit: true } });
    expect(warnings).toEqual([]);
    expect(errorsOf(text, DOCKER)).toEqual([expect.stringMatching(/ptrace cannot be honoured/)]);
  },
);

test("what is neither true nor false is refused", () => {
  for (const neither of ["1", "y", "tRuE", "maybe", "[true]"])
    expect(errorsOf(`approval: ${neither}\n${withSpec()}`)).toEqual([
      expect.stringMatching(/ approval must be true or false\.$/),
    ]);
});

test("every default is filled in", () => {
  expect(parsed(withSpec())).toEqual({
    kind: "AIchorManifest",
    apiVersion: "0.2.3",
    name: undefined,
    description: undefined,
    tags: [],
    metadata: {},
    priority: undefined,
    concurrency: undefined,
    needs: [],
    approval: false,
    params: {},
    secrets: [],
    inputs: [],
    builder: {
      image: undefined,
      dockerfile: "Dockerfile",
      context: ".",
      buildArgs: {},
      target: undefined,
      registry: undefined,
      cache: true,
    },
    clone: { depth: 1, includeDotGit: false, submodules: "false" },
    spec: {
      operator: "jobset",
      image: undefined,
      command: "python train.py",
      engineName: undefined,
      timeoutSeconds: undefined,
      queueTimeoutSeconds: undefined,
      env: {},
      types: [
        {
          name: "worker",
          count: 1,
          completions: 1,
          parallelisms: 1,
          resources: {
            cpus: 1,
            cpuLimit: 2,
            memoryBytes: 2 * 2 ** 30,
            shmBytes: 2 ** 30,
            gpu: undefined,
          },
        },
      ],
      restartPolicy: { backoffLimit: 0 },
      gracefulTermination: { terminationGracePeriodSeconds: 30 },
      tensorboard: { enabled: false },
    },
  });
});

const resources = (written: string) =>
  parsed(`spec: { operator: jobset, command: x, types: { w: { resources: ${written} } } }`).spec
    .types[0]?.resources;

test("quantities are read as people write them", () => {
  expect(resources('{ cpus: "4", ramRatio: 2.0 }')).toMatchObject({
    cpus: 4,
    cpuLimit: 8,
    memoryBytes: 8 * 2 ** 30,
  });
  expect(resources("{ cpus: 500m, memory: 0.5, cpuLimitRatio: 1 }")).toMatchObject({
    cpus: 0.5,
    cpuLimit: 0.5,
    memoryBytes: 2 ** 29,
  });
  expect(resources("{ memory: 4, shmSizeGB: ~ }")).toMatchObject({ shmBytes: 2 * 2 ** 30 });
  expect(resources("{ memory: 4, shmSizeGB: 3 }")).toMatchObject({ shmBytes: 3 * 2 ** 30 });
  expect(resources("{ memory: 4, accelerators: { gpu: { count: 0, type: gpu } } }")).toMatchObject({
    gpu: undefined,
  });
  expect(
    resources('{ memory: 4, accelerators: { gpu: { count: "2", type: gpu, product: T4 } } }'),
  ).toMatchObject({
    gpu: { count: 2, type: "gpu", product: "T4" },
  });
});

test("memory that is written with Kubernetes' unit is told what it is counted in", () => {
  const types = "{ w: { resources: { memory: 16Gi } } }";

  expect(errorsOf(`spec: { operator: jobset, command: x, types: ${types} }`)).toEqual([
    expect.stringMatching(
      / spec\.types\.w\.resources\.memory must be a number of GiB, without a unit, above 0, to 1000000\.$/,
    ),
  ]);
});

test("text is what is written, not what YAML makes of it", () => {
  const manifest = parsed(`
name: 2024
tags: [1.10, on]
needs: [12, digits#3]
builder: { buildArgs: { VERSION: 3.10, USE_CUDA: true, EMPTY: "" } }
clone: { includeDotGit: true, submodules: true }
${withSpec("env: { A: 1e3, B: 0x10, C: no, D: 007 }")}
`);

  expect(manifest).toMatchObject({
    name: "2024",
    tags: ["1.10", "on"],
    needs: ["12", "digits#3"],
    builder: { buildArgs: { VERSION: "3.10", USE_CUDA: "true", EMPTY: "" } },
    clone: { submodules: "true" },
    spec: { env: { A: "1e3", B: "0x10", C: "no", D: "007" } },
  });
  expect(
    parsed("spec: { operator: jobset, command: true, types: { w: { resources: { memory: 1 } } } }")
      .spec.command,
  ).toBe("true");
});

test("timeout wins over activeDeadlineSeconds, which alone is the same", () => {
  expect(parsed(withSpec("activeDeadlineSeconds: 1600")).spec.timeoutSeconds).toBe(1600);
  const both = manifestParser.parse(
    withSpec("timeout: 2m", "activeDeadlineSeconds: 1600", "queueTimeout: 30"),
  );
  expect(both.manifest?.spec).toMatchObject({ timeoutSeconds: 120, queueTimeoutSeconds: 30 });
  expect(both.warnings).toEqual([
    expect.objectContaining({ line: 6, path: "spec.activeDeadlineSeconds" }),
  ]);
});

test.each([
  [withSpec("image: a").concat("\nbuilder: { image: b }"), "5:10 spec.image", "must be equal"],
  [
    "builder: { context: ../x }\n".concat(withSpec()),
    "1:21 builder.context",
    "out of the repository",
  ],
  [
    "builder: { context: a, dockerfile: ../../x }\n".concat(withSpec()),
    "1:36 builder.dockerfile",
    "out of the repository",
  ],
  [withSpec("env: { ASSAY_TOKEN: x }"), "5:10 spec.env.ASSAY_TOKEN", "set by Assay"],
  [withSpec("env: { LD_PRELOAD: x }"), "5:10 spec.env.LD_PRELOAD", "which programs run"],
  [withSpec("env: { a-b: x }"), "5:10 spec.env.a-b", "name of a variable"],
  [withSpec('env: { A: "\\0" }'), "5:10 spec.env.A", "zero byte"],
  ["params: { lr: 1, LR: 2 }\n".concat(withSpec()), "1:18 params.LR", "$PARAM_LR"],
  ["params: { 1x: 1 }\n".concat(withSpec()), "1:11 params.1x", "begins with a letter"],
  ["params: { a: .nan }\n".concat(withSpec()), "1:14 params.a", ".nan"],
  ["priority: 100\n".concat(withSpec()), "1:11 priority", "from 1 to 99"],
  [
    "spec: { operator: jobset, command: x, types: { w: { count: 0, resources: { memory: 1 } } } }",
    "1:39 spec.types",
    "no replica",
  ],
  [
    "spec: { operator: jobset, command: x, types: { w: { count: 90000, resources: { memory: 1 } } } }",
    "1:39 spec.types",
    "1000 are the most",
  ],
  ["spec: { operator: jobset, command: x, types: {} }", "1:39 spec.types", "no replica"],
  ...["mnt", "/", "/a/../b", "/a b", "/assay/output", "/proc"].map(
    (path): [string, string, string] => [
      withSpec(`storage: { sharedVolume: { mountPoint: "${path}" } }`),
      "5:42 spec.storage.sharedVolume.mountPoint",
      "choose another folder",
    ],
  ),
  ...["../x", "/etc", "a/../../b"].map((path): [string, string, string] => [
    `inputs: [{ from: 1, as: a, path: ${path} }]\n${withSpec()}`,
    "1:34 inputs.0.path",
    "within the outputs",
  ]),
  [
    "inputs: [{ from: 1, as: 5 }, { from: 2, as: 5 }]\n".concat(withSpec()),
    "1:45 inputs.1.as",
    "another input's",
  ],
  [
    withSpec("storage: { attachExistingPVCs: [{ name: a, mountPoint: 5 }] }"),
    "5:58 spec.storage.attachExistingPVCs.0.mountPoint",
    "choose another folder",
  ],
  ["inputs: [{ from: 1, as: a/b }]\n".concat(withSpec()), "1:25 inputs.0.as", "folder's name"],
  [
    "inputs: [{ from: 1, as: a }, { from: 2, as: a }]\n".concat(withSpec()),
    "1:45 inputs.1.as",
    "another input's",
  ],
  ["secrets: [ASSAY_TOKEN]\n".concat(withSpec()), "1:11 secrets.0", "set by Assay"],
  ["secrets: [A]\n".concat(withSpec("env: { A: x }")), "1:11 secrets.0", "spec.env, too"],
  [withSpec("engineName: '{{ params.lr }}'"), "5:15 spec.engineName", "only"],
])("%j is refused", (text, place, message) => {
  expect(errorsOf(text)).toEqual([expect.stringContaining(message)]);
  expect(errorsOf(text)[0]).toMatch(new RegExp(`^${place.replaceAll(".", String.raw`\.`)} `));
});

test("a placeholder is judged where it stands, in a block of lines too", () => {
  const text = `params: { lr: 0.1 }
spec:
  operator: jobset
  command: |
    python train.py --lr {{ params.lr }}
    echo "{{ params.lr }}" {{ params.rate }}
  env: { A: "{{ params.rate }}" }
  types: { worker: { resources: { memory: 2 } } }
`;

  expect(errorsOf(text)).toEqual([
    "6:11 spec.command {{ params.lr }} stands inside double quotes; write $PARAM_LR there.",
    "6:28 spec.command The parameter rate is not declared in params.",
    "7:14 spec.env.A The parameter rate is not declared in params.",
  ]);
});

test("anchors and merge keys are written out", () => {
  const manifest = parsed(`
spec:
  operator: jobset
  command: x
  types:
    a: &base { count: 2, resources: &small { memory: 1 } }
    b: { <<: *base, count: 1 }
    c: { resources: *small }
`);

  expect(manifest.spec.types.map(({ name, count }) => [name, count])).toEqual([
    ["a", 2],
    ["b", 1],
    ["c", 1],
  ]);
});

test("the engine's own name stands for its alias", () => {
  expect(parsed(withSpec("engineName: gpu-box")).spec.engineName).toBe("docker");
  expect(manifestParser.parse(withSpec("engineName: gpu-box")).manifest?.spec.engineName).toBe(
    "gpu-box",
  );
});

test("an engine that the project has not is refused, and a submission's choice wins", () => {
  expect(errorsOf(withSpec("engineName: gpubox"), DOCKER)).toEqual([
    expect.stringMatching(
      /^5:15 spec\.engineName gpubox is no engine of this project.*engineAliases/,
    ),
  ]);
  expect(errorsOf(withSpec("engineName: gpubox"), { ...DOCKER, engine: "docker" })).toEqual([]);
  expect(errorsOf(withSpec(), { ...DOCKER, engine: "lab" })).toEqual([
    expect.stringContaining("lab is no engine"),
  ]);
});
