/** Finds any of many byte patterns in one pass, however the bytes arrive (Aho-Corasick). */
export interface BytePatterns {
  /** The state after this byte; 0 is the beginning: nothing of a pattern seen. */
  next(state: number, byte: number): number;
  /** Length of the longest pattern that ends with the byte that led here; 0 for none. */
  matched(state: number): number;
  /** The same state, or, at the end of a pattern that nothing continues, the one that can still grow. */
  settle(state: number): number;
  /** How many of the last bytes are the beginning of a pattern that may still come to its end. */
  depth(state: number): number;
  /** From the beginning: the first index at or after `from` where a pattern may begin. */
  skip(bytes: Uint8Array, from: number): number;
}

/** Every pattern has at least two bytes. */
export function compilePatterns(patterns: readonly Uint8Array[]): BytePatterns {
  const size = patterns.reduce((total, pattern) => total + pattern.length, 1);
  const trie = new Trie(size);
  // Two bytes tell far better than one: base64 forms begin with almost any letter.
  const pairs = new Uint8Array(65_536);
  for (const pattern of patterns) {
    trie.add(pattern);
    pairs[((pattern[0] ?? 0) << 8) | (pattern[1] ?? 0)] = 1;
  }
  trie.link();
  return {
    next: (state, byte) => trie.next(state, byte),
    matched: (state) => trie.matched[state] ?? 0,
    settle: (state) => trie.settle(state),
    depth: (state) => trie.depth[state] ?? 0,
    skip: (bytes, from) => {
      const last = bytes.length - 1;
      let index = from;
      while (index < last && pairs[((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)] === 0)
        index += 1;
      return index;
    },
  };
}

/** Nodes as numbers into flat arrays: 21 bytes each, where objects take a hundred. */
class Trie {
  readonly depth: Int32Array;
  readonly matched: Int32Array;
  readonly #firstChild: Int32Array;
  readonly #sibling: Int32Array;
  readonly #failure: Int32Array;
  readonly #byte: Uint8Array;
  readonly #fromRoot = new Int32Array(256);
  #nodes = 1;

  constructor(size: number) {
    this.depth = new Int32Array(size);
    this.matched = new Int32Array(size);
    this.#firstChild = new Int32Array(size);
    this.#sibling = new Int32Array(size);
    this.#failure = new Int32Array(size);
    this.#byte = new Uint8Array(size);
  }

  add(pattern: Uint8Array): void {
    let node = 0;
    for (const byte of pattern) node = this.#child(node, byte) || this.#grow(node, byte);
    this.matched[node] = pattern.length;
  }

  /** Breadth first, so that what a node falls back to is linked before it. */
  link(): void {
    const queue = [0];
    for (const node of queue) {
      for (
        let child = this.#firstChild[node] ?? 0;
        child !== 0;
        child = this.#sibling[child] ?? 0
      ) {
        const fallback =
          node === 0 ? 0 : this.next(this.#failure[node] ?? 0, this.#byte[child] ?? 0);
        this.#failure[child] = fallback;
        this.matched[child] = (this.matched[child] ?? 0) || (this.matched[fallback] ?? 0);
        queue.push(child);
      }
    }
  }

  next(state: number, byte: number): number {
    for (let node = state; node !== 0; node = this.#failure[node] ?? 0) {
      const child = this.#child(node, byte);
      if (child !== 0) return child;
    }
    return this.#fromRoot[byte] ?? 0;
  }

  settle(state: number): number {
    let node = state;
    while (node !== 0 && this.#firstChild[node] === 0) node = this.#failure[node] ?? 0;
    return node;
  }

  #child(node: number, byte: number): number {
    if (node === 0) return this.#fromRoot[byte] ?? 0;
    let child = this.#firstChild[node] ?? 0;
    while (child !== 0 && this.#byte[child] !== byte) child = this.#sibling[child] ?? 0;
    return child;
  }

  #grow(parent: number, byte: number): number {
    const node = this.#nodes;
    this.#nodes += 1;
    this.#byte[node] = byte;
    this.depth[node] = (this.depth[parent] ?? 0) + 1;
    this.#sibling[node] = this.#firstChild[parent] ?? 0;
    this.#firstChild[parent] = node;
    if (parent === 0) this.#fromRoot[byte] = node;
    return node;
  }
}
