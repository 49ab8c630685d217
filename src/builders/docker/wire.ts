import { Reader, Writer } from "protobufjs";

/** A protobuf message as numbered fields; the few messages of BuildKit that are used need no schema. */
export class WireMessage {
  readonly #numbers = new Map<number, number>();
  readonly #bytes = new Map<number, Uint8Array[]>();

  constructor(encoded: Uint8Array) {
    const reader = Reader.create(encoded);
    while (reader.pos < reader.len) {
      const tag = reader.uint32();
      const field = tag >>> 3;
      const wireType = tag & 7;
      if (wireType === 0) this.#numbers.set(field, toNumber(reader.int64()));
      else if (wireType === 2) this.#add(field, reader.bytes());
      else reader.skipType(wireType);
    }
  }

  number(field: number): number {
    return this.#numbers.get(field) ?? 0;
  }

  bytes(field: number): Uint8Array {
    return this.#bytes.get(field)?.at(-1) ?? new Uint8Array();
  }

  text(field: number): string {
    return Buffer.from(this.bytes(field)).toString("utf8");
  }

  messages(field: number): readonly WireMessage[] {
    return (this.#bytes.get(field) ?? []).map((each) => new WireMessage(each));
  }

  /** A google.protobuf.Timestamp in seconds; undefined where it is not set. */
  seconds(field: number): number | undefined {
    const [timestamp] = this.messages(field);
    return timestamp && timestamp.number(1) + timestamp.number(2) / 1e9;
  }

  #add(field: number, bytes: Uint8Array): void {
    const values = this.#bytes.get(field);
    if (values === undefined) this.#bytes.set(field, [bytes]);
    else values.push(bytes);
  }
}

/** The reader gives two halves where the package for 64-bit numbers is installed. */
function toNumber(value: number | { readonly high: number; readonly low: number }): number {
  return typeof value === "number" ? value : value.high * 2 ** 32 + (value.low >>> 0);
}

/** A message whose only field is number 1. */
export function encodeOne(value: Uint8Array | number): Buffer {
  const writer = Writer.create();
  if (typeof value === "number") writer.uint32(1 << 3).uint32(value);
  else writer.uint32((1 << 3) | 2).bytes(value);
  return Buffer.from(writer.finish());
}

/** A message whose fields, from number 1 on, are texts. */
export function encodeTexts(texts: readonly string[]): Buffer {
  const writer = Writer.create();
  for (const [index, text] of texts.entries()) writer.uint32(((index + 1) << 3) | 2).string(text);
  return Buffer.from(writer.finish());
}
