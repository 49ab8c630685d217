import { expect, test } from "@jest/globals";

import { parseDockerfile } from "../../../src/builders/docker/dockerfile.ts";
import { toBuildError } from "../../../src/builders/docker/failure.ts";
import type { FailedStep } from "../../../src/builders/docker/progress.ts";

// What BuildKit says where the machine at hand cannot be brought to say it: other versions, registries, full disks.

const dockerfile = `# syntax=docker/dockerfile:1
FROM python:3.12 AS build
RUN <<EOF
pip install numpy
EOF
RUN make
FROM build
COPY missing.txt /
`;

function failureOf(message: string, step?: Omit<FailedStep, "output">, output = ""): unknown {
  return toBuildError(message, {
    context: {
      folder: "",
      dockerfile: { path: "Dockerfile", name: "Dockerfile", bytes: Buffer.of(), isAdded: false },
      entries: new Map(),
      ignoreFile: undefined,
      sourcePaths: new Set(),
    },
    dockerfile: parseDockerfile(dockerfile, { buildArgs: {}, platform: "linux/amd64" }),
    target: undefined,
    step: step && { ...step, output },
  });
}

test("a step that the kernel killed gets a hint about memory", () => {
  const error = 'process "/bin/sh -c make" did not complete successfully: exit code: 137';

  expect(
    failureOf(`failed to solve: ${error}`, { name: "[build 3/3] RUN make", error }),
  ).toMatchObject({
    name: "BuildFailedError",
    message: "Dockerfile:6: RUN make: exit code 137",
    hint: expect.stringContaining("memory"),
    exitCode: 137,
  });
});

test("a step whose program met a full disk gets a hint about it, and is not tried for ever", () => {
  const error = 'process "/bin/sh -c make" did not complete successfully: exit code: 1';
  const output = "OSError: [Errno 28] No space left on device\n";

  expect(failureOf(error, { name: "[build 3/3] RUN make", error }, output)).toMatchObject({
    name: "BuildFailedError",
    hint: expect.stringContaining("disk"),
  });
});

test.each([
  "failed to copy files: copy file range failed: no space left on device",
  "write /some/folder/of/docker: no space left on device",
])("the build machine's full disk is not the user's fault: %s", (error) => {
  const step = { name: "[stage-1 1/1] COPY missing.txt /", error };

  expect(failureOf(`failed to solve: ${error}`, step)).toMatchObject({
    name: "Error",
    message: expect.stringContaining("no space left on device"),
  });
});

test.each([
  ["no active session for abc: context deadline exceeded", undefined],
  ["rpc error: code = Unavailable desc = transport is closing", undefined],
  ["failed to export image: failed to create image: layer lock", "exporting to image"],
  ["failed to read dockerfile: remount /, flags: 0x84000: invalid argument", "copy /context /"],
])("BuildKit's own trouble is not the user's fault: %s", (error, name) => {
  const step = name === undefined ? undefined : { name, error };

  expect(failureOf(error, step)).toMatchObject({
    name: "Error",
    message: expect.stringContaining(error),
  });
});

test("a container runtime that cannot begin a step is not the user's fault", () => {
  const error = 'process "/bin/sh -c make" did not complete successfully: exit code: 1';
  const output =
    "runc run failed: unable to start container process: can't get final child's PID\n";

  expect(failureOf(error, { name: "[build 3/3] RUN make", error }, output)).toMatchObject({
    name: "Error",
    message: expect.stringContaining("final child's PID"),
  });
});

test("an image that does not exist or is private is the user's fault, at its FROM", () => {
  const error =
    "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed";
  const name = "[internal] load metadata for docker.io/library/python:3.12";

  expect(failureOf(`failed to solve: python:3.12: ${error}`, { name, error })).toMatchObject({
    name: "BuildFailedError",
    message:
      "Dockerfile:2: FROM python:3.12 AS build: python:3.12 cannot be pulled: there is no such image, or it is private.",
  });
});

test("a registry that counts requests is told apart", () => {
  const error = "toomanyrequests: You have reached your pull rate limit.";
  const name = "[internal] load metadata for docker.io/library/python:3.12";

  expect(failureOf(error, { name, error })).toMatchObject({
    message: expect.stringContaining("too many requests"),
  });
});

test("a missing file is found in the words of newer Engines too", () => {
  const error = 'failed to calculate checksum of ref abc::def: "/missing.txt": not found';
  const step = { name: "[stage-1 1/1] COPY missing.txt /", error };

  expect(failureOf(`failed to solve: failed to compute cache key: ${error}`, step)).toMatchObject({
    message: "Dockerfile:8: COPY missing.txt /: there is no missing.txt in the build context.",
  });
});

test("an Engine without here-documents is told from a wrong instruction", () => {
  expect(failureOf("dockerfile parse error line 4: unknown instruction: PIP")).toMatchObject({
    message: "Dockerfile:4: unknown instruction: PIP",
    hint: expect.stringContaining("here-documents"),
  });
});
