import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import type { BuildRequest } from "../../../src/core/builder.ts";
import { removeImagesOf } from "../../support/images.ts";
import { base, docker, ensureBaseImage, keepLog, requestOf } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });
const from = `FROM ${base}\n`;

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

interface Failure {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly request?: Partial<BuildRequest>;
  readonly message: RegExp;
  readonly hint?: RegExp;
  readonly exitCode?: number;
}

const failures: readonly Failure[] = [
  {
    what: "a command that fails",
    files: {
      Dockerfile: `${from}\n# comment\nENV CODE=7\nRUN echo hi && \\\n  # why\n  exit $CODE\n`,
    },
    message: /^Dockerfile:5: RUN echo hi && exit \$CODE: exit code 7$/,
    exitCode: 7,
  },
  {
    what: "a command that is not there",
    files: { Dockerfile: `${from}RUN no-such-program\n` },
    message: /^Dockerfile:2: RUN no-such-program: exit code 127$/,
    hint: /command was not found/,
    exitCode: 127,
  },
  {
    what: "a program that is not there",
    files: { Dockerfile: `${from}RUN ["no-such-program"]\n` },
    message:
      /^Dockerfile:2: RUN .*: its program cannot be run: exec: "no-such-program": executable file not found/,
  },
  {
    what: "a command of a named stage, in a Dockerfile elsewhere",
    files: {
      "docker/gpu": `${from.trim()} AS make\nRUN true\nRUN false\n${from}COPY --from=make / /\n`,
    },
    request: { dockerfile: "docker/gpu" },
    message: /^docker\/gpu:3: RUN false: exit code 1$/,
    exitCode: 1,
  },
  {
    what: "a command whose text speaks of a full disk",
    files: { Dockerfile: `${from}RUN exit 3; echo : no space left on device\n` },
    message: /^Dockerfile:2: RUN exit 3; .*: exit code 3$/,
    exitCode: 3,
  },
  {
    what: "an unknown instruction",
    files: { Dockerfile: `${from}\nRUNN true\n` },
    message: /^Dockerfile:3: unknown instruction: RUNN/,
  },
  {
    what: "an empty Dockerfile",
    files: { Dockerfile: "" },
    message: /^Dockerfile: .*cannot be empty/,
  },
  {
    what: "an argument without a value in FROM",
    files: { Dockerfile: `ARG BASE\nFROM \${BASE}\n` },
    message: /^Dockerfile: base name .* should not be blank/,
  },
  {
    what: "a COPY of what is not there",
    files: { Dockerfile: `${from}WORKDIR /app\nCOPY model.bin /\n` },
    message: /^Dockerfile:3: COPY model\.bin \/: there is no model\.bin in the build context\.$/,
    hint: /relative to the build context/,
  },
  {
    what: "a COPY of what is ignored",
    files: { Dockerfile: `${from}COPY data /\n`, "data/a": "", ".dockerignore": "data" },
    message: /^Dockerfile:2: COPY data \/: there is no data in the build context\.$/,
    hint: /\.dockerignore leaves it out/,
  },
  {
    what: "a COPY of what lies outside of the context",
    files: { "app/Dockerfile": `${from}COPY shared /\n`, "shared/a": "" },
    request: { context: "app" },
    message: /^app\/Dockerfile:2: COPY shared \/: there is no shared in the build context\.$/,
    hint: /not in the build context app/,
  },
  {
    what: "an unknown target",
    files: { Dockerfile: `${from.trim()} AS train\n` },
    request: { target: "trian" },
    message: /^Dockerfile has no stage named trian\.$/,
    hint: /Its stages are train/,
  },
  {
    what: "an image that cannot be had",
    files: { Dockerfile: "ARG TAG\nFROM registry.invalid/team/image:$TAG\n" },
    request: { buildArgs: { TAG: "3" } },
    message:
      /^Dockerfile:2: FROM registry\.invalid\/team\/image:\$TAG: registry\.invalid\/team\/image:3 is not on the build machine, and its registry cannot be reached \(.+\)\.$/,
    hint: /docker pull, docker load/,
  },
  {
    what: "an image that COPY names and that cannot be had",
    files: { Dockerfile: `${from}RUN true\nCOPY --from=registry.invalid/tools /a /b\n` },
    message: /^Dockerfile:3: COPY .* registry\.invalid\/tools is not on the build machine/,
    hint: /docker pull, docker load/,
  },
  {
    what: "a frontend that cannot be had",
    files: { Dockerfile: `# syntax=registry.invalid/docker/dockerfile:1\n${from}` },
    message: /^Dockerfile: the build frontend of its "# syntax=.*" line cannot be pulled/,
    hint: /Remove the # syntax= line/,
  },
];

test.each(failures.map((failure) => [failure.what, failure] as const))(
  "%s is told with its place, and is the user's fault",
  async (_what, { files, request, message, hint = /^undefined$/, exitCode }) => {
    const { signal } = new AbortController();

    const built = builder.build(requestOf(files, request), async () => {}, signal);

    const error: unknown = await built.catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: "BuildFailedError", exitCode });
    expect(error).toHaveProperty("message", expect.stringMatching(message));
    expect(String(Object(error).hint)).toMatch(hint);
  },
);

test("the last output of a step that failed is in the log", async () => {
  const request = requestOf({ Dockerfile: `${from}RUN echo one; echo two; exit 1\n` });
  const { log, text } = keepLog();

  const built = builder.build(request, log, new AbortController().signal);

  await expect(built).rejects.toThrow("exit code 1");
  expect(text()).toMatch(/^#(\d+) one\n#\1 two\n#\1 ERROR: .*exit code: 1$/m);
});
