export interface ObjectInfo {
  /** Slash-separated, no leading slash. */
  readonly key: string;
  readonly size: number;
  readonly modifiedAt: Date;
  readonly etag: string;
}

export interface ObjectListing {
  readonly objects: readonly ObjectInfo[];
  /** Common prefixes, ending in the delimiter. */
  readonly prefixes: readonly string[];
  /** The last key or prefix given, where there are more. */
  readonly nextAfter: string | undefined;
}

export interface ObjectContent extends ObjectInfo {
  /** The bytes of the range that was asked for. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Streams in and out, at any size. A bucket is a name such as `digits/input`. Bad keys throw BadRequestError. */
export interface ObjectStore {
  /** Readers see the whole object or the one before, never a part. */
  put(
    bucket: string,
    key: string,
    body: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<ObjectInfo>;
  stat(bucket: string, key: string): Promise<ObjectInfo | undefined>;
  /** undefined for what is not there; `end` is exclusive. */
  get(
    bucket: string,
    key: string,
    range?: { readonly start: number; readonly end?: number | undefined },
  ): Promise<ObjectContent | undefined>;
  list(
    bucket: string,
    request: {
      readonly prefix?: string | undefined;
      readonly delimiter?: string | undefined;
      readonly after?: string | undefined;
      readonly limit: number;
    },
  ): Promise<ObjectListing>;
  /** Answers whether there was one. */
  delete(bucket: string, key: string): Promise<boolean>;
}
