import { expect, test } from "@jest/globals";

import type { BuildRules } from "../../../src/builders/docker/built-stages.ts";
import type { ContextEntry } from "../../../src/builders/docker/context.ts";
import { parseDockerfile } from "../../../src/builders/docker/dockerfile.ts";
import { enteringFiles } from "../../../src/builders/docker/entering-files.ts";
import { sourceMatcher } from "../../../src/builders/docker/match-source.ts";

const names = [
  "Dockerfile",
  "README.md",
  "manifest.yaml",
  "requirements.txt",
  "requirements-dev.txt",
  "src",
  "src/lib",
  "src/lib/net.py",
  "src/train.py",
];
const links: Readonly<Record<string, string>> = { "data/now": "v1", "here/inner/now": "v1" };
const context = {
  dockerfile: { path: "Dockerfile", bytes: Buffer.of(), name: "Dockerfile", isAdded: false },
  entries: new Map(
    [...names, "data/v1/a.csv", ...Object.keys(links)].map((name): [string, ContextEntry] => {
      const target = links[name];
      const kind = target !== undefined ? "symlink" : name === "src" ? "directory" : "file";
      return [name, { name, kind, executable: false, content: target ?? name }];
    }),
  ),
};

function enters(text: string, changes: Partial<BuildRules> = {}): ReturnType<typeof enteringFiles> {
  const buildArgs = changes.buildArgs ?? {};
  return enteringFiles(context, {
    dockerfile: parseDockerfile(text, { buildArgs, platform: "linux/amd64" }),
    path: "Dockerfile",
    target: undefined,
    buildArgs,
    hasTriggers: () => false,
    ...changes,
  });
}

const SRC = ["src", "src/lib", "src/lib/net.py", "src/train.py"];

test.each<[string, string, readonly string[]]>([
  ["nothing", "RUN echo", []],
  ["a file", "COPY README.md /", ["README.md"]],
  ["a folder, with all below it", "COPY src /src", SRC],
  ["a folder with a slash", "COPY ./src/ /src/", SRC],
  ["several", "COPY README.md src/train.py /x/", ["README.md", "src/train.py"]],
  ["a list in JSON", 'COPY ["README.md", "/x/"]', ["README.md"]],
  ["a pattern", "COPY req*.txt ./", ["requirements.txt", "requirements-dev.txt"]],
  ["a pattern for one letter", "COPY src/t?ain.py ./", ["src/train.py"]],
  ["a pattern in a folder's name", "COPY s*/lib ./", ["src/lib", "src/lib/net.py"]],
  ["a pattern that stops at folders", "COPY src/*.py ./", ["src/train.py"]],
  [
    "a pattern over folders",
    "COPY src/**/net.py ./",
    ["src/lib", "src/lib/net.py", "src/train.py"],
  ],
  ["letters in brackets, all of the folder", "COPY src/[t]* ./", SRC.slice(1)],
  ["a path that goes out and in", "COPY ../src/../README.md ./", ["README.md"]],
  ["options", "COPY --chown=1:1 --chmod=755 --link README.md ./", ["README.md"]],
  ["what another stage has", "COPY --from=0 src ./", []],
  ["what an image has", "COPY --from=python:3.12 src ./", []],
  ["an address", "ADD https://example.org/src ./", []],
  ["an address and a file", "ADD https://example.org/a README.md ./", ["README.md"]],
  [
    "lines that are continued",
    "COPY README.md \\\n # remark\n\n src/train.py ./",
    ["README.md", "src/train.py"],
  ],
  ["a word on two lines", "COPY READ\\\nME.md ./", ["README.md"]],
  ["small letters", "copy README.md ./", ["README.md"]],
  ["a folder with a link in it", "COPY here ./", ["here/inner/now"]],
  ["a mount of a cache", "RUN --mount=type=cache,target=/c --mount=type=secret,id=A make", []],
  ["a mount of a stage", "RUN --mount=from=0,target=/c make", []],
])("%s enters an image by %j", (_what, line, entering) => {
  const { names: found, allBecause } = enters(`FROM base AS first\n${line}\n`);

  expect(allBecause).toBeUndefined();
  expect([...found].toSorted()).toEqual(["Dockerfile", ...entering].toSorted());
});

