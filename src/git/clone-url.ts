import { innerAddress } from "./inner-address.ts";

/** What git is given, in parts; `port` is undefined for the protocol's own. */
export interface CloneUrl {
  readonly protocol: "https" | "ssh" | "file";
  /** As DNS or a person writes it, without brackets; empty for file. */
  readonly host: string;
  readonly port: number | undefined;
}

const FORM =
  "Write https://host/path, ssh://git@host/path or git@host:path, in plain ASCII and without a password.";

const USER = "[A-Za-z0-9_][A-Za-z0-9._-]*";
const HOST = String.raw`[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?|\[[0-9A-Fa-f:.]+\]`;
// A path that begins with "-" could be taken for an option on the other side, one with "?" or "#" is no path.
const PATH = String.raw`[A-Za-z0-9._~%!$&'()*+,;=:@/-]*`;
const HTTPS = new RegExp(`^https://(?<host>${HOST})(?::(?<port>[0-9]{1,5}))?/(?!-)${PATH}$`);
const SSH = new RegExp(
  `^ssh://(?:${USER}@)?(?<host>${HOST})(?::(?<port>[0-9]{1,5}))?/(?!-)${PATH}$`,
);
const SCP = new RegExp(`^${USER}@(?<host>${HOST}):(?![-:])${PATH}$`);
const FILE = new RegExp(`^file:///${PATH}$`);
const ENCODED_CONTROL = /%(?:[01][0-9a-f]|7f|(?![0-9a-f]{2}))/i;

/**
 * Why Assay will not clone from this URL, as a sentence; undefined where it will. Hosts that only DNS shows to be
 * inner ones are refused when they are fetched from.
 */
export function checkCloneUrl(
  url: string,
  { allowFileProtocol = false }: { readonly allowFileProtocol?: boolean | undefined } = {},
): string | undefined {
  const parts = parseCloneUrl(url);
  if (parts === undefined)
    return /^https?:\/\/[^/]*@/.test(url)
      ? `The clone URL may hold no user name or password: ${FORM}`
      : `This is no clone URL that Assay takes. ${FORM}`;
  if (parts.protocol === "file")
    return allowFileProtocol ? undefined : `file:// URLs are not taken. ${FORM}`;
  if (parts.port !== undefined && (parts.port < 1 || parts.port > 65_535))
    return `${parts.port} is no port.`;
  return innerHost(parts.host);
}

/** undefined where it is of no form that is taken. */
export function parseCloneUrl(url: string): CloneUrl | undefined {
  if (url.length > 2000 || ENCODED_CONTROL.test(url)) return undefined;
  if (FILE.test(url)) return { protocol: "file", host: "", port: undefined };
  const https = HTTPS.exec(url);
  const match = https ?? SSH.exec(url) ?? SCP.exec(url);
  if (match?.groups?.["host"] === undefined) return undefined;
  const { host, port } = match.groups;
  return {
    protocol: https === null ? "ssh" : "https",
    host: host.replace(/^\[|\]$/g, ""),
    port: port === undefined ? undefined : Number(port),
  };
}

/** A text that may go into a message or a log: `//user:password@` is cut out. */
export function withoutCredentials(text: string): string {
  return text.replaceAll(/\/\/[^/\s@]*(?:@[^/\s@]*)*@/g, "//");
}

function innerHost(host: string): string | undefined {
  const name = host.toLowerCase();
  if (name === "localhost" || name.endsWith(".localhost"))
    return `${host} is this server itself: Assay does not clone from there.`;
  const address = asAddress(name);
  return address === undefined ? undefined : innerAddress(address);
}

/** 0x7f000001, 2130706433 and 127.1 are addresses too: what the URL standard makes of them, the resolver does as well. */
function asAddress(host: string): string | undefined {
  if (host.includes(":")) return host;
  const canonical = URL.parse(`https://${host}/`)?.hostname;
  if (canonical === undefined) return host;
  return /^[0-9.]+$/.test(canonical) ? canonical : undefined;
}
