import { createHash, randomBytes, randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { extract } from "tar-stream";

import { DockerBuilder } from "../../../src/builders/docker/builder.ts";
import { removeImagesOf } from "../../support/images.ts";
import { base, docker, ensureBaseImage, keepLog, requestOf } from "./support.ts";

const installation = randomUUID();
const builder = new DockerBuilder({ docker, installation });
const { signal } = new AbortController();

beforeAll(ensureBaseImage, 120_000);
afterAll(() => removeImagesOf(installation));

const useSecret =
  "RUN --mount=type=secret,id=TOKEN,required=true sha256sum /run/secrets/TOKEN | tee /used";
const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

test("a secret reaches the step that mounts it, and is in no log, history, label or layer", async () => {
  const secret = randomBytes(24).toString("hex");
  const argument = randomBytes(24).toString("hex");
  const request = requestOf(
    { Dockerfile: `FROM ${base}\nARG GIVEN\n${useSecret}\nRUN echo $GIVEN > /given\n` },
    { secrets: { TOKEN: secret }, buildArgs: { GIVEN: argument } },
  );
  const { log, text } = keepLog();

  const { digest } = await builder.build(request, log, signal);

  const image = docker.getImage(digest);
  const known = JSON.stringify([await image.inspect(), await image.history()]);
  const saved = Buffer.concat(await filesOf(await image.get()));
  expect(text()).toContain(sha256(secret));
  expect(saved.includes(sha256(secret))).toBe(true);
  // What must be found, so that not finding the other means something.
  expect(known).toContain(argument);
  expect(saved.includes(argument)).toBe(true);
  for (const place of [
    known,
    text(),
    Buffer.from(JSON.stringify((await builder.imageKey(request)).parts)),
  ])
    expect(place.includes(secret)).toBe(false);
  expect(saved.includes(secret)).toBe(false);
});

test("a secret whose value changed is used anew, though nothing else did", async () => {
  const files = { Dockerfile: `FROM ${base}\n${useSecret}\n` };
  const old = requestOf(files, { secrets: { TOKEN: "old" }, secretVersions: { TOKEN: 1 } });
  const rotated = { ...old, secrets: { TOKEN: "new" }, secretVersions: { TOKEN: 2 } };
  const { log, text } = keepLog();

  await builder.build(old, async () => {}, signal);
  await builder.build(rotated, log, signal);

  expect(text()).toContain(sha256("new"));
});

test("projects that build the same at once each get their own secret", async () => {
  const files = { Dockerfile: `FROM ${base}\n${useSecret}; sleep 0.3\n` };
  const values = ["first", "second", "third"];

  const logs = await Promise.all(
    values.map(async (TOKEN) => {
      const { log, text } = keepLog();
      await builder.build(requestOf(files, { secrets: { TOKEN } }), log, signal);
      return text();
    }),
  );

  values.forEach((value, index) => expect(logs[index]).toContain(sha256(value)));
});

test("a step that needs a secret which is not there fails, and says which", async () => {
  const request = requestOf({ Dockerfile: `FROM ${base}\n${useSecret}\n` });

  await expect(builder.build(request, async () => {}, signal)).rejects.toMatchObject({
    name: "BuildFailedError",
    message: expect.stringMatching(/^Dockerfile:2: RUN .*: the build has no secret TOKEN\.$/),
  });
});

test("a step that runs longer than the Engine waits for a silent session gets its secret", async () => {
  const request = requestOf(
    { Dockerfile: `FROM ${base}\nRUN sleep 7\n${useSecret}\n` },
    { secrets: { TOKEN: "patient" } },
  );
  const { log, text } = keepLog();

  await builder.build(request, log, signal);

  expect(text()).toContain(sha256("patient"));
});

test("a step that asks for an ssh agent fails, and says what to do instead", async () => {
  const request = requestOf({
    Dockerfile: `FROM ${base}\nRUN --mount=type=ssh,required=true true\n`,
  });

  await expect(builder.build(request, async () => {}, signal)).rejects.toMatchObject({
    name: "BuildFailedError",
    message: expect.stringMatching(/^Dockerfile:2: RUN .*: the build has no ssh agent\.$/),
    hint: expect.stringContaining("https"),
  });
});

/** The bytes of every file of a saved image, those of its layers too. */
async function filesOf(tar: AsyncIterable<unknown>): Promise<Buffer[]> {
  const reader = extract();
  const files: Buffer[] = [];
  const written = (async () => {
    for await (const chunk of tar) reader.write(chunk);
    reader.end(undefined);
  })();
  for await (const entry of reader) {
    const chunks: Uint8Array[] = [];
    for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
    // A layer is a tar of its own, uncompressed, so its files' bytes lie in it as they are.
    files.push(Buffer.concat(chunks));
  }
  await written;
  return files;
}
