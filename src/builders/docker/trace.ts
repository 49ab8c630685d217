import { WireMessage } from "./wire.ts";

/** One step of a build. Times are in seconds. */
export interface Vertex {
  readonly digest: string;
  readonly name: string;
  readonly cached: boolean;
  readonly started: number | undefined;
  readonly completed: number | undefined;
  readonly error: string;
}

/** How far a part of a step is: a layer that is pulled, an export. */
export interface VertexStatus {
  readonly vertex: string;
  readonly id: string;
  readonly current: number;
  readonly total: number;
  readonly at: number | undefined;
  readonly started: number | undefined;
  readonly completed: number | undefined;
}

export interface VertexLog {
  readonly vertex: string;
  readonly stream: number;
  readonly bytes: Uint8Array;
}

/** What BuildKit reports while it builds; vertices come in any order and several times. */
export interface Trace {
  readonly vertices: readonly Vertex[];
  readonly statuses: readonly VertexStatus[];
  readonly logs: readonly VertexLog[];
  readonly warnings: readonly { readonly vertex: string; readonly text: string }[];
}

/** Decodes moby.buildkit.v1.StatusResponse, as `moby.buildkit.trace` carries it; the numbers are those of its .proto. */
export function decodeTrace(encoded: Uint8Array): Trace {
  const response = new WireMessage(encoded);
  return {
    vertices: response.messages(1).map((vertex) => ({
      digest: vertex.text(1),
      name: vertex.text(3),
      cached: vertex.number(4) === 1,
      started: vertex.seconds(5),
      completed: vertex.seconds(6),
      error: vertex.text(7),
    })),
    statuses: response.messages(2).map((status) => ({
      id: status.text(1),
      vertex: status.text(2),
      current: status.number(4),
      total: status.number(5),
      at: status.seconds(6),
      started: status.seconds(7),
      completed: status.seconds(8),
    })),
    logs: response.messages(3).map((log) => ({
      vertex: log.text(1),
      stream: log.number(3),
      bytes: log.bytes(4),
    })),
    warnings: response.messages(4).map((warning) => ({
      vertex: warning.text(1),
      text: warning.text(3),
    })),
  };
}
