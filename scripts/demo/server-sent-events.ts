export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
}

/** The events of a stream; comments (pings) are none. */
export async function* readEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = block.split("\n").map((line) => line.split(/: ?(.*)/s, 2));
      const value = (name: string): string | undefined =>
        fields.find(([field]) => field === name)?.[1];
      const data = value("data");
      if (data !== undefined) yield { event: value("event") ?? "message", data };
    }
  }
}
