export interface ServerEvent {
  /** `message` where the stream names none. */
  readonly event: string;
  readonly id: string | undefined;
  readonly data: string;
}

/** The events of an SSE stream, from `lastEventId` on; leaving the loop closes the connection. */
export async function* readEvents(
  url: string,
  token: string,
  lastEventId?: number | string,
): AsyncIterable<ServerEvent> {
  const aborted = new AbortController();
  const response = await fetch(url, {
    signal: aborted.signal,
    headers: {
      accept: "text/event-stream",
      authorization: `Bearer ${token}`,
      ...(lastEventId !== undefined && { "last-event-id": String(lastEventId) }),
    },
  });
  if (!response.ok || response.body === null)
    throw new Error(`${response.status} ${await response.text()}`);
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const bytes of response.body) {
      text += decoder.decode(bytes, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parse(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    aborted.abort();
  }
}

function parse(block: string): ServerEvent | undefined {
  const lines = block.split("\n").filter((line) => !line.startsWith(":"));
  const value = (name: string): string | undefined =>
    lines
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trimStart();
  const data = lines
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice(5).trimStart());
  if (data.length === 0) return undefined;
  return { event: value("event") ?? "message", id: value("id"), data: data.join("\n") };
}
