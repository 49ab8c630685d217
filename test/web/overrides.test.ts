import { expect, test } from "@jest/globals";

import type { ExperimentAnswer } from "../../src/contract/experiment.ts";
import { draftOf, requestOf, sentenceOf } from "../../src/web/experiment/overrides.ts";

/** Only what the panel looks at. */
const original = {
  name: "baseline",
  params: { lr: 0.1, mode: "fast", layers: [64, 64], tag: "7" },
  tags: ["digits", "first"],
  manifest: { spec: { command: "python train.py" } },
  source: { commit: "3f2a91c0".padEnd(40, "0") },
  image: { name: "image", digest: "sha256:1", reused: false },
} as unknown as ExperimentAnswer;
const draft = draftOf(original);

test("nothing that was changed is nothing that is sent", () => {
  expect(requestOf(original, draft)).toEqual({});
  expect(sentenceOf(original, draft)).toBe("Same commit 3f2a91c, same image.");
});

test("parameters keep their kind: a number stays one, and text that looks like one stays text", () => {
  const params = { ...draft.params, lr: "0.003", tag: "8", layers: "[32]", mode: "slow" };

  expect(requestOf(original, { ...draft, params })).toEqual({
    overrides: { params: { lr: 0.003, tag: "8", layers: [32], mode: "slow" } },
  });
});

test("variables, tags, command, name and timeout are sent where they differ", () => {
  const changed = {
    ...draft,
    name: "other",
    command: "python other.py",
    env: "A=1\n\n B =x=y\n",
    tags: "digits, , second",
    timeout: " 2h ",
    freshBuild: true,
  };

  expect(requestOf(original, changed)).toEqual({
    freshBuild: true,
    overrides: {
      name: "other",
      command: "python other.py",
      env: { A: "1", B: "x=y" },
      tags: ["digits", "second"],
      timeout: "2h",
    },
  });
  expect(sentenceOf(original, changed)).toBe(
    "Same commit 3f2a91c, its image is built anew, another command, other variables, at most 2h.",
  );
});