test.each<[string, string]>([
  ["a variable", "ARG A=src\nCOPY $A /"],
  ["quotes", 'COPY "src" /'],
  ["an escape", "COPY a\\ b /"],
  ["a variable in an option", "ARG A=0\nCOPY --from=$A src /"],
  ["an option that is not known", "COPY --surprise src /"],
  ["a here-document", "COPY <<EOF /file\ntext\nEOF"],
  ["a here-document of RUN", "RUN cat <<EOF\nCOPY nothing\nEOF"],
  ["a mount of the context", "RUN --mount=type=bind,target=/c make"],
  ["a mount without a type", "RUN --mount=target=/c make"],
  ["ONBUILD", "ONBUILD COPY . /"],
  ["a word that is no instruction", "TAKE src /"],
  ["a list that is no JSON", "COPY [src /"],
  ["an end that is escaped twice", "RUN echo \\\\\nCOPY src /"],
  ["a here-document of a stage that is not built", "RUN <<EOF\nEOF\nFROM base\nCOPY src /"],
  ["a space that is none for everybody", "COPY src\uFEFFREADME.md /"],
  ["an escape before a strange space", "RUN a \\\u00A0\nCOPY src /"],
  ["a link", "COPY data/now /"],
  ["a pattern that finds a link", "COPY data/* /"],
  ["a path through a link", "COPY data/now/a.csv /"],
])("with %s every file counts", (_what, lines) => {
  const { names: found, allBecause } = enters(`FROM base\n${lines}\n`);

  expect(allBecause).toMatch(/Dockerfile/);
  expect(found.size).toBe(context.entries.size);
});

test.each<[string, string, Partial<BuildRules>]>([
  ["a base image that nobody has looked into", "FROM base", { hasTriggers: () => undefined }],
  ["a base image with ONBUILD", "FROM base", { hasTriggers: () => true }],
  ["a frontend of its own", "# syntax=example.org/frontend\nFROM base", {}],
  ["a frontend by argument", "FROM base", { buildArgs: { BUILDKIT_SYNTAX: "example.org/a" } }],
  ["a frontend that only some see", "#!/bin/frontend\n# syntax=example.org/a\nFROM base", {}],
  ["something before the first stage", '{ "syntax": "example.org/a" }\nFROM base', {}],
  ["another sign for escapes", "# escape=`\nFROM base", {}],
  ["a target that is not there", "FROM base", { target: "none" }],
  ["two stages of one name", "FROM base AS a\nFROM base AS A", {}],
  ["no stage", "RUN echo", {}],
])("with %s every file counts", (_what, text, changes) => {
  const { names: found, allBecause } = enters(`${text}\n`, changes);

  expect(allBecause).toBeDefined();
  expect(found.size).toBe(context.entries.size);
});

test("the frontend that Docker has itself may be named", () => {
  for (const syntax of [
    "docker/dockerfile:1",
    "docker.io/docker/dockerfile:1.7",
    "docker/dockerfile",
  ])
    expect(enters(`# syntax=${syntax}\nFROM base\nCOPY README.md /\n`).allBecause).toBeUndefined();
});

test("only the stages that are built count", () => {
  const text = `FROM base AS tools
COPY README.md /
FROM base AS tests
COPY . /
FROM tools AS train
COPY --from=0 /x /y
COPY src/train.py /
FROM train AS report
COPY src/lib /lib
`;

  const of = (target: string | undefined): readonly string[] =>
    [...enters(text, { target }).names].toSorted();
  expect(of("train")).toEqual(["Dockerfile", "README.md", "src/train.py"]);
  expect(of(undefined)).toEqual([
    "Dockerfile",
    "README.md",
    "src/lib",
    "src/lib/net.py",
    "src/train.py",
  ]);
  expect(of("0")).toEqual(["Dockerfile", "README.md"]);
  expect(of("TESTS")).toHaveLength(context.entries.size);
});

test("a pattern that no name ends is matched at once", () => {
  const standing = sourceMatcher(`${"*a".repeat(60)}b`);

  expect(standing(["a".repeat(200)])).toBe("neither");
  expect(standing([`${"a".repeat(200)}b`])).toBe("itself");
});
