export interface BuildRequest {
  readonly projectId: string;
  readonly experimentId: string;
  /** The source as a plain tar; may be opened several times. */
  readonly source: () => AsyncIterable<Uint8Array>;
  /** Below the source's root. */
  readonly context: string;
  /** Relative to the context; if it is not there, to the source's root. */
  readonly dockerfile: string;
  readonly target: string | undefined;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** By BuildKit's session only; never an argument, a label or a layer. Also part of the cache salt. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Changes whenever a secret's value does. */
  readonly secretsVersion: string;
  /** Ignore cached layers. */
  readonly fresh: boolean;
}

/** What decides whether two experiments have the same image. */
export interface ImageKey {
  /** SHA-256, hex, over everything that enters the image. */
  readonly key: string;
  /** What it was made of, name → hash or value: `file:src/train.py`, `arg:LR`, `from:python:3.12`; tells what changed. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface BuiltImage {
  readonly name: string;
  readonly digest: string;
}

/** An image that this installation made. */
export interface LocalImage {
  readonly digest: string;
  /** What it is called, else its digest. */
  readonly name: string;
  readonly projectId: string;
  /** Layers that it shares with others are counted, too. */
  readonly bytes: number;
  readonly madeAt: Date;
}

/** Makes an image from a source archive. The user's fault throws BuildFailedError; anything else is ours. */
export interface Builder {
  /** Which daemon it builds on and where its images are. */
  daemon(signal?: AbortSignal): Promise<string>;
  imageKey(request: BuildRequest, signal?: AbortSignal): Promise<ImageKey>;
  /** Output goes to `log` while it builds; an abort leaves nothing running. */
  build(
    request: BuildRequest,
    log: (bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<BuiltImage>;
  exists(digest: string): Promise<boolean>;
  /** Safe to repeat; an image in use stays. Answers whether it is gone. */
  remove(digest: string): Promise<boolean>;
  /** All that this installation made on this daemon and that are still there. */
  images(signal?: AbortSignal): Promise<readonly LocalImage[]>;
  /** What the build cache takes, in bytes. */
  cacheBytes(signal?: AbortSignal): Promise<number>;
  /** Ends cached layers beyond this size; answers the bytes freed. */
  pruneCache(keepBytes: number): Promise<number>;
}
