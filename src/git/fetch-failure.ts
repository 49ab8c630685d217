import { SourceUnavailableError } from "../core/errors.ts";
import { withoutCredentials } from "./clone-url.ts";

/** What git says (in English, by LC_ALL) → what the person is told. The first that matches counts. */
const SENTENCES: readonly (readonly [RegExp, (url: string) => string])[] = [
  [
    /host key verification failed|host key is known/i,
    (url) =>
      `The SSH host key of ${url} is not known to Assay or has changed. Add the right one to the file known_hosts beside Assay's repositories.`,
  ],
  [
    /unable to update url base from redirection|The requested URL returned error: 3\d\d/i,
    (url) =>
      `${url} redirects to another address, which Assay does not follow. Register the repository's present URL (some servers want it to end in .git).`,
  ],
  [
    /authentication failed|could not read (?:username|password)|permission denied|returned error: 40[13]|access denied|invalid credentials/i,
    (url) => `${url} refuses access. Is the repository private?`,
  ],
  [
    /not found|does not appear to be a git repository|does not exist|returned error: 4\d\d/i,
    (url) =>
      `There is no repository at ${url}, or it is not shown to Assay. Check the URL and that Assay may read it.`,
  ],
  [
    /could not resolve|failed to connect|couldn't connect|connection (?:refused|reset|timed out|closed)|network is unreachable|no route to host|operation too slow|operation timed out|ssl|certificate|early eof|hung up|returned error: 5\d\d|could not read from remote/i,
    (url) => `${url} cannot be reached now.`,
  ],
  [
    /transport '.*' not allowed/i,
    (url) => `${url} is not fetched: only https and ssh are allowed here.`,
  ],
];

/** Whether the disk, a lock or the repository of ours is at fault; then the platform tries again. */
const OURS =
  /no space left|cannot lock ref|unable to create|read-only file system|permission denied.*objects|corrupt|out of memory/i;

export function fetchFailure(url: string, cause: Error): Error {
  const { message } = cause;
  const shown = withoutCredentials(url);
  const sentence = OURS.test(message)
    ? undefined
    : SENTENCES.find(([pattern]) => pattern.test(message))?.[1];
  return sentence === undefined
    ? new Error(`Fetching ${shown} failed: ${withoutCredentials(message).trim().slice(0, 1000)}`)
    : new SourceUnavailableError(sentence(shown));
}
