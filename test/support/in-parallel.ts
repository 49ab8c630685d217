/** Begins the work of each item in order, so many at a time; each answer can be waited for by itself. */
export function inParallel<Item, Answer>(
  most: number,
  items: readonly Item[],
  work: (item: Item) => Promise<Answer>,
): ReadonlyMap<Item, Promise<Answer>> {
  const answers = new Map(items.map((item) => [item, Promise.withResolvers<Answer>()] as const));
  const waiting = [...answers];
  const goOn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [item, { resolve, reject }] = next;
      await work(item).then(resolve, reject);
    }
  };
  for (let count = 0; count < most; count += 1) void goOn();
  return new Map(
    [...answers].map(([item, { promise }]) => {
      // Whoever waits for it hears of a failure, be it later.
      promise.catch(() => {});
      return [item, promise] as const;
    }),
  );
}
