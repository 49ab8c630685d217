/** IPv4 subnets as numbers. Pure. */
export interface Subnet {
  readonly start: number;
  readonly prefix: number;
}

/** `10.213.0.0/16`; undefined for anything else, IPv6 included. */
export function parseSubnet(text: string): Subnet | undefined {
  const [, address, prefixText] = /^(\d+\.\d+\.\d+\.\d+)\/(\d+)$/.exec(text) ?? [];
  const bytes = (address ?? "").split(".").map(Number);
  const prefix = Number(prefixText);
  if (bytes.length !== 4 || bytes.some((byte) => byte > 255) || !(prefix <= 32)) return undefined;
  const start = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
  return { start: start - (start % sizeOf(prefix)), prefix };
}

export function formatSubnet({ start, prefix }: Subnet): string {
  const bytes = [24, 16, 8, 0].map((shift) => Math.floor(start / 2 ** shift) % 256);
  return `${bytes.join(".")}/${prefix}`;
}

/** The first block of the pool that overlaps none of those taken; undefined where there is none. */
export function findFree(
  pool: Subnet,
  prefix: number,
  taken: readonly Subnet[],
): Subnet | undefined {
  const size = sizeOf(prefix);
  const end = pool.start + sizeOf(pool.prefix);
  for (let start = pool.start; start + size <= end; start += size) {
    const block = { start, prefix };
    if (!taken.some((other) => overlaps(block, other))) return block;
  }
  return undefined;
}

/** The smallest block for so many containers: besides them it holds its own address, the gateway's and the broadcast's. */
export function prefixFor(containers: number): number {
  return 32 - Math.ceil(Math.log2(containers + 3));
}

function overlaps(one: Subnet, other: Subnet): boolean {
  return (
    one.start < other.start + sizeOf(other.prefix) && other.start < one.start + sizeOf(one.prefix)
  );
}

function sizeOf(prefix: number): number {
  return 2 ** (32 - prefix);
}
