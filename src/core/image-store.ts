/** What the builds made: image key → image, so that nothing is built twice. */
export interface BuiltImageRecord {
  readonly projectId: string;
  readonly daemon: string;
  readonly key: string;
  readonly name: string;
  readonly digest: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly experimentId: string;
  readonly experimentNumber: number;
  readonly usedAt: Date;
}

export interface ImageStore {
  find(projectId: string, daemon: string, key: string): Promise<BuiltImageRecord | undefined>;
  /** The project's newest: what a build is compared with to say why it is needed. */
  latest(projectId: string, daemon: string): Promise<BuiltImageRecord | undefined>;
  record(image: Omit<BuiltImageRecord, "usedAt" | "experimentNumber">): Promise<void>;
  touch(projectId: string, daemon: string, key: string): Promise<void>;
}
