/** The same items, until the signal says otherwise: at once, also where the source is silent for ever. */
export async function* interruptible<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  let fail: ((reason: unknown) => void) | undefined;
  const onAbort = () => fail?.(signal?.reason);
  signal?.addEventListener("abort", onAbort);
  try {
    for (;;) {
      signal?.throwIfAborted();
      // Not Promise.race, whose losing side would hold on to every item until the end.
      const { promise, resolve, reject } = Promise.withResolvers<IteratorResult<T>>();
      fail = reject;
      iterator.next().then(resolve, reject);
      const next = await promise;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener("abort", onAbort);
    // Not waited for: a silent generator answers only when it has its next item.
    iterator.return?.().catch(() => {});
  }
}
