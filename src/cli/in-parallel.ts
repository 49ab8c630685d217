/** Does it for each, so many at a time. After one that failed no other is begun, and its error is thrown at the end. */
export async function inParallel<T>(
  found: AsyncIterable<T> | Iterable<T>,
  most: number,
  work: (one: T) => Promise<void>,
): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const errors: unknown[] = [];
  const noted = async (one: T): Promise<void> => {
    try {
      await work(one);
    } catch (error) {
      errors.push(error);
    }
  };
  try {
    for await (const one of found) {
      const done = noted(one).finally(() => underWay.delete(done));
      underWay.add(done);
      if (underWay.size >= most) await Promise.race(underWay);
      if (errors.length > 0) break;
    }
  } finally {
    await Promise.all(underWay);
  }
  if (errors.length > 0) throw errors[0];
}
