import { expect, test } from "@jest/globals";

import { applyOverrides, resolveParams } from "../../src/core/overrides.ts";
import { parsed } from "../manifest/parsed.ts";

const MANIFEST = parsed(`
params: { lr: 0.1, note: "it's" }
priority: 10
spec:
  operator: jobset
  command: python train.py --lr {{ params.lr }}
  timeout: 1h
  env: { NOTE: "{{ params.note }}", KEPT: "1" }
  types:
    worker: { count: 2, resources: { cpus: 2, ramRatio: 2 } }
    loader: { resources: { cpus: 1, memory: 1, shmSizeGB: 1, accelerators: { gpu: { count: 1, product: T4 } } } }
`);

test("overrides win over the manifest, and parameters are filled in after them", () => {
  const { manifest, errors } = applyOverrides(MANIFEST, {
    params: { lr: 0.5 },
    env: { MORE: "{{ params.lr }}" },
    engine: "lab",
    timeoutSeconds: 60,
    priority: 1,
  });
  const { priority, spec } = resolveParams(manifest);

  expect(errors).toEqual([]);
  expect(priority).toBe(1);
  expect(spec).toMatchObject({
    command: "python train.py --lr '0.5'",
    env: { NOTE: "it's", KEPT: "1", MORE: "0.5" },
    engineName: "lab",
    timeoutSeconds: 60,
  });
});

test("without overrides nothing changes", () => {
  expect(applyOverrides(MANIFEST, {})).toEqual({ manifest: MANIFEST, errors: [] });
});

test("resources apply to every replica, and what was derived from them follows", () => {
  const { manifest } = applyOverrides(MANIFEST, { resources: { cpus: 4, memoryGb: 8, gpus: 2 } });
  const [worker, loader] = manifest.spec.types.map(({ resources }) => resources);

  expect(worker).toEqual({
    cpus: 4,
    cpuLimit: 8,
    memoryBytes: 8 * 2 ** 30,
    shmBytes: 4 * 2 ** 30,
    gpu: { count: 2, type: undefined, product: undefined },
  });
  expect(loader).toMatchObject({ shmBytes: 2 ** 30, gpu: { count: 2, product: "T4" } });
});

test("no GPUs is none", () => {
  const { manifest } = applyOverrides(MANIFEST, { resources: { gpus: 0 } });

  expect(manifest.spec.types.map(({ resources }) => resources.gpu)).toEqual([undefined, undefined]);
});

test.each([
  [{ params: { rl: 1 } }, "params.rl", "did you mean lr?"],
  [{ params: { constructor: 1 } }, "params.constructor", "it declares lr, note"],
  [{ env: { PATH: "/x" } }, "env.PATH", "PATH"],
  [{ env: { ASSAY_TOKEN: "x" } }, "env.ASSAY_TOKEN", "set by Assay"],
  [{ env: { "A B": "x" } }, "env.A B", "name of a variable"],
  [{ env: { A: "\0" } }, "env.A", "zero byte"],
  [{ env: { A: "{{ params.zz }}" } }, "env.A", "not declared"],
  [{ command: "  " }, "command", "empty"],
  [{ command: 'echo "{{ params.lr }}"' }, "command", "$PARAM_LR"],
  [{ resources: { cpus: 0 } }, "resources.cpus", "above 0"],
  [{ resources: { gpus: 0.5 } }, "resources.gpus", "whole number"],
  [{ resources: { memoryGB: 1 } }, "resources.memoryGB", "did you mean memoryGb?"],
])("%j is refused, and the manifest stays", (overrides, path, message) => {
  const { manifest, errors } = applyOverrides(MANIFEST, overrides);

  expect(errors).toEqual([
    expect.objectContaining({ path, message: expect.stringContaining(message) }),
  ]);
  expect(manifest).toBe(MANIFEST);
});
