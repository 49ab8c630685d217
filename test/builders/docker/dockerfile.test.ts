import { expect, test } from "@jest/globals";

import { parseDockerfile } from "../../../src/builders/docker/dockerfile.ts";
import { findInstruction } from "../../../src/builders/docker/find-instruction.ts";

const parse = (
  text: string,
  buildArgs: Readonly<Record<string, string>> = {},
): ReturnType<typeof parseDockerfile> =>
  parseDockerfile(text, { buildArgs, platform: "linux/arm64" });
const imagesOf = (text: string, buildArgs?: Readonly<Record<string, string>>): string[] =>
  parse(text, buildArgs).images.map(({ name }) => name);

test("images are what FROM names, without stages and scratch", () => {
  const text = `
from python:3.12 as Build
FROM --platform=$BUILDPLATFORM golang@sha256:abc AS go
FROM build
FROM scratch
FROM "debian:12"
`;

  expect(imagesOf(text)).toEqual(["python:3.12", "golang@sha256:abc", "debian:12"]);
});

test.each<[string, Readonly<Record<string, string>>, string]>([
  ["ARG TAG=3.12\nFROM python:$TAG", {}, "python:3.12"],
  ["ARG TAG=3.12\nFROM python:$TAG", { TAG: "3.13" }, "python:3.13"],
  ["ARG TAG\nFROM python:${TAG:-slim}", {}, "python:slim"],
  ["ARG TAG\nFROM python:${TAG:-slim}", { TAG: "" }, "python:slim"],
  ["ARG TAG=\nFROM python:${TAG-slim}", {}, "python:"],
  ["ARG GPU=1\nFROM python${GPU:+-cuda}", {}, "python-cuda"],
  ["ARG A=x B='y'\nARG C=${A}-${B}\nFROM $C", {}, "x-y"],
  ["ARG A\nARG B=inner\nFROM ${A:-${B}}", {}, "inner"],
  ["FROM image-$TARGETARCH-$BUILDOS", {}, "image-arm64-linux"],
  ["FROM python:$NOT_DECLARED", { NOT_DECLARED: "x" }, "python:"],
])("%j with %j names %s", (text, buildArgs, image) => {
  expect(imagesOf(text, buildArgs)).toEqual([image]);
});

test("images are also what COPY --from and mounts name", () => {
  const text = `FROM a AS one
COPY --from=one /x /y
COPY --chown=1:1 --from=tools:2 /x /y
COPY --from=0 /x /y
RUN --mount=type=bind,from=data,target=/d --mount=type=cache,target=/c true
RUN --mount=from=more,target=/m true
`;

  expect(imagesOf(text)).toEqual(["a", "tools:2", "data", "more"]);
});

test("instructions keep their line through continuations, comments and here-documents", () => {
  const text = `# syntax=docker/dockerfile:1
# escape=\\

FROM a
RUN one && \\
    # a comment inside

    two
COPY <<-'EOF' /file
\tFROM not-an-image
\tEOF
RUN cat <<A <<B
FROM neither
A
B
RUN echo $((1 << 2)) <<unfinished
CMD ["x"]
`;

  const { syntax, stages, images } = parse(text);

  expect(syntax).toBe("docker/dockerfile:1");
  expect(images.map(({ name }) => name)).toEqual(["a"]);
  expect(stages[0]?.instructions.map(({ line, keyword }) => [line, keyword])).toEqual([
    [5, "RUN"],
    [9, "COPY"],
    [12, "RUN"],
    [16, "RUN"],
    [17, "CMD"],
  ]);
  expect(stages[0]?.instructions[0]?.text).toBe("RUN one && two");
});

test("a backtick continues lines where the escape directive says so", () => {
  const { stages } = parse("# escape=`\r\nFROM a\r\nRUN one `\r\n  two\r\nRUN C:\\\r\n");

  expect(stages[0]?.instructions.map(({ line, text }) => [line, text])).toEqual([
    [3, "RUN one two"],
    [5, "RUN C:\\"],
  ]);
});

test("a step is found by its place in its stage, whatever variables did to its text", () => {
  const dockerfile = parse(`FROM a AS build
WORKDIR /app
ENV X=1
RUN make $X
FROM build
COPY a /b
RUN test
`);
  const lineOf = (step: string): number | undefined => findInstruction(dockerfile, step)?.line;

  expect(lineOf("[build 1/3] FROM docker.io/library/a:latest@sha256:1")).toBe(1);
  expect(lineOf("[build 2/3] WORKDIR /app")).toBe(2);
  expect(lineOf("[build 3/3] RUN make 1")).toBe(4);
  expect(lineOf("[linux/amd64 build 3/3] RUN make 1")).toBe(4);
  expect(lineOf("[stage-1 1/2] COPY a /b")).toBe(6);
  expect(lineOf("[stage-1 2/2] RUN test")).toBe(7);
  expect(lineOf("[2/2] RUN test")).toBe(7);
  expect(lineOf("[stage-1 2/2] COPY elsewhere")).toBeUndefined();
  expect(lineOf("[internal] load build context")).toBeUndefined();
});

test("anything that is no Dockerfile is read without an error", () => {
  for (const text of ["", "\\", "FROM", "FROM $", "ARG", "COPY --from=", "RUN <<", "\uFEFFFROM a"])
    expect(parse(text).stages.length).toBeLessThan(2);
});
