import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createWorkingCopy, type WorkingCopy } from "./git.ts";
import type { Answer, TestPlatform } from "./platform.ts";

export const NOTHING = "0".repeat(40);

export interface Delivery {
  readonly event?: string;
  /** One of its own, unless it is a repeat. */
  readonly id?: string;
  /** Instead of the project's. */
  readonly secret?: string;
}

/** A push event; of its many fields, those that tests change or that the platform reads are named. */
export interface Payload {
  readonly ref: string;
  readonly before: string;
  readonly after: string;
  readonly forced: boolean;
  readonly repository: Readonly<Record<string, unknown>>;
  readonly commits: readonly Readonly<Record<string, unknown>>[];
  readonly [field: string]: unknown;
}

/** A repository on a forge that calls like GitHub: bare, of this machine, with a working copy and its project. */
export class GitHubRepository {
  readonly slug: string;
  readonly copy: WorkingCopy;
  /** What the platform answered when the project was made. */
  readonly project: Answer["body"];
  /** The forge's number of it. */
  readonly id = Math.floor(Math.random() * 1e9);
  readonly #platform: TestPlatform;
  readonly #folder: string;

  private constructor(
    platform: TestPlatform,
    folder: string,
    copy: WorkingCopy,
    project: Answer["body"],
  ) {
    this.#platform = platform;
    this.#folder = folder;
    this.copy = copy;
    this.slug = project.slug;
    this.project = project;
  }

  /** Its first commit is there before the project; `away` makes the project while it cannot be reached. */
  static async create(
    platform: TestPlatform,
    name: string,
    files: Readonly<Record<string, string>>,
    { settings = {}, away = false }: { readonly settings?: object; readonly away?: boolean } = {},
  ): Promise<GitHubRepository> {
    const folder = await mkdtemp(join(tmpdir(), "assay-forge-"));
    const bare = join(folder, "repository.git");
    const copy = await createWorkingCopy(bare);
    await copy.git("init", "--quiet", "--bare", "--initial-branch=main", bare);
    await copy.commit("the beginning", files);
    await copy.push();
    if (away) await rename(bare, `${bare}.away`);
    const request = { name, forge: "github", repository: `file://${bare}`, settings };
    const { status, body } = await platform.call("POST", "/api/v1/projects", request);
    if (status !== 201) throw new Error(`the project was not made: ${JSON.stringify(body)}`);
    return new GitHubRepository(platform, folder, copy, body);
  }

  /** Commits, pushes, and answers the payload that GitHub would send for it. */
  async push(message: string, files: Readonly<Record<string, string>> = {}): Promise<Payload> {
    const before = await this.copy.git("rev-parse", "HEAD");
    await this.copy.commit(message, files);
    await this.copy.push();
    return this.payload({ before });
  }

  /** A push event as GitHub sends it, of the commits that git knows. */
  async payload({
    ref = "refs/heads/main",
    before,
    after,
    ...changes
  }: { readonly before: string; readonly after?: string } & Partial<Payload>): Promise<Payload> {
    const head = after ?? (await this.copy.git("rev-parse", "HEAD"));
    const commits =
      before === NOTHING || head === NOTHING ? [] : await this.#commits(`${before}..${head}`);
    return {
      ref,
      before,
      after: head,
      created: before === NOTHING,
      deleted: head === NOTHING,
      forced: false,
      base_ref: null,
      compare: `https://github.com/lab/${this.slug}/compare/${before}...${head}`,
      repository: {
        id: this.id,
        node_id: "R_kgDO",
        name: this.slug,
        full_name: `lab/${this.slug}`,
        private: true,
        clone_url: `https://github.com/lab/${this.slug}.git`,
        default_branch: "main",
        pushed_at: Math.floor(Date.now() / 1000),
      },
      pusher: { name: "ada", email: "ada@example.org" },
      sender: { login: "ada", id: 1 },
      head_commit: commits.at(-1) ?? null,
      commits,
      ...changes,
    };
  }

  /** Delivers it, signed. */
  async deliver(payload: object, delivery: Delivery = {}): Promise<Answer> {
    const body = JSON.stringify(payload);
    return this.#platform.call("POST", `/webhooks/${this.slug}`, payload, {
      authorization: "",
      "user-agent": "GitHub-Hookshot/044aadd",
      "x-github-event": delivery.event ?? "push",
      "x-github-delivery": delivery.id ?? randomUUID(),
      "x-hub-signature-256": `sha256=${createHmac(
        "sha256",
        delivery.secret ?? this.project.webhookSecret,
      )
        .update(body)
        .digest("hex")}`,
    });
  }

  /** Every delivery of the project as the list shows it, the oldest first. */
  async deliveries(): Promise<readonly Answer["body"][]> {
    const path = `/api/v1/projects/${this.slug}/deliveries?limit=200`;
    return (await this.#platform.call("GET", path)).body.items.toReversed();
  }

  /** Every experiment of the project, the oldest first. */
  async experiments(): Promise<readonly Answer["body"][]> {
    const path = `/api/v1/experiments?project=${this.slug}&limit=200`;
    return (await this.#platform.call("GET", path)).body.items.toReversed();
  }

  /** It cannot be reached. */
  async goAway(): Promise<void> {
    const bare = join(this.#folder, "repository.git");
    await rename(bare, `${bare}.away`);
  }

  /** It can be reached again. */
  async comeBack(): Promise<void> {
    const bare = join(this.#folder, "repository.git");
    await rename(`${bare}.away`, bare);
  }

  async remove(): Promise<void> {
    await this.copy.remove();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #commits(range: string): Promise<Payload["commits"]> {
    const ids = (await this.copy.git("rev-list", "--reverse", range)).split("\n").filter(Boolean);
    const commits = ids.map(async (id) => ({
      id,
      tree_id: await this.copy.git("rev-parse", `${id}^{tree}`),
      distinct: true,
      message: await this.copy.git("log", "--max-count=1", "--format=%B", id),
      timestamp: await this.copy.git("log", "--max-count=1", "--format=%cI", id),
      url: `https://github.com/lab/${this.slug}/commit/${id}`,
      author: { name: "Ada", email: "ada@example.org", username: "ada" },
      committer: { name: "Ada", email: "ada@example.org", username: "ada" },
      added: [],
      removed: [],
      modified: [],
    }));
    return Promise.all(commits);
  }
}
