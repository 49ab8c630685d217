import { expect, test } from "@jest/globals";

import { manifestCandidates } from "../../src/core/selectors.ts";

test("without a selector the manifest is in the repository's root", () => {
  expect(manifestCandidates(undefined)).toEqual(["manifest.yaml", "manifest.yml"]);
});

test("a selector is looked for below manifests/, else below aichor_manifests/", () => {
  expect(manifestCandidates("team/train.yml")).toEqual([
    "manifests/team/train.yml",
    "aichor_manifests/team/train.yml",
  ]);
});

test("the extension may be left out", () => {
  expect(manifestCandidates("v1.2")).toEqual([
    "manifests/v1.2.yaml",
    "manifests/v1.2.yml",
    "aichor_manifests/v1.2.yaml",
    "aichor_manifests/v1.2.yml",
  ]);
});
