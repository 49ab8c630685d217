import { randomUUID } from "node:crypto";

import { afterAll, beforeAll, expect, test } from "@jest/globals";

import { STEPS } from "../../src/core/experiment.ts";
import { readEvents } from "../support/event-stream.ts";
import { atStep, finished, logOf, repositoryFiles } from "../support/experiments.ts";
import type { WorkingCopy } from "../support/git.ts";
import { type Answer, startPlatform, type TestPlatform } from "../support/platform.ts";
import { Projects } from "../support/projects.ts";

let platform: TestPlatform;
let projects: Projects;
let lab: WorkingCopy;

beforeAll(async () => {
  platform = await startPlatform();
  projects = new Projects(platform);
  lab = await projects.create("lab", FILES);
});
afterAll(async () => {
  await projects.remove();
  await platform.stop();
});

/** A manifest for the dummy engine; `top` are its first lines. */
function manifest(command: string, top = "tags: []"): string {
  const options = { top, spec: "engineName: dummy" };
  return repositoryFiles(command, options)["manifest.yaml"] ?? "";
}

/** One image for all: nothing of the repository enters it. */
const FILES = {
  Dockerfile: "FROM assay/busybox:local\n",
  ".dockerignore": "*\n",
  "manifest.yaml": manifest("true"),
  "manifests/train.yaml": manifest(
    'echo "lr $PARAM_LR word $WORD"',
    "name: from the manifest\ndescription: of it\ntags: [small]\nparams: { lr: 0.1 }",
  ),
  "manifests/approval.yaml": manifest(
    "true",
    "approval: true\nname: from the manifest\ndescription: of it\ntags: [small]\nmetadata: { note: its, more: 1 }",
  ),
  "manifests/long.yaml": manifest("sleep 600"),
  "manifests/group.yaml": manifest("sleep 600", "concurrency: { group: gpu-a, limit: 1 }"),
};

