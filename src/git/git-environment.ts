import { join } from "node:path";

/** Where the repositories are, and what git is given to work with. */
export interface GitSettings {
  /** Absolute. */
  readonly folder: string;
  /** The server's environment; only the variables of INHERITED reach git. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** Host keys of SSH servers, beside the system's own file; default: known_hosts in the folder. */
  readonly knownHosts?: string;
  /** Lets mirrors be fetched from file:// URLs; for tests and trials on one machine. */
  readonly allowFileProtocol?: boolean;
}

/** Never GIT_*, never HOME (it may hold .netrc and .gitconfig): the search path, proxies and certificates. */
const INHERITED = [
  "PATH",
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
  "SSL_CERT_FILE",
  "SSL_CERT_DIR",
  "SSH_AUTH_SOCK",
];

const SEARCH_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** Nothing that a repository, a user's or the system's configuration says may make git run a program or go elsewhere. */
const CONFIGURATION = {
  "core.hooksPath": "/dev/null",
  "core.fsmonitor": "false",
  "core.logAllRefUpdates": "false",
  "gc.auto": "0",
  "maintenance.auto": "false",
  "fetch.recurseSubmodules": "false",
  "http.followRedirects": "false",
  "http.lowSpeedLimit": "1000",
  "http.lowSpeedTime": "60",
  "i18n.logOutputEncoding": "UTF-8",
};

export type GitEnvironment = Readonly<Record<string, string>>;

export interface GitSurroundings {
  /** The repository; naming it keeps git from looking for one in the folders above. */
  readonly directory?: string;
  /** Beside or instead of CONFIGURATION. */
  readonly configuration?: Readonly<Record<string, string>>;
  /** Default: https and ssh, and file where the settings allow it. */
  readonly protocols?: string;
  /** Whether ssh may offer the server account's own keys. */
  readonly sshKeys?: boolean;
}

/** The whole environment of a git process. Configuration travels in it: an argument list can be read by everybody. */
export function gitEnvironment(
  settings: GitSettings,
  { directory, configuration, protocols, sshKeys = true }: GitSurroundings = {},
): GitEnvironment {
  const inherited = INHERITED.flatMap((name) => {
    const value = settings.environment?.[name];
    return value === undefined ? [] : [[name, value]];
  });
  const entries = Object.entries({ ...CONFIGURATION, ...configuration });
  return {
    PATH: SEARCH_PATH,
    ...Object.fromEntries(inherited),
    HOME: settings.folder,
    LC_ALL: "C",
    GIT_ALLOW_PROTOCOL:
      protocols ?? (settings.allowFileProtocol === true ? "https:ssh:file" : "https:ssh"),
    GIT_ATTR_NOSYSTEM: "1",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_LFS_SKIP_SMUDGE: "1",
    GIT_LITERAL_PATHSPECS: "1",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_SSH_COMMAND: sshCommand(settings, sshKeys),
    GIT_TERMINAL_PROMPT: "0",
    GIT_CONFIG_COUNT: `${entries.length}`,
    ...Object.fromEntries(
      entries.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${index}`, key],
        [`GIT_CONFIG_VALUE_${index}`, value],
      ]),
    ),
    ...(directory === undefined ? {} : { GIT_DIR: directory }),
  };
}

/** Unknown hosts are refused, nobody is asked, and no configuration file (ProxyCommand!) is read. */
function sshCommand(settings: GitSettings, keys: boolean): string {
  const knownHosts = settings.knownHosts ?? join(settings.folder, "known_hosts");
  const options = [
    "BatchMode=yes",
    "StrictHostKeyChecking=yes",
    `UserKnownHostsFile="${knownHosts.replaceAll("%", "%%")}"`,
    "ConnectTimeout=20",
    "ServerAliveInterval=15",
    ...(keys ? [] : ["IdentityAgent=none", "PubkeyAuthentication=no"]),
  ];
  return ["ssh", "-F", "/dev/null", ...options.flatMap((option) => ["-o", quoted(option)])].join(
    " ",
  );
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
