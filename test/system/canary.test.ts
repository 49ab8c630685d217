import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";

import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Dockerode from "dockerode";
import { extract } from "tar-stream";

import { atStep, finished, logOf } from "../support/experiments.ts";
import { startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";
import { waitFor } from "../support/wait-for.ts";

const docker = new Dockerode();
let platform: TestPlatform;
let projects: Projects;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

/** What every encoding writes otherwise, around what is found nowhere else. */
const CANARY = `c4n4ry ${randomBytes(12).toString("hex")} "é&</+>'`;
/** Found where the canary must not be: so not finding the other means something. */
const MARKER = `marker-${randomBytes(12).toString("hex")}`;

const TOLD = new RegExp(`told ${MARKER}$`, "m");

const bytes = Buffer.from(CANARY);
/** Beginnings and ends of base64 depend on what stands beside it: what is left does not. */
const inBase64 = (before: string): string =>
  Buffer.from(`${before}${CANARY}`).toString("base64").slice(4, 36);
const DISGUISES = [
  CANARY,
  JSON.stringify(CANARY).slice(1, -1),
  encodeURIComponent(CANARY),
  encodeURIComponent(CANARY).replaceAll("'", "%27"),
  encodeURIComponent(CANARY).replaceAll("'", "%27").replaceAll("%20", "+"),
  bytes.toString("hex"),
  bytes.toString("hex").toUpperCase(),
  inBase64(""),
  inBase64("a"),
  inBase64("ab"),
  // What a disguise that nobody thought of may still have.
  CANARY.split(" ")[1] ?? "",
].map((text) => Buffer.from(text));

const revealedIn = (place: Buffer | string): readonly string[] => {
  const all = Buffer.from(place);
  return DISGUISES.filter((disguise) => all.includes(disguise)).map(String);
};

const TELL = `
import base64, json, os, sys, urllib.parse
value = open(sys.argv[1]).read() if len(sys.argv) > 1 else os.environ["CANARY"]
raw = value.encode()
print("plain", value)
print("base64", base64.b64encode(raw).decode(), base64.urlsafe_b64encode(b"x" + raw).decode())
print("hex", raw.hex(), raw.hex().upper())
print("url", urllib.parse.quote(value, safe=""), urllib.parse.quote_plus(value))
print("json", json.dumps(value), json.dumps(value, ensure_ascii=False))
print("told ${MARKER}", flush=True)
`;

const mounted = "RUN --mount=type=secret,id=CANARY,required=true";
const repository = {
  // The whole value is used, and nothing of it is left: only how long it is.
  Dockerfile: `FROM assay/python-numpy:local
COPY tell.py /tell.py
ARG MARKER
${mounted} python3 /tell.py /run/secrets/CANARY && wc -c < /run/secrets/CANARY > /length && sleep 2
RUN echo $MARKER > /marker
`,
  "tell.py": TELL,
  "manifest.yaml": `secrets: [CANARY]
builder: { buildArgs: { MARKER: ${MARKER} } }
spec:
  operator: jobset
  command: python3 /tell.py && until [ -e /assay/input/go ]; do sleep 0.1; done; cat /length
  types:
    worker: { resources: { cpus: 0.5, memory: 0.25 } }
`,
};

test("a secret of a build and its run is in no image, log, cache, answer, row or list of processes", async () => {
  const copy = await projects.create("canary", repository);
  await platform.call("PUT", "/api/v1/projects/canary/secrets/CANARY", { value: CANARY });
  const log = (step: string) => logOf(platform, "canary#1", `?step=${step}`);
  const tells = (step: string) =>
    waitFor(`${step} to tell`, async () => TOLD.test(await log(step)), 60);
  await copy.commit("exp: sing");
  const terminal = await copy.push();
  await atStep(platform, "canary#1", "Building");
  await tells("Building");
  const building = await processes();
  await tells("Running");
  const running = await processes();
  const plain = { "content-type": "application/octet-stream" };
  await platform.call("PUT", "/api/v1/projects/canary/buckets/input/objects/go", {}, plain);

  const experiment = await finished(platform, "canary#1");

  expect(experiment.status).toBe("Succeeded");
  expect(await logOf(platform, "canary#1")).toMatch(new RegExp(`\n${bytes.length}\n$`));
  const image = docker.getImage(experiment.image.digest);
  const places = {
    "image's layers": await saved(await image.get()),
    "image's settings": JSON.stringify(await image.inspect()),
    "image's history": JSON.stringify(await image.history()),
    "build cache": JSON.stringify(await docker.df()),
    "log of Building": await log("Building"),
    "log of Running": await log("Running"),
    "API's answers": await answers(experiment),
    "database's rows": await rows(),
    "processes while it was built": building,
    "processes while it ran": running,
    "pusher's terminal": terminal,
  };
  const found = Object.entries(places).filter(([, place]) => revealedIn(place).length > 0);
  expect(found.map(([name, place]) => [name, revealedIn(place)])).toEqual([]);
  const markerIsIn = Object.entries(places).flatMap(([name, place]) =>
    place.includes(MARKER) ? name : [],
  );
  expect(markerIsIn).toEqual(
    expect.arrayContaining([
      "image's layers",
      "image's history",
      "log of Building",
      "log of Running",
      "API's answers",
      "database's rows",
    ]),
  );
  expect(places["log of Running"]).toContain("plain ***\nbase64 ");
});

test("a build that fails with a secret on its lips does not say it", async () => {
  const copy = await projects.create("failing", {
    ...repository,
    Dockerfile: `FROM assay/python-numpy:local
COPY tell.py /tell.py
${mounted} python3 /tell.py /run/secrets/CANARY; cat /run/secrets/CANARY >&2; exit 7
`,
  });
  await platform.call("PUT", "/api/v1/projects/failing/secrets/CANARY", { value: CANARY });
  await copy.commit("exp: sing");
  await copy.push();

  const { status, steps } = await finished(platform, "failing#1");

  expect(status).toBe("Failed");
  expect(steps[2].exception).toMatchObject({ kind: "BuildFailed", exitCode: 7 });
  expect(steps[2].exception.logTail).toContain("plain ***");
  expect(revealedIn(JSON.stringify(steps))).toEqual([]);
  expect(revealedIn(await logOf(platform, "failing#1", "?step=Building"))).toEqual([]);
  expect(revealedIn(await rows())).toEqual([]);
});

/** The command lines of every process of this machine. */
async function processes(): Promise<string> {
  const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = ids.map((id) => readFile(`/proc/${id}/cmdline`, "utf8").catch(() => ""));
  return (await Promise.all(lines)).join("\n");
}

/** Whatever a reader of the API may ask about it. */
async function answers(experiment: {
  readonly id: string;
  readonly runs: readonly { readonly id: string }[];
}): Promise<string> {
  const paths = [
    `experiments/${experiment.id}`,
    "experiments",
    `experiments/${experiment.id}/fields`,
    `experiments/${experiment.id}/logs`,
    `runs/${experiment.runs[0]?.id}`,
    "projects/canary",
    "projects/canary/secrets",
    "projects/canary/deliveries",
    "queue",
    "engines",
  ];
  const bodies = paths.map(async (path) => (await platform.call("GET", `/api/v1/${path}`)).body);
  return JSON.stringify(await Promise.all(bodies));
}

/** Every row of every table, as text. */
async function rows(): Promise<string> {
  const texts: string[] = [];
  for (const table of Object.keys(await platform.rowCounts())) {
    const { rows: all } = await platform.knex.raw("select to_jsonb(t)::text as text from ?? t", [
      table,
    ]);
    for (const { text } of all) texts.push(text);
  }
  return texts.join("\n");
}

/** The bytes of every file of a saved image; a layer is a tar of its own, uncompressed, so its files lie in it as they are. */
async function saved(tar: AsyncIterable<unknown>): Promise<Buffer> {
  const reader = extract();
  const files: Uint8Array[] = [];
  const written = (async () => {
    for await (const chunk of tar) if (!reader.write(chunk)) await drained(reader);
    reader.end(undefined);
  })();
  for await (const entry of reader)
    for await (const chunk of entry) if (chunk instanceof Uint8Array) files.push(chunk);
  await written;
  return Buffer.concat(files);
}

const drained = (reader: ReturnType<typeof extract>): Promise<void> =>
  new Promise((resolve) => {
    reader.once("drain", () => resolve());
  });