const submit = (body: object, headers: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  platform.call("POST", "/api/v1/experiments", { project: "lab", ...body }, headers);

/** A verb of an experiment. */
const ask = (id: string, verb: string, body?: object): Promise<Answer> =>
  platform.call("POST", `/api/v1/experiments/${id}/${verb}`, body);

const numbers = async (query: string): Promise<readonly number[]> => {
  const { status, body } = await platform.call("GET", `/api/v1/experiments?${query}`);
  expect(status).toBe(200);
  return body.items.map(({ number }: { number: number }) => number);
};

test("a commit is submitted with a manifest, parameters, tags and variables of one's own", async () => {
  const commit = await lab.git("rev-parse", "HEAD");

  const { status, body, headers } = await submit({
    commit,
    manifest: "train",
    name: "by hand",
    description: "what for",
    params: { lr: 0.5 },
    env: { WORD: "given" },
    tags: ["mine"],
    priority: 3,
    timeout: "1h",
  });

  expect(status).toBe(201);
  expect(headers.get("location")).toBe(`/api/v1/experiments/${body.id}`);
  expect(body).toMatchObject({ status: "Created", triggeredBy: "submit", createdBy: "admin" });
  const experiment = await finished(platform, body.id);
  expect(experiment).toMatchObject({
    status: "Succeeded",
    name: "by hand",
    description: "what for",
    tags: ["mine", "small"],
    params: { lr: 0.5 },
    priority: 3,
    engine: "dummy",
    manifestPath: "manifests/train.yaml",
    manifest: { spec: { timeoutSeconds: 3600, env: { WORD: "given" } } },
    source: { kind: "commit", commit, message: expect.stringContaining("the beginning") },
  });
  expect(await logOf(platform, body.id)).toBe("lr 0.5 word given\n");
});

test("a branch is its head, and every submission is an experiment of its own", async () => {
  await lab.git("checkout", "--quiet", "-b", "idea");
  const commit = await lab.commit("an idea");
  await lab.push();
  await lab.git("checkout", "--quiet", "main");

  const first = await submit({ branch: "idea" });
  const second = await submit({ branch: "idea" });

  expect(first.body.source).toMatchObject({ commit, branch: "idea" });
  expect(second.body.number).toBe(first.body.number + 1);
  expect(second.body.source.commit).toBe(commit);
});

test("the same Idempotency-Key answers the same experiment, at once and later", async () => {
  const key = { "idempotency-key": randomUUID() };

  const atOnce = await Promise.all([1, 2, 3].map(() => submit({ name: "once" }, key)));
  const later = await submit({ name: "once" }, key);

  for (const { status } of [...atOnce, later]) expect(status).toBe(201);
  expect(new Set([...atOnce, later].map(({ body }) => body.id)).size).toBe(1);
  expect(await numbers("project=lab&q=once")).toHaveLength(1);
});

test("an Idempotency-Key that comes with another submission is refused, also at the same instant", async () => {
  const key = { "idempotency-key": randomUUID() };

  const atOnce = await Promise.all(["this", "that"].map((name) => submit({ name }, key)));
  const later = await submit({ name: "something else" }, key);

  expect(new Set(atOnce.map(({ status }) => status))).toEqual(new Set([201, 422]));
  expect(later.status).toBe(422);
  expect(later.body.detail).toMatch(
    /^This Idempotency-Key was sent with another request, which made lab#\d+\. /,
  );
});

test("a submission without a name is called as a push of the same commit is", async () => {
  const copy = await projects.create("named", FILES);
  await copy.commit(`exp: ${"🚀".repeat(80)}\n\nmore`);
  await copy.push();
  await copy.commit("tidy up\n\nmore", { "README.md": "tidy" });
  await copy.push();

  const { body: pushed } = await platform.call("GET", "/api/v1/experiments/named%231");
  const tagged = await submit({ project: "named", commit: pushed.source.commit });
  const plain = await submit({ project: "named" });
  const own = await submit({ project: "named", message: "exp[train]: in my words" });

  expect(pushed.name).toBe("🚀".repeat(72));
  expect(tagged.body.name).toBe(pushed.name);
  expect(plain.body.name).toBe("tidy up");
  expect(own.body.name).toBe("in my words");
});

test.each([
  ["manifest.yaml", "manifest.yaml"],
  ["manifests/train.yaml", "manifests/train.yaml"],
  ["train.yaml", "manifests/train.yaml"],
])("the manifest %s is the file that somebody who writes it means", async (written, path) => {
  const { body } = await submit({ manifest: written });

  expect(await finished(platform, body.id)).toMatchObject({
    status: "Succeeded",
    manifestPath: path,
  });
});

test.each([
  [{ commit: "a".repeat(40) }, 404, /^There is no commit a{40} in project lab\. Push it first\.$/],
  [{ branch: "nowhere" }, 404, /^There is no branch nowhere in project lab/],
  [{ project: "nowhere" }, 404, /^There is no project "nowhere"/],
  [{ manifest: "../secret.yaml" }, 422, /holds "\.\.": only files below manifests\/ can be named/],
  [{ manifest: "/etc/passwd" }, 422, /starts with \//],
  [{ commit: "abc123" }, 422, /^commit: Write the commit in full: 40 hexadecimal digits\.$/],
  [{ priority: 0 }, 422, /^priority must be 1 or more\.$/],
  [{ timeout: "soon" }, 422, /^timeout must be a time: /],
  [{ parms: {} }, 422, /^parms is not known, did you mean params\?/],
  [{ name: "half a \ud800 character" }, 422, /^name holds a NUL or half a character/],
])("a submission of %j is refused with %i and a sentence", async (body, status, detail) => {
  const before = await platform.rowCounts();

  const answer = await submit(body);

  expect(answer.status).toBe(status);
  expect(answer.body.detail).toMatch(detail);
  expect((await platform.rowCounts())["experiments"]).toBe(before["experiments"]);
});

test("a parameter that the manifest does not declare fails Cloning with what was meant", async () => {
  const { status, body } = await submit({ manifest: "train", params: { lt: 1 } });

  expect(status).toBe(201);
  const { steps } = await finished(platform, body.id);
  expect(steps[1]).toMatchObject({ status: "Failed", exception: { kind: "OverridesInvalid" } });
  expect(steps[1].exception.message).toBe(
    "params.lt: The manifest declares no parameter lt, did you mean lr?",
  );
});

test("an engine that is not there fails Cloning with those that are", async () => {
  const { body } = await submit({ engine: "moon" });

  const { steps } = await finished(platform, body.id);
  expect(steps[1]).toMatchObject({ status: "Failed" });
  expect(steps[1].exception.message).toMatch(/moon.*docker.*dummy/s);
});

test("the trailers of a commit are honoured", async () => {
  const files = {
    ...FILES,
    "manifest.yaml":
      repositoryFiles("echo $PARAM_LR", {
        top: "params: { lr: 0.1 }\npriority: 80\ntags: [small]",
      })["manifest.yaml"] ?? "",
  };
  const copy = await projects.create("trailers", files);
  await copy.commit(
    "exp: with trailers\n\nWhy it is done.\n\nExp-Name: given\nExp-Param: lr=0.25\nExp-Tag: one\nExp-Tag: two words\nExp-Priority: 7\nExp-Engine: dummy\nExp-Timeout: 90s\n",
  );

  const told = await copy.push();

  expect(told).toMatch(/trailers#1 started/);
  expect(await finished(platform, "trailers#1")).toMatchObject({
    status: "Succeeded",
    name: "given",
    params: { lr: 0.25 },
    tags: ["one", "two words", "small"],
    priority: 7,
    engine: "dummy",
    manifest: { spec: { timeoutSeconds: 90 } },
  });
  expect(await logOf(platform, "trailers#1")).toBe("0.25\n");
  const { body } = await submit({ project: "trailers", tags: ["by hand"], params: { lr: 1 } });
  expect(await finished(platform, body.id)).toMatchObject({
    name: "given",
    params: { lr: 1 },
    tags: ["by hand", "small"],
    priority: 7,
  });
  const again = await submit({ project: "trailers" });
  expect(await finished(platform, again.body.id)).toMatchObject({
    tags: ["one", "two words", "small"],
  });
});

test("an unknown trailer starts nothing and is told with a suggestion", async () => {
  await lab.commit("exp: with a typo\n\nExp-Parm: lr=1\n");

  expect(await lab.push()).toMatch(
    /remote: [0-9a-f]{7}: The trailer Exp-Parm is not known, did you mean Exp-Param\?/,
  );
});

test("what came first on a tag or branch that starts nothing starts with the branch that does", async () => {
  const copy = await projects.create("tag-first", FILES, { branches: ["main"] });
  const one = await copy.commit("exp: one");
  await copy.git("tag", "v1");
  expect(await copy.push("v1")).toMatch(/remote: Pushes of tags start nothing here/);
  expect(await copy.push("HEAD:main")).toMatch(/remote: tag-first#1 started/);

  const two = await copy.commit("exp: two");
  expect(await copy.push("HEAD:wip")).toMatch(/remote: Branch wip matches none/);
  expect(await copy.push("HEAD:main")).toMatch(/remote: tag-first#2 started/);

  const { body } = await platform.call("GET", "/api/v1/experiments?project=tag-first");
  expect(body.items.map(({ source }: { source: { commit: string } }) => source.commit)).toEqual([
    two,
    one,
  ]);
});

test("name, description and tags can be changed while it waits, and the manifest does not take them back", async () => {
  const { body } = await submit({ manifest: "approval" });
  const path = `/api/v1/experiments/${body.id}`;
  await atStep(platform, body.id, "Waiting", /^waiting for approval$/);

  const change = { name: "renamed", description: "better", tags: ["kept"] };
  const edited = await platform.call("PATCH", path, change);
  const fields = await platform.call("PUT", `${path}/fields`, { note: "mine" });

  expect([edited.status, fields.status]).toEqual([200, 200]);
  expect(edited.body).toMatchObject(change);
  await ask(body.id, "approve");
  expect(await finished(platform, body.id)).toMatchObject({
    ...change,
    tags: ["kept", "small"],
    fields: { note: "mine", more: 1 },
  });
  const refused = await platform.call("PATCH", path, { status: "Succeeded" });
  const detail = "status is not known; there is name, description, tags.";
  expect([refused.status, refused.body.detail]).toEqual([422, detail]);
});

test("fields are replaced and merged, and nobody overwrites what they have not read", async () => {
  const { body } = await submit({ manifest: "approval" });
  const path = `/api/v1/experiments/${body.id}/fields`;

  const put = await platform.call("PUT", path, { loss: 1, by: { epoch: 2 } });
  const etag = put.headers.get("etag") ?? "";
  const merged = await platform.call(
    "PATCH",
    path,
    { loss: null, by: { step: 3 } },
    { "if-match": etag },
  );
  const stale = await platform.call("PUT", path, {}, { "if-match": etag });

  expect(merged).toMatchObject({ status: 200, body: { by: { epoch: 2, step: 3 } } });
  expect(stale).toMatchObject({ status: 412, body: { title: "Precondition failed" } });
  expect((await platform.call("GET", path)).body).toEqual({ by: { epoch: 2, step: 3 } });
  await ask(body.id, "cancel");
});

test("approval: it waits, says so, and goes on when it is approved", async () => {
  const { body } = await submit({ manifest: "approval" });
  const waiting = await atStep(platform, body.id, "Waiting", /^waiting for approval$/);
  const queue = (await platform.call("GET", "/api/v1/queue")).body;
  expect(queue.experiments).toContainEqual(
    expect.objectContaining({ id: waiting.id, reason: "waiting for approval" }),
  );

  const approved = await ask(body.id, "approve");

  expect(approved.status).toBe(200);
  expect(await finished(platform, body.id)).toMatchObject({ status: "Succeeded" });
  const again = await ask(body.id, "approve");
  expect([again.status, again.body.detail]).toEqual([409, "It has already finished."]);
});

test("an active experiment is neither archived nor deleted; a finished one is both", async () => {
  const { body } = await submit({ manifest: "long", name: "to be removed" });
  const path = `/api/v1/experiments/${body.id}`;
  await atStep(platform, body.id, "Running", /^running/);

  for (const answer of [await ask(body.id, "archive"), await platform.call("DELETE", path)])
    expect([answer.status, answer.body.detail]).toEqual([
      409,
      "It is still active: cancel it first.",
    ]);
  await ask(body.id, "cancel", { kill: true });
  await finished(platform, body.id);

  expect((await ask(body.id, "archive")).body.archivedAt).toEqual(expect.any(String));
  expect(await numbers("project=lab&q=removed")).toEqual([]);
  expect(await numbers("project=lab&q=removed&archived=true")).toEqual([body.number]);
  expect((await ask(body.id, "unarchive")).body.archivedAt).toBeNull();
  expect(await numbers("project=lab&q=removed")).toEqual([body.number]);
  expect((await platform.call("DELETE", path)).status).toBe(204);
  expect((await platform.call("GET", path)).status).toBe(404);
  expect((await platform.call("GET", `${path}/logs`)).status).toBe(404);
  expect(await numbers("project=lab&q=removed&archived=all")).toEqual([]);
});

test("the list finds experiments by what they are", async () => {
  const copy = await projects.create("filters", FILES);
  await copy.commit("exp[train]: plain words");
  await copy.push();
  const first = await finished(platform, "filters#1");
  await copy.commit("exp[missing]: fails");
  await copy.push("HEAD:refs/heads/feature/a");
  await finished(platform, "filters#2");
  const { body } = await ask(first.id, "resubmit", { overrides: { tags: ["again"] } });
  await finished(platform, body.id);

  for (const [query, expected] of [
    ["", [3, 2, 1]],
    ["status=Failed", [2]],
    ["status=Failed&status=Succeeded", [3, 2, 1]],
    ["step=Cloning", [2]],
    ["tag=small&tag=again", [3]],
    ["branch=feature%2Fa", [2]],
    ["author=ada", [3, 2, 1]],
    ["author=grace", []],
    ["engine=dummy", [3, 1]],
    ["q=plain+wor", [3, 1]],
    [`q=${first.source.commit.slice(0, 8)}`, [3, 1]],
    ["parent=filters%231", [3]],
    [`createdBefore=${first.createdAt}`, []],
  ] as const)
    expect([query, await numbers(`project=filters&${query}`)]).toEqual([query, expected]);
  const page = await platform.call("GET", "/api/v1/experiments?project=filters&limit=2");
  const next = page.body.nextCursor;
  expect(await numbers(`project=filters&limit=2&cursor=${next}`)).toEqual([1]);
  expect(await platform.call("GET", "/api/v1/experiments?limit=201")).toMatchObject({
    status: 400,
  });
});

test("an experiment's events show every move, from where it stands to its end", async () => {
  const { body } = await submit({ manifest: "approval" });
  await atStep(platform, body.id, "Waiting", /^waiting for approval$/);
  const moves: string[] = [];
  const url = `${platform.url}/api/v1/experiments/${body.id}/events`;

  for await (const { event, data } of readEvents(url, platform.token)) {
    const { step, status } = JSON.parse(data);
    expect(event).toBe("changed");
    if (moves.length === 0) await ask(body.id, "approve");
    if (moves.at(-1) !== step) moves.push(step);
    if (status === "Succeeded") break;
  }

  expect(moves).toEqual(STEPS);
});

test("a project's events tell of its experiments and of no other's", async () => {
  await projects.create("heard", FILES);
  const told = new Set<string>();
  const url = `${platform.url}/api/v1/events?project=heard`;
  const events = readEvents(url, platform.token)[Symbol.asyncIterator]();
  const first = events.next();

  const other = await submit({});
  await finished(platform, other.body.id);
  const { body } = await submit({ project: "heard" });
  for (let event = await first; ; event = await events.next()) {
    const { id, status } = JSON.parse(event.value.data);
    told.add(id);
    if (status === "Succeeded") break;
  }
  await events.return?.();

  expect([...told]).toEqual([body.id]);
});

test("a manifest is judged by itself or as a project's", async () => {
  const judge = async (text: string, query = ""): Promise<Pick<Answer, "status" | "body">> => {
    const response = await fetch(`${platform.url}/api/v1/manifests/validate${query}`, {
      method: "POST",
      headers: { authorization: `Bearer ${platform.token}`, "content-type": "text/yaml" },
      body: text,
    });
    return { status: response.status, body: await response.json() };
  };
  const elsewhere = manifest("true").replace("engineName: dummy", "engineName: moon");

  const alone = await judge(elsewhere);
  const here = await judge(elsewhere, "?project=lab");
  const wrong = await judge(manifest("true").replace("command:", "comand:"), "?project=lab");
  const nowhere = await judge("", "?project=nowhere");

  expect(alone).toMatchObject({ status: 200, body: { valid: true, errors: [] } });
  expect(here).toMatchObject({ status: 200, body: { valid: false } });
  expect(here.body.errors[0]).toMatchObject({ path: "spec.engineName", line: 9 });
  expect(here.body.errors[0].message).toMatch(/^moon is no engine of this project.*engineAliases/);
  expect(wrong.body.errors).toContainEqual(
    expect.objectContaining({ line: 8, column: 3, suggestion: "command" }),
  );
  expect(nowhere.status).toBe(404);
});

test("needs: it waits for those it names, by number or name, and goes on when they have succeeded", async () => {
  const copy = await projects.create("needs", {
    ...FILES,
    "manifests/by-number.yaml": manifest("true", "needs: [2]"),
    "manifests/by-name.yaml": manifest("true", "needs: [teacher]"),
  });
  const older = await submit({ project: "needs", name: "teacher", manifest: "missing" });
  await finished(platform, older.body.id);
  const needed = await submit({ project: "needs", name: "teacher", manifest: "approval" });
  const elsewhere = await submit({ name: "teacher", manifest: "missing" });
  await finished(platform, elsewhere.body.id);
  await copy.commit("exp[by-number,by-name]: pupils");
  await copy.push();
  for (const id of ["needs#3", "needs#4"])
    await atStep(platform, id, "Waiting", /^waiting for needs#2 to succeed$/);

  await ask(needed.body.id, "approve");

  for (const id of ["needs#3", "needs#4"])
    expect(await finished(platform, id, 20)).toMatchObject({ status: "Succeeded" });
});

test.each([
  ["fails", { manifest: "missing" }, undefined, /^It needs (failing-\d+)#1, which has failed\.$/],
  [
    "is cancelled",
    { manifest: "approval" },
    "cancel",
    /^It needs (failing-\d+)#1, which was cancelled\.$/,
  ],
])("needs: one that %s fails those that need it", async (what, needed, verb, message) => {
  const slug = `failing-${what.length}`;
  await projects.create(slug, {
    ...FILES,
    "manifests/needs.yaml": manifest("true", "needs: [1]"),
  });
  const first = await submit({ project: slug, ...needed });
  const { body } = await submit({ project: slug, manifest: "needs" });

  if (verb !== undefined) await ask(first.body.id, verb);

  const { steps } = await finished(platform, body.id, 20);
  expect(steps[0]).toMatchObject({ status: "Failed", exception: { kind: "NeedFailed" } });
  expect(steps[0].exception.message).toMatch(message);
});

test("needs: one that fails while those that need it are being read fails them soon", async () => {
  const pupils = Array.from({ length: 8 }, (_, index) => `pupil-${index}`);
  const copy = await projects.create("hasty", {
    ...FILES,
    ...Object.fromEntries(
      pupils.map((name) => [`manifests/${name}.yaml`, manifest("true", "needs: [1]")]),
    ),
  });
  await copy.commit(`exp[missing,${pupils.join(",")}]: at once`);

  await copy.push();

  for (const [index] of pupils.entries()) {
    const { steps } = await finished(platform, `hasty#${index + 2}`, 10);
    expect(steps[0]).toMatchObject({ exception: { kind: "NeedFailed" } });
  }
});

test("needs: a name means the same project, a number may name another one", async () => {
  const elsewhere = await submit({ name: "in the lab alone" });
  await finished(platform, elsewhere.body.id);
  await projects.create("neighbour", {
    ...FILES,
    "manifests/by-name.yaml": manifest("true", "needs: [in the lab alone]"),
    "manifests/by-number.yaml": manifest("true", `needs: ["lab#${elsewhere.body.number}"]`),
    "manifests/by-id.yaml": manifest("true", `needs: ["${elsewhere.body.id.slice(0, 10)}"]`),
  });

  const byName = await submit({ project: "neighbour", manifest: "by-name" });
  const byNumber = await submit({ project: "neighbour", manifest: "by-number" });
  const byId = await submit({ project: "neighbour", manifest: "by-id" });

  const { steps } = await finished(platform, byName.body.id, 20);
  expect(steps[0].exception.message).toBe("It needs in the lab alone, which is not there.");
  for (const { body } of [byNumber, byId])
    expect(await finished(platform, body.id, 20)).toMatchObject({ status: "Succeeded" });
});

test("needs: what is not there fails at once, and so does a circle", async () => {
  const copy = await projects.create("circle", {
    ...FILES,
    "manifests/nobody.yaml": manifest("true", "needs: [nobody]"),
    "manifests/a.yaml": manifest("true", "needs: [3]"),
    "manifests/b.yaml": manifest("true", "needs: [2]"),
    "manifests/itself.yaml": manifest("true", "needs: [need each other]"),
  });
  const nobody = await submit({ project: "circle", manifest: "nobody" });
  await copy.commit("exp[a,b,itself]: need each other");
  await copy.push();

  const { steps } = await finished(platform, nobody.body.id, 20);
  expect(steps[0].exception.message).toBe("It needs nobody, which is not there.");
  for (const id of ["circle#2", "circle#3", "circle#4"]) {
    const { steps } = await finished(platform, id, 20);
    expect(steps[0]).toMatchObject({ status: "Failed", exception: { kind: "NeedFailed" } });
  }
});

test("a concurrency group runs as many as it allows, and the others say where they stand", async () => {
  const [first, second, third] = [
    await submit({ manifest: "group" }),
    await submit({ manifest: "group" }),
    await submit({ manifest: "group", priority: 1 }),
  ];
  await atStep(platform, first.body.id, "Running", /^running/);
  const note = (turn: string) =>
    new RegExp(`^queued: group gpu-a runs 1 of at most 1; ${turn} in line$`);
  await atStep(platform, third.body.id, "Waiting", note("next"));
  await atStep(platform, second.body.id, "Waiting", note("2nd"));

  await ask(first.body.id, "cancel", { kill: true });

  await atStep(platform, third.body.id, "Running", /^running/);
  await atStep(platform, second.body.id, "Waiting", note("next"));
  for (const { body } of [second, third]) await ask(body.id, "cancel", { kill: true });
  for (const { body } of [first, second, third])
    expect(await finished(platform, body.id)).toMatchObject({ status: "Cancelled" });
});
