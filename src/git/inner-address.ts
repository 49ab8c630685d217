import { BlockList, isIP } from "node:net";

/** Never a forge: this host, its links, cloud metadata, multicast. */
const NEVER = blockList([
  "0.0.0.0/8",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "100.100.100.200/32",
  "192.0.0.0/24",
  "224.0.0.0/3",
  "::/127",
  "fe80::/10",
  "fd00:ec2::254/128",
  "ff00::/8",
]);

/** Where a team's own forge may well be, but no stranger's word should lead. */
const PRIVATE = blockList([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "fc00::/7",
]);

/**
 * Why Assay does not fetch from this IP address; undefined where it does. A project's URL is an administrator's word
 * and may lead into the private network; a submodule's is the word of whoever pushed, and may not.
 */
export function innerAddress(
  address: string,
  { privateToo = false }: { readonly privateToo?: boolean } = {},
): string | undefined {
  const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
  const family = isIP(plain);
  if (family === 0) return `${address} is no address that Assay can check.`;
  const kind = family === 4 ? "ipv4" : "ipv6";
  if (NEVER.check(plain, kind))
    return `${address} is an address of this server or its surroundings: Assay does not clone from there.`;
  if (privateToo && PRIVATE.check(plain, kind))
    return `${address} is an address of the private network: Assay does not fetch submodules from there.`;
  return undefined;
}

function blockList(subnets: readonly string[]): BlockList {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = "", prefix] = subnet.split("/");
    list.addSubnet(network, Number(prefix), network.includes(":") ? "ipv6" : "ipv4");
  }
  return list;
}
