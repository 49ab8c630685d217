import { createHash } from "node:crypto";
import { EventEmitter, on } from "node:events";

import type { LogIndex, LogRecord, LogStore } from "../../src/core/log-store.ts";

/** Logs with real rows and bytes in memory: what the API does with them does not depend on files. */
export function memoryLogs(index: LogIndex): LogStore {
  const contents = new Map<string, Buffer>();
  const changes = new EventEmitter().setMaxListeners(0);
  const contentOf = ({ id }: LogRecord): Buffer => contents.get(id) ?? Buffer.alloc(0);
  return {
    async open(key) {
      const record = await index.open(key);
      return {
        record,
        position: record.raw,
        async write({ bytes }) {
          const content = Buffer.concat([contentOf(record), bytes]);
          contents.set(record.id, content);
          await index.advance(record.id, record.writerToken, { ...record, stored: content.length });
          changes.emit("change");
        },
        async seal() {
          const content = contentOf(record);
          const sha256 = createHash("sha256").update(content).digest("hex");
          await index.seal(record.id, record.writerToken, { stored: content.length, sha256 });
          changes.emit("change");
          return { bytes: content.length, sha256 };
        },
        close: async () => undefined,
      };
    },
    find: (key) => index.find(key),
    async *read(record, { start, end }) {
      yield contentOf(record).subarray(start, end);
    },
    async *follow(record, offset, signal) {
      const woken = on(changes, "change", { signal });
      for (let at = offset; ;) {
        const row = await index.get(record.id);
        const bytes = contentOf(record).subarray(at, row?.stored);
        at += bytes.length;
        // In odd pieces, so that characters are cut.
        const size = bytes.length > 10_000 ? 65_537 : 5;
        for (let start = 0; start < bytes.length; start += size)
          yield bytes.subarray(start, start + size);
        if (row === undefined || row.sealed) return;
        await woken.next();
      }
    },
    async tailOffset(record, lines) {
      const all = contentOf(record).toString("latin1").split("\n");
      const ended = all.at(-1) === "" ? 1 : 0;
      return (
        all.slice(0, Math.max(0, all.length - ended - lines)).join("\n").length +
        (all.length - ended > lines ? 1 : 0)
      );
    },
    remove: async () => undefined,
  };
}
