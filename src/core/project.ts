export const FORGES = ["builtin", "github", "gitlab", "gitea", "bitbucket"] as const;
export type ForgeKind = (typeof FORGES)[number];

/** How a project wants its pushes, limits and times; every field has a default. */
export interface ProjectSettings {
  /** strict: `exp: …`; loose: `exp` followed by anything that is no letter or digit. */
  readonly trigger: "strict" | "loose";
  /** all: every new tagged commit of a push; head: only the last one. */
  readonly commits: "all" | "head";
  /** Globs; none means every branch. */
  readonly branches: readonly string[];
  /** Whether tag pushes start experiments. */
  readonly tags: boolean;
  /** How often the repository is asked whether something was pushed; undefined: never, the forge tells. */
  readonly pollSeconds: number | undefined;
  /** Experiments between Waiting and their end at one time; undefined is no limit. */
  readonly maxActive: number | undefined;
  /** Other names that manifests may use for an engine: alias → engine name. */
  readonly engineAliases: Readonly<Record<string, string>>;
  readonly cloneTimeoutSeconds: number;
  readonly buildTimeoutSeconds: number;
  readonly runTimeoutSeconds: number;
  /** Whether containers reach the internet. */
  readonly internet: boolean;
  /** Environment of every container; the manifest's `env` wins. */
  readonly env: Readonly<Record<string, string>>;
  /** asked: an experiment gets the secrets that its manifest names; all: every one, as AIchor does. */
  readonly secrets: "asked" | "all";
  /** Folders of the engine's machine that manifests may attach, by name. */
  readonly volumes: Readonly<Record<string, Volume>>;
}

export interface Volume {
  readonly hostPath: string;
  readonly readOnly: boolean;
}

export const DEFAULT_SETTINGS: ProjectSettings = {
  trigger: "strict",
  commits: "all",
  branches: [],
  tags: false,
  pollSeconds: undefined,
  maxActive: undefined,
  engineAliases: {},
  cloneTimeoutSeconds: 15 * 60,
  buildTimeoutSeconds: 2 * 3600,
  runTimeoutSeconds: 7 * 24 * 3600,
  internet: true,
  env: {},
  secrets: "asked",
  volumes: {},
};

/** A repository that Assay watches. */
export interface Project {
  readonly id: string;
  /** Its name in addresses and folders; never changes. */
  readonly slug: string;
  readonly name: string;
  readonly forge: ForgeKind;
  /** The clone URL; undefined for the built-in remote. */
  readonly repository: string | undefined;
  /** The forge's id of the repository, pinned at the first accepted delivery. */
  readonly forgeRepositoryId: string | undefined;
  readonly engine: string;
  readonly settings: ProjectSettings;
  readonly createdAt: Date;
}

export interface NewProject {
  readonly slug: string;
  readonly name: string;
  readonly forge: ForgeKind;
  readonly repository: string | undefined;
  readonly engine: string;
  readonly settings: ProjectSettings;
  readonly webhookSecret: string;
}

export interface ProjectStore {
  /** Throws ConflictError where the slug is taken, be it by files of a deleted one that are still being removed. */
  create(project: NewProject): Promise<Project>;
  find(id: string): Promise<Project | undefined>;
  findBySlug(slug: string): Promise<Project | undefined>;
  list(): Promise<readonly Project[]>;
  /** Another repository is pinned anew. */
  update(
    id: string,
    change: {
      readonly name?: string;
      readonly engine?: string;
      readonly repository?: string;
      readonly settings?: ProjectSettings;
    },
  ): Promise<Project>;
  /** One of its variables or volumes, beside what else is changed at the same moment; undefined takes it away. */
  setEntry<Setting extends "env" | "volumes">(
    id: string,
    setting: Setting,
    name: string,
    value: ProjectSettings[Setting][string] | undefined,
  ): Promise<void>;
  /** Its rows go, and its files are to be removed. Throws ConflictError while it has active experiments. */
  delete(id: string): Promise<void>;
  /** Decrypted; the newest first, and the one before it for a day after a rotation. */
  webhookSecrets(id: string): Promise<readonly string[]>;
  rotateWebhookSecret(id: string, secret: string): Promise<void>;
  /** Pins the forge's id where none is pinned; answers the pinned one. */
  pinForgeRepository(id: string, forgeRepositoryId: string): Promise<string>;
  /** Every commit that a ref of the project was seen at: what is reachable from them is not new. */
  seenCommits(id: string): Promise<readonly string[]>;
  seenRefs(id: string): Promise<readonly { readonly ref: string; readonly commit: string }[]>;
  /** undefined commit: the ref was deleted. What a deletion or a forced push leaves behind stays seen. */
  markSeen(
    id: string,
    refs: readonly {
      readonly ref: string;
      readonly commit: string | undefined;
      readonly forced?: boolean;
    }[],
  ): Promise<void>;
}
