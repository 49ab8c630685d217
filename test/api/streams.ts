export interface Received {
  readonly event: string;
  readonly id: string | undefined;
  readonly data: unknown;
}

/** What a stream of events sends, comments left out; ends with the stream. */
export async function* eventsOf(response: Response): AsyncGenerator<Received> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of response.body ?? []) {
    text += decoder.decode(bytes, { stream: true });
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = new Map(
        block.split("\n").map((line): [string, string] => {
          const colon = line.indexOf(": ");
          return [line.slice(0, colon), line.slice(colon + 2)];
        }),
      );
      const data = fields.get("data");
      if (data !== undefined)
        yield {
          event: fields.get("event") ?? "message",
          id: fields.get("id"),
          data: JSON.parse(data),
        };
    }
  }
}
