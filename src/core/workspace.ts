/** The folders of one experiment on the engine's machine. */
export interface Workspace {
  /** Read-only for the experiment. */
  readonly input: string;
  readonly output: string;
  /** Lasts as long as the project. */
  readonly cache: string;
  /** Of a resubmit's parent, read-only. */
  readonly parentOutput: string | undefined;
  /** The replicas' own, for as long as the experiment lasts, where it asked for one. */
  readonly shared: string | undefined;
}

/** Gives experiments their folders and takes their outputs into the bucket. */
export interface Workspaces {
  /** Makes the folders; safe to repeat. */
  open(experiment: {
    readonly id: string;
    readonly projectSlug: string;
    readonly parentId: string | undefined;
    readonly withShared?: boolean;
  }): Promise<Workspace>;
  /** A file or folder of the outputs of an experiment that has ended, as the engine's machine names it; undefined where it is not there. */
  outputOf(output: {
    readonly experimentId: string;
    readonly projectSlug: string;
    readonly path: string;
  }): Promise<string | undefined>;
  /** Nothing writes any more: the outputs are the server's own, kept in the output bucket, and the shared folder is gone. Safe to repeat. Tells what was not kept, one sentence each. */
  close(experiment: {
    readonly id: string;
    readonly projectSlug: string;
  }): Promise<readonly string[]>;
}
