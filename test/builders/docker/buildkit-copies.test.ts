import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { extract } from "tar-stream";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import { removeImagesOf } from "../../support/images.ts";
import { type ArchiveEntry, base, docker, ensureBaseImage, requestOf } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

/** Each file holds its own path, so that what is in an image tells where it came from. */
const paths = [
  "README.md",
  "a b/with space.txt",
  "data/v1/a.csv",
  "data/v2/b.csv",
  "requirements-dev.txt",
  "requirements.txt",
  "src/.hidden",
  "src/lib/deep/net.py",
  "src/lib/net.py",
  "src/train.py",
  "src2/train.py",
  "x[1]/odd.txt",
];
const links = { "data/now": "v1", "src/lib/up": "../train.py" };
const entries: readonly ArchiveEntry[] = [
  ...paths.map((name) => ({ name, text: name })),
  ...Object.entries(links).map(([name, linkname]): ArchiveEntry => ({
    name,
    type: "symlink",
    linkname,
  })),
];

/** What BuildKit takes by a line, and what of the context counts because of it. */
const lines: readonly string[] = [
  "COPY . TO",
  "COPY src TO",
  "COPY ./src/ TO",
  "COPY /src/lib TO",
  "COPY src/../README.md TO",
  "COPY src/*.py TO",
  "COPY s* TO",
  "COPY s*/train.py TO",
  "COPY *s?c/l* TO",
  "COPY src/.h* TO",
  "COPY src/* TO",
  "COPY requirements*.txt README.md TO",
  "COPY *.md r*.txt TO",
  "COPY [^s]* TO",
  "COPY src/[lt]* TO",
  "COPY x[[]1]/odd.txt TO",
  "COPY data/now TO",
  "COPY data/now/a.csv TO",
  "COPY data/*/a.csv TO",
  "COPY data/v? TO",
  'COPY ["a b/with space.txt", "TO"]',
  "ADD src/train.py TO",
  "ADD --chown=1:1 src TO",
  "COPY --chown=1:1 src/tra\\\nin.py TO",
  "COPY src/train.py \\\n# a remark\n\n  README.md TO",
  "copy README.md TO",
];

test("whatever BuildKit copies into an image counts", async () => {
  const text = lines.map((line, index) => line.replace("TO", `/out/${index}/`)).join("\n");
  const image = await builder.build(
    requestOf([{ name: "Dockerfile", text: `FROM ${base}\n${text}\n` }, ...entries]),
    async () => {},
    new AbortController().signal,
  );

  const copied = await contentsBelow("out", image.digest);
  for (const [index, line] of lines.entries()) {
    const dockerfile = `FROM ${base}\n${line.replace("TO", "/out/")}\n`;
    const request = requestOf([{ name: "Dockerfile", text: dockerfile }, ...entries]);
    const { parts } = await builder.imageKey(request);
    const taken = (copied.get(String(index)) ?? []).filter((content) => paths.includes(content));
    const uncounted = taken.filter((path) => parts[`file:${path}`] === undefined);
    expect([line, taken.length > 0, uncounted]).toEqual([line, true, []]);
  }
});

test("what BuildKit does not copy does not count, where it can be told", async () => {
  const request = requestOf([
    { name: "Dockerfile", text: `FROM ${base}\nCOPY requirements*.txt /\nCOPY src/lib /lib\n` },
    ...entries,
  ]);

  const { parts } = await builder.imageKey(request);

  const counted = Object.keys(parts).flatMap((name) => /^file:(.*)$/.exec(name)?.[1] ?? []);
  expect(counted).toEqual([
    "Dockerfile",
    "requirements-dev.txt",
    "requirements.txt",
    "src/lib/deep/net.py",
    "src/lib/net.py",
    "src/lib/up",
  ]);
});

/** The contents of the files below each folder of a folder of an image. */
async function contentsBelow(
  folder: string,
  image: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const container = await docker.createContainer({ Image: image, Cmd: ["true"] });
  const found = new Map<string, string[]>();
  try {
    const tar = await container.getArchive({ path: `/${folder}` });
    const reader = extract();
    tar.pipe(reader);
    for await (const entry of reader) {
      const [, below = ""] = entry.header.name.split("/");
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
      const content = Buffer.concat(chunks).toString("utf8");
      if (content !== "") found.set(below, [...(found.get(below) ?? []), content]);
    }
  } finally {
    await container.remove();
  }
  return found;
}
