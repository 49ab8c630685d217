import type { Route } from "../contract/route.ts";
import { type Client, type Request, unreachable } from "./client.ts";
import { EXIT, Exit } from "./exit.ts";

export interface ServerEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** A server that restarts is away for seconds. */
const PATIENCE_MS = 120_000;
const LONGEST_PAUSE_MS = 5_000;

/**
 * The events of a stream. A connection that breaks is made again, and goes on behind the last event that had an id:
 * nothing is lost and nothing comes twice. Ends after `event: end`, else when the caller leaves the loop.
 */
export async function* serverEvents(
  client: Client,
  route: Route,
  request: Request,
): AsyncGenerator<ServerEvent> {
  let lastId: string | undefined;
  let brokenSince: number | undefined;
  for (let tries = 0; ; tries += 1) {
    const headers = {
      accept: "text/event-stream",
      ...(lastId !== undefined && { "last-event-id": lastId }),
    };
    try {
      const response = await client.open(route, { ...request, headers });
      for await (const event of eventsOf(response)) {
        brokenSince = undefined;
        tries = 0;
        lastId = event.id ?? lastId;
        yield event;
        if (event.event === "end") return;
      }
    } catch (error) {
      // What the server refuses, it refuses again; a connection that broke may be made again.
      if (error instanceof Exit && error.code !== EXIT.unreachable) throw error;
      if (request.signal?.aborted === true) return;
      brokenSince ??= Date.now();
      if (Date.now() - brokenSince > PATIENCE_MS) throw unreachable(client.url, error);
    }
    await client.pause(Math.min(LONGEST_PAUSE_MS, 200 * 2 ** tries));
  }
}

async function* eventsOf(response: Response): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const event = parse(block);
      if (event !== undefined) yield event;
    }
  }
}

function parse(block: string): ServerEvent | undefined {
  const lines = block.split("\n");
  const valuesOf = (name: string): readonly string[] =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).replace(/^ /, ""));
  const data = valuesOf("data");
  if (data.length === 0) return undefined;
  return { event: valuesOf("event")[0] ?? "message", id: valuesOf("id")[0], data: data.join("\n") };
}
