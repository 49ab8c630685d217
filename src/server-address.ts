/** A host as HOST names it, or as a URL's hostname. */
export const isLoopback = (host: string): boolean =>
  host === "localhost" || /^(127\..*|\[?::1\]?)$/.test(host);

export const isEveryAddress = (host: string): boolean => host === "0.0.0.0" || host === "::";

/** A server that listens on every address is reached, from its own machine, at localhost. */
export function urlOf(host: string, port: number): string {
  if (isEveryAddress(host)) return `http://localhost:${port}`;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
