/** A user of an image registry. */
export interface RegistryLogin {
  /** `registry.example.org:5000`; Docker Hub is docker.io. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** The project's secret with its registry logins, as Docker's own config.json has them; GitLab calls it so, too. */
export const REGISTRY_SECRET = "DOCKER_AUTH_CONFIG";

/** The logins of such a secret; a sentence where it cannot be read. Never quotes what it holds. */
export function readRegistryLogins(text: string): readonly RegistryLogin[] | string {
  const auths = Object(Object(parsed(text)).auths);
  const entries = Object.entries(auths);
  const logins = entries.flatMap(([address, entry]) => loginOf(address, entry) ?? []);
  if (entries.length > 0 && logins.length === entries.length) return logins;
  return `${REGISTRY_SECRET} holds no registry logins: it is JSON as in Docker's config.json, {"auths": {"registry.example.org": {"username": "…", "password": "…"}}}, or with "auth": base64 of user:password.`;
}

/** The login for the registry that an image's name begins with. */
export function loginFor(
  image: string,
  logins: readonly RegistryLogin[],
): RegistryLogin | undefined {
  const host = registryOf(image);
  return logins.find((login) => login.host === host);
}

/** `python:3.12` is Docker Hub's; a first part with a dot or a port, or localhost, is a registry. */
export function registryOf(image: string): string {
  const [first = "", ...rest] = image.split("/");
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return hasHost ? registryHost(first) : HUB;
}

const HUB = "docker.io";

/** Docker Hub has many names, and an address may be written as one of the web. */
export function registryHost(address: string): string {
  const host = address.replace(/^https?:\/\//, "").replace(/\/.*$/s, "");
  return ["index.docker.io", "registry-1.docker.io", HUB].includes(host) ? HUB : host;
}

function loginOf(address: string, entry: unknown): RegistryLogin | undefined {
  const { auth, username, password } = Object(entry);
  const host = registryHost(address);
  if (host === "") return undefined;
  if (typeof username === "string" && typeof password === "string" && username !== "")
    return { host, username, password };
  const [, name, word] =
    /^([^:]+):(.*)$/s.exec(typeof auth === "string" ? decoded(auth) : "") ?? [];
  return name === undefined || word === undefined
    ? undefined
    : { host, username: name, password: word };
}

function decoded(base64: string): string {
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(base64), (each) => each.charCodeAt(0)));
  } catch {
    return "";
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
