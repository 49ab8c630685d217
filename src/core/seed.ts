/**
 * An experiment's own seed, and each run's: FNV-1a over UTF-16 units, without the sign bit: the same on every machine,
 * and small enough for every library.
 */
export function seedOf(experimentId: string, run: string): number {
  const text = `${experimentId}/${run}`;
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash & 0x7fffffff;
}
