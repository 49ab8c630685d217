import { expect, test } from "@jest/globals";

import { errorsOf, parsed, withSpec } from "./parsed.ts";

const builder = (written: string, ...spec: readonly string[]): string =>
  `builder: ${written}\n${withSpec(...spec)}`;

test("what is built is said in full", () => {
  const { builder: read } = parsed(
    builder("{ registry: registry.example.org:5000/team/, platform: linux/arm64, cache: false }"),
  );

  expect(read).toMatchObject({
    registry: "registry.example.org:5000/team/",
    platform: "linux/arm64",
    cache: false,
    skipBuild: undefined,
  });
});

test("skipBuild names an experiment, or else the image that is run as it is", () => {
  const skips = (more: string) =>
    parsed(builder(`{ skipBuild: { enabled: true, ${more} } }`, "image: python")).builder.skipBuild;

  expect(skips("experimentID: 12")).toEqual({ experiment: "12", failIfNotFound: false });
  expect(skips("failIfNotFound: true")).toEqual({ experiment: undefined, failIfNotFound: true });
  expect(parsed(builder("{ skipBuild: { experimentID: 12 } }")).builder.skipBuild).toBeUndefined();
});

test.each([
  ["{ skipBuild: { enabled: true } }", /^1:34 builder.skipBuild.enabled .*needs an image/],
  ["{ skipBuild: { enabled: yes } }", /^1:34 builder.skipBuild.enabled .*needs an image/],
  ["{ registry: https://example.org }", /^1:22 builder.registry .*must be a registry/],
  ["{ registry: 'a b' }", /^1:22 builder.registry .*must be a registry/],
  ["{ platform: windows/amd64 }", /^1:22 builder.platform .*must be a platform/],
  ["{ cache: sometimes }", /^1:19 builder.cache .*must be true or false/],
])("%s is refused at its place", (written, fault) => {
  expect(errorsOf(builder(written))).toEqual([expect.stringMatching(fault)]);
});
