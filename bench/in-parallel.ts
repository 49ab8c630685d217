/** `work`, `count` times, at most `width` of them at once. */
export async function inParallel(
  count: number,
  width: number,
  work: () => Promise<unknown>,
): Promise<void> {
  let left = count;
  const one = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: width }, one));
}
