import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import Dockerode from "dockerode";

import { removeContainers } from "./containers.ts";
import { waitFor } from "./wait-for.ts";

const run = promisify(execFile);

/** What `ip link set lo up` does, on a Debian that has no such command: SIOCSIFFLAGS with IFF_UP and IFF_RUNNING. */
const LOOPBACK_UP =
  'socket(my $socket, PF_INET, SOCK_DGRAM, 0) or die; my $up = pack("a16s", "lo", 0x41); ioctl($socket, 0x8914, $up) or die';

/**
 * A Docker daemon of a test's own, which can be stopped. It lives in namespaces of its own: in the machine's, its
 * networks and mounts would take those of the other daemon away.
 */
export class DockerDaemon {
  readonly folder: string;
  readonly docker: Dockerode;
  readonly #namespaces: ChildProcess;
  readonly #hasLiveRestore: boolean;
  #daemon: ChildProcess | undefined;

  private constructor(folder: string, namespaces: ChildProcess, hasLiveRestore: boolean) {
    this.folder = folder;
    this.docker = new Dockerode({ socketPath: join(folder, "docker.sock") });
    this.#namespaces = namespaces;
    this.#hasLiveRestore = hasLiveRestore;
  }

  /** It has the test's image. Needs root. */
  static async start({ liveRestore }: { readonly liveRestore: boolean }): Promise<DockerDaemon> {
    const folder = await mkdtemp(join(tmpdir(), "assay-dockerd-"));
    const namespaces = spawn("unshare", ["--net", "--mount", "sleep", "infinity"]);
    await once(namespaces, "spawn");
    const daemon = new DockerDaemon(folder, namespaces, liveRestore);
    await daemon.restart();
    const image = await new Dockerode().getImage("assay/busybox:local").get();
    await once((await daemon.docker.loadImage(image)).resume(), "end");
    return daemon;
  }

  get host(): string {
    return `unix://${join(this.folder, "docker.sock")}`;
  }

  /** Starts it where it does not run; answers when it does. */
  async restart(): Promise<void> {
    const inside = ["--target", String(this.#namespaces.pid), "--net", "--mount"];
    await run("nsenter", [...inside, "perl", "-MSocket", "-e", LOOPBACK_UP]);
    const daemon = ["dockerd", "--data-root", join(this.folder, "data")];
    const rest = ["--exec-root", join(this.folder, "exec"), "--pidfile", join(this.folder, "pid")];
    const live = this.#hasLiveRestore ? ["--live-restore"] : [];
    this.#daemon = spawn("nsenter", [...inside, ...daemon, ...rest, ...live, "--host", this.host], {
      stdio: "ignore",
    });
    const answers = (): Promise<boolean> =>
      this.docker.ping().then(
        () => true,
        () => false,
      );
    await waitFor("the Docker daemon to answer", answers, 60);
  }

  /** As its service does; containers end with it unless it has live restore. */
  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    this.#daemon = undefined;
    const ended = once(daemon, "close");
    daemon.kill("SIGTERM");
    await ended;
  }

  async remove(): Promise<void> {
    if (this.#daemon === undefined) await this.restart();
    await removeContainers(this.docker);
    await this.stop();
    // The namespaces end with their last process, and what was mounted in them with them.
    const ended = once(this.#namespaces, "close");
    this.#namespaces.kill();
    await ended;
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}
