import type { RegistryLogin } from "./registry-login.ts";
import type { SecretVersions } from "./secret.ts";

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
  /** `linux/arm64`; undefined is the daemon's own. */
  readonly platform: string | undefined;
  /** What a step may mount, by name; given by BuildKit's session only, never as an argument, a label or a layer. */
  readonly secrets: Readonly<Record<string, string>>;
  /** Of these secrets; those that the Dockerfile mounts decide about the image and about what is cached. */
  readonly secretVersions: SecretVersions;
  /** For the images that it begins from; no step sees them. */
  readonly logins: readonly RegistryLogin[];
  /** Ignore cached layers. */
  readonly fresh: boolean;
}

/** What decides whether two experiments have the same image. */
export interface ImageKey {
  /** SHA-256, hex, over everything that can enter the image. */
  readonly key: string;
  /** What it was made of, name → hash or value: `file:src/train.py`, `arg:LR`, `from:python:3.12`, `secret:TOKEN`; tells what changed. */
  readonly parts: Readonly<Record<string, string>>;
}

export interface NamedImage {
  readonly name: string;
  readonly digest: string;
}

/** With the key that it counts under from now on: other than before the build where that has pulled what it begins from. */
export type BuiltImage = NamedImage & ImageKey;

/** An image that is run as it is. */
export interface ReadyImageRequest {
  readonly name: string;
  /** Of another project's image nothing is seen. */
  readonly projectId: string;
  readonly logins: readonly RegistryLogin[];
  /** Asks the registry also where an image of this name is there. */
  readonly fresh: boolean;
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
  /**
   * The image that is there by this name, else the one that its registry gives. Throws BuildFailedError where there is
   * none.
   */
  ready(
    request: ReadyImageRequest,
    log: (bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<NamedImage>;
  /** Gives a registry the image by this name, and leaves no name behind here. Safe to repeat: what it has is not sent. */
  push(
    digest: string,
    to: { readonly name: string; readonly logins: readonly RegistryLogin[] },
    log: (bytes: Uint8Array) => Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
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
