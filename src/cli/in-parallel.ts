/** Does it for each, so many at a time. The first that throws ends it: no other is begun. */
export async function inParallel<T>(
  found: AsyncIterable<T> | Iterable<T>,
  most: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  try {
    for await (const one of found) {
      const done = work(one).finally(() => underWay.delete(done));
      underWay.add(done);
      // Its failure is met below; until then it must not count as one that nobody handles.
      done.catch(() => undefined);
      if (underWay.size >= most) await Promise.race(underWay);
    }
    await Promise.all(underWay);
  } finally {
    await Promise.allSettled(underWay);
  }
}
