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

test.each([
  ["manifest.yaml", "manifest.yaml"],
  ["manifest", "manifest.yaml"],
  ["manifests/train.yaml", "manifests/train.yaml"],
  ["aichor_manifests/train", "aichor_manifests/train.yml"],
])("%s is also looked for from the root, after the usual places", (selector, fromRoot) => {
  const candidates = manifestCandidates(selector);

  expect(candidates[0]).toMatch(/^manifests\/./);
  expect(candidates.slice(candidates.length / 2)).toContain(fromRoot);
});

test("no other file of the root can be named", () => {
  expect(manifestCandidates("compose.yaml")).not.toContain("compose.yaml");
  expect(manifestCandidates("team/manifest.yaml")).not.toContain("team/manifest.yaml");
});
