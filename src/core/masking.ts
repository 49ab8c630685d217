import { compilePatterns, type BytePatterns } from "./byte-patterns.ts";
import { secretForms } from "./secret-forms.ts";

export { isMaskable } from "./secret-forms.ts";

/** Hides secrets in a stream of bytes. What comes out is the same however the stream is cut into pieces. */
export interface Masker {
  /** What may be shown now. Only a beginning of a secret at the very end is held back. */
  push(bytes: Uint8Array): Uint8Array;
  /** The stream has ended: shows what was held back. */
  flush(): Uint8Array;
  /**
   * The state, to be given to `createMasker` with the same secrets later. Opaque; empty where nothing is held back.
   * It may hold a secret's beginning, never a whole one that no longer one begins with.
   */
  readonly held: Uint8Array;
}

/** Every form of every secret is replaced by `***`; forms that overlap, by one. */
export function createMasker(secrets: readonly string[], held: Uint8Array = NOTHING): Masker {
  const patterns = patternsOf(secrets);
  return patterns === undefined ? passThrough(held) : new PatternMasker(patterns, held);
}

/** The streams of one log share what was made of their secrets: with a key file it is half a megabyte. */
const compiled = new WeakMap<readonly string[], BytePatterns>();

function patternsOf(secrets: readonly string[]): BytePatterns | undefined {
  const known = compiled.get(secrets);
  if (known !== undefined) return known;
  const forms = secrets.flatMap(secretForms);
  if (forms.length === 0) return undefined;
  const patterns = compilePatterns(forms);
  compiled.set(secrets, patterns);
  return patterns;
}

const NOTHING = new Uint8Array(0);
const MASK = new TextEncoder().encode("***");
/** `held` begins with how many of its bytes belong to a secret that was already replaced. */
const HEADER_BYTES = 4;

/** No copy, no look at the bytes. */
function passThrough(held: Uint8Array): Masker {
  let before = held.length === 0 ? NOTHING : held.subarray(HEADER_BYTES + shownOf(held));
  return {
    push: (bytes) => {
      if (before.length === 0) return bytes;
      const all = concatenated(before, bytes);
      before = NOTHING;
      return all;
    },
    flush: () => {
      const all = before;
      before = NOTHING;
      return all;
    },
    get held() {
      return before.length === 0 ? NOTHING : withHeader(0, before);
    },
  };
}

/** Bytes [start, end) of the window are secret. */
interface Found {
  readonly start: number;
  readonly end: number;
  /** Its `***` was given out when its first byte left the window. */
  readonly shown: boolean;
}

class PatternMasker implements Masker {
  readonly #patterns: BytePatterns;
  /** The bytes that may still turn out to be secret: as many as the state is deep. */
  #window: Uint8Array = NOTHING;
  #state = 0;
  /** In order, without overlap. */
  #found: Found[] = [];

  constructor(patterns: BytePatterns, held: Uint8Array) {
    this.#patterns = patterns;
    if (held.length <= HEADER_BYTES) return;
    const shown = shownOf(held);
    if (shown > 0) this.#found = [{ start: 0, end: shown, shown: true }];
    // Whoever holds less now (other secrets than before) shows the rest with the next bytes.
    this.#window = held.slice(HEADER_BYTES);
    this.#state = this.#scan(this.#window, 0, 0);
  }

  get held(): Uint8Array {
    if (this.#window.length === 0) return NOTHING;
    const [first] = this.#found;
    return withHeader(first?.shown === true ? first.end : 0, this.#window);
  }

  push(bytes: Uint8Array): Uint8Array {
    const input = concatenated(this.#window, bytes);
    this.#state = this.#scan(input, this.#window.length, this.#state);
    return this.#release(input, input.length - this.#patterns.depth(this.#state));
  }

  flush(): Uint8Array {
    const rest = this.#release(this.#window, this.#window.length);
    this.#state = 0;
    return rest;
  }

  #scan(input: Uint8Array, from: number, before: number): number {
    const patterns = this.#patterns;
    let state = before;
    for (let index = from; index < input.length; index += 1) {
      if (state === 0) index = patterns.skip(input, index);
      state = patterns.next(state, input[index] ?? 0);
      const length = patterns.matched(state);
      if (length === 0) continue;
      this.#add(index + 1 - length, index + 1);
      state = patterns.settle(state);
    }
    return state;
  }

  /** Ends never decrease, so only the last ones can overlap. */
  #add(start: number, end: number): void {
    let merged: Found = { start, end, shown: false };
    for (
      let last = this.#found.at(-1);
      last !== undefined && last.end > merged.start;
      last = this.#found.at(-1)
    ) {
      merged = {
        start: Math.min(last.start, merged.start),
        end,
        shown: last.shown || merged.shown,
      };
      this.#found.pop();
    }
    this.#found.push(merged);
  }

  /** Gives out the bytes before `boundary`: nothing that comes later can reach them. */
  #release(input: Uint8Array, boundary: number): Uint8Array {
    const found = this.#found;
    this.#window = input.slice(boundary);
    this.#found = found
      .filter(({ end }) => end > boundary)
      .map(({ start, end, shown }) => ({
        start: Math.max(0, start - boundary),
        end: end - boundary,
        shown: shown || start < boundary,
      }));
    if (found.length === 0) return input.subarray(0, boundary);
    const pieces: Uint8Array[] = [];
    let position = 0;
    for (const { start, end, shown } of found) {
      if (start >= boundary) break;
      pieces.push(input.subarray(position, start));
      if (!shown) pieces.push(MASK);
      position = Math.min(end, boundary);
    }
    pieces.push(input.subarray(position, boundary));
    return concatenated(...pieces);
  }
}

const shownOf = (held: Uint8Array): number =>
  new DataView(held.buffer, held.byteOffset).getUint32(0);

function withHeader(shown: number, bytes: Uint8Array): Uint8Array {
  const held = new Uint8Array(HEADER_BYTES + bytes.length);
  new DataView(held.buffer).setUint32(0, shown);
  held.set(bytes, HEADER_BYTES);
  return held;
}

function concatenated(...pieces: readonly Uint8Array[]): Uint8Array {
  const filled = pieces.filter(({ length }) => length > 0);
  const [only = NOTHING] = filled;
  if (filled.length < 2) return only;
  const all = new Uint8Array(filled.reduce((total, { length }) => total + length, 0));
  let position = 0;
  for (const piece of filled) {
    all.set(piece, position);
    position += piece.length;
  }
  return all;
}
