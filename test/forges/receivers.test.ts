import { createHmac } from "node:crypto";
import { readFile } from "node:fs/promises";

import { expect, test } from "@jest/globals";

import type { ReceivedWebhook } from "../../src/core/forge.ts";
import type { ForgeKind } from "../../src/core/project.ts";
import { createForges } from "../../src/forges/index.ts";

const { receivers } = createForges({ send: () => Promise.reject(new Error("nothing is sent")) });
const NOTHING = "0".repeat(40);
const SECRET = "a secret of the project's";

const recorded = (name: string): Promise<Buffer> =>
  readFile(new URL(`../data/deliveries/${name}.json`, import.meta.url));

async function parse(
  forge: ForgeKind,
  body: Uint8Array,
  headers: Readonly<Record<string, string>>,
  secrets: readonly string[] = [SECRET],
): Promise<ReceivedWebhook> {
  const receiver = receivers.get(forge);
  if (receiver === undefined) throw new Error(`there is no receiver for ${forge}`);
  return receiver.parse({ header: (name) => headers[name], body, secrets });
}

const digest = (body: Uint8Array, secret = SECRET): string =>
  createHmac("sha256", secret).update(body).digest("hex");

/** What each forge sends with a delivery, to say what it is and that it is its own. */
const HEADERS: Record<
  Exclude<ForgeKind, "builtin">,
  (event: string, body: Uint8Array, secret?: string) => Readonly<Record<string, string>>
> = {
  github: (event, body, secret) => ({
    "x-github-event": event,
    "x-github-delivery": "d-1",
    "x-hub-signature-256": `sha256=${digest(body, secret)}`,
  }),
  gitlab: (event, _body, secret = SECRET) => ({
    "x-gitlab-event": event,
    "idempotency-key": "d-1",
    "x-gitlab-token": secret,
  }),
  gitea: (event, body, secret) => ({
    "x-gitea-event": event,
    "x-github-event": event,
    "x-gitea-delivery": "d-1",
    "x-gitea-signature": digest(body, secret),
    "x-hub-signature-256": `sha256=${digest(body, secret)}`,
  }),
  bitbucket: (event, body, secret) => ({
    "x-event-key": event,
    "x-request-uuid": "d-1",
    "x-hub-signature": `sha256=${digest(body, secret)}`,
  }),
};

const receive = async (
  forge: Exclude<ForgeKind, "builtin">,
  event: string,
  file: string,
): Promise<ReceivedWebhook> => {
  const body = await recorded(file);
  return parse(forge, body, HEADERS[forge](event, body));
};

test("a recorded push of each forge says its ref, its commits, who pushed and which repository it is", async () => {
  const gitHub = await receive("github", "push", "github-push");
  const gitLab = await receive("gitlab", "Push Hook", "gitlab-push");
  const gitea = await receive("gitea", "push", "gitea-push");
  const bitbucket = await receive("bitbucket", "repo:push", "bitbucket-push");
  const server = await receive("bitbucket", "repo:refs_changed", "bitbucket-server-push");

  expect(gitHub).toMatchObject({
    kind: "push",
    deliveryId: "d-1",
    pushes: [{ ref: "refs/heads/master", after: "199eddf46df50de8d02e99bf1c5fdb4101338224" }],
  });
  expect(gitLab).toMatchObject({
    kind: "push",
    event: "push",
    deliveryId: "d-1",
    pushes: [
      {
        ref: "refs/heads/master",
        before: "9217710ce8c7e1eae7a5d1c45f6e43e1c769f866",
        after: "2adc9465c4edfc33834e173fe89436a7cb899a1d",
        complete: false,
        commits: [
          {
            message: "added readme\n",
            author: { name: "Sid Sijbrandij", email: "noreply@gitlab.com" },
          },
        ],
        pusher: "sytses",
        repositoryId: "4861503",
      },
    ],
  });
  expect(gitea).toMatchObject({
    kind: "push",
    pushes: [
      {
        ref: "refs/heads/master",
        after: "4522cbcefc20728a5b72b3a86af35e608622c514",
        complete: false,
        commits: [{ message: "Updated readme\n", author: { name: "Unknwon" } }],
        repositoryId: "61",
      },
    ],
  });
  expect(bitbucket).toMatchObject({
    kind: "push",
    pushes: [
      {
        ref: "refs/heads/master",
        before: "40e7580cf11311d84a6e5e97e2cbba6df1675750",
        after: "141977fedf5cf35aa290ac87d4b5177ac4cd9de1",
        forced: false,
        complete: true,
        commits: [
          {
            message: "Update README\n",
            author: { name: "Brad Rydzewski", email: "brad.rydzewski@gmail.com" },
          },
        ],
        repositoryId: "{bc771cbf-829e-4c4b-b71f-a0eb3ac2b860}",
      },
    ],
  });
  expect(server).toMatchObject({
    kind: "push",
    pushes: [
      {
        ref: "refs/heads/master",
        after: "823b2230a56056231c9425d63758fa87078a66b4",
        complete: false,
        commits: [],
        pushedAt: "2018-07-05T18:22:00.000Z",
        pusher: "jcitizen",
        repositoryId: "1",
      },
    ],
  });
});

test("a new branch's commits come in the order in which they were made", async () => {
  const received = await receive("bitbucket", "repo:push", "bitbucket-branch-created");

  expect(received).toMatchObject({
    pushes: [
      { before: NOTHING, commits: [{}, { id: "141977fedf5cf35aa290ac87d4b5177ac4cd9de1" }] },
    ],
  });
});

test("tags and deleted branches are told apart from pushes to branches", async () => {
  const tags = [
    await receive("gitlab", "Tag Push Hook", "gitlab-tag"),
    await receive("bitbucket", "repo:push", "bitbucket-tag"),
    await receive("bitbucket", "repo:refs_changed", "bitbucket-server-tag"),
  ];
  const deleted = [
    await receive("gitlab", "Push Hook", "gitlab-branch-deleted"),
    await receive("bitbucket", "repo:push", "bitbucket-branch-deleted"),
    await receive("bitbucket", "repo:refs_changed", "bitbucket-server-branch-deleted"),
  ];

  for (const tag of tags)
    expect(tag).toMatchObject({
      pushes: [{ ref: expect.stringMatching(/^refs\/tags\//), before: NOTHING }],
    });
  for (const each of deleted)
    expect(each).toMatchObject({
      pushes: [{ ref: expect.stringMatching(/^refs\/heads\//), after: NOTHING }],
    });
});

test("a delivery of another event is answered with the event's name and what to select", async () => {
  const created = await receive("gitea", "create", "gitea-tag-created");
  const merge = await receive("gitlab", "Merge Request Hook", "gitlab-push");

  expect(created).toMatchObject({
    kind: "ignored",
    reason: expect.stringContaining("kind create start nothing"),
  });
  expect(merge).toMatchObject({
    kind: "ignored",
    reason: expect.stringContaining("kind Merge Request Hook start nothing"),
  });
});

test("Bitbucket's several refs of one push are several pushes", async () => {
  const one = JSON.parse((await recorded("bitbucket-push")).toString());
  const other = JSON.parse((await recorded("bitbucket-branch-deleted")).toString());
  one.push.changes.push(...other.push.changes);
  const body = Buffer.from(JSON.stringify(one));

  const received = await parse("bitbucket", body, HEADERS.bitbucket("repo:push", body));

  expect(received).toMatchObject({
    pushes: [{ ref: "refs/heads/master" }, { ref: "refs/heads/develop", after: NOTHING }],
  });
});

test.each([
  ["github", "push", "github-push"],
  ["gitlab", "Push Hook", "gitlab-push"],
  ["gitea", "push", "gitea-push"],
  ["bitbucket", "repo:push", "bitbucket-push"],
] as const)(
  "T-4 T-5 %s is believed with one of the project's secrets, and with nothing else",
  async (forge, event, file) => {
    const body = await recorded(file);
    const believed = HEADERS[forge](event, body);
    const names = Object.keys(believed).filter((name) => /signature|token/.test(name));
    const without = Object.fromEntries(
      Object.entries(believed).filter(([name]) => !names.includes(name)),
    );
    const instead = (change: (proof: string) => string): Readonly<Record<string, string>> => ({
      ...believed,
      ...Object.fromEntries(names.map((name) => [name, change(believed[name] ?? "")])),
    });
    const forgeries = [
      without,
      HEADERS[forge](event, body, "a guess"),
      HEADERS[forge](event, body, ""),
      instead(() => ""),
      instead(() => "sha256="),
      instead((proof) => proof.slice(0, -1)),
      instead((proof) => `${proof}, ${proof}`),
      instead((proof) => `${proof}0`),
    ];

    expect(await parse(forge, body, believed, ["a newer one", SECRET])).toMatchObject({
      kind: "push",
    });
    for (const headers of forgeries)
      await expect(parse(forge, body, headers)).rejects.toMatchObject({
        name: "UnauthorizedError",
      });
    await expect(parse(forge, body, believed, [])).rejects.toMatchObject({
      name: "UnauthorizedError",
    });
    const empty = HEADERS[forge](event, body, "");
    await expect(parse(forge, body, empty, [""])).rejects.toThrow(/secret/);
  },
);

test("what is no JSON, or no push as the forge sends it, is a bad request in words", async () => {
  const bodies = [
    "no JSON",
    "null",
    "5",
    "[]",
    '{"ref":"refs/heads/main"}',
    '{"push":{"changes":[{"new":5}]}}',
  ];
  const events = { gitlab: "Push Hook", gitea: "push", bitbucket: "repo:push" } as const;

  for (const forge of ["gitlab", "gitea", "bitbucket"] as const)
    for (const text of bodies) {
      const body = Buffer.from(text);
      const parsed = parse(forge, body, HEADERS[forge](events[forge], body));
      await expect(parsed).rejects.toMatchObject({ name: "BadRequestError" });
    }
});
