import type { Engine, LogPiece, LogPosition } from "../core/engine.ts";
import { LostLeaseError, WorkloadGoneError } from "../core/errors.ts";
import type { LogWriter } from "../core/log-store.ts";
import type { Ports } from "../core/ports.ts";
import type { Attempt, Run } from "../core/run.ts";
import { pause } from "./pause.ts";
import { logKey } from "./run/replica-logs.ts";

const RETRY_MS = 500;
const GONE = "[The container was removed before its log was read to the end.]\n";

/** The live logs of one engine: a follower for each replica, from where the log stands until it is sealed. */
export class LogFollowers {
  readonly #ports: Ports;
  readonly #engine: Engine;
  readonly #stopping = new AbortController();
  readonly #following = new Map<string, Promise<void>>();

  constructor(ports: Ports, engine: Engine) {
    this.#ports = ports;
    this.#engine = engine;
  }

  /** Begins to follow those that are not followed yet. */
  async follow(attempts: readonly Attempt[]): Promise<void> {
    for (const attempt of attempts) {
      if (this.#following.has(attempt.id)) continue;
      const run = await this.#ports.database.runs.find(attempt.runId);
      if (run === undefined) continue;
      const done = this.#followAll(run, attempt);
      this.#following.set(
        attempt.id,
        done.finally(() => this.#following.delete(attempt.id)),
      );
    }
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#following.values());
  }

  /** Never throws: nobody waits for it. What broke off is taken up again with the observer's next look. */
  async #followAll(run: Run, attempt: Attempt): Promise<void> {
    try {
      const names = run.plan.replicas.map(({ name }) => name);
      await Promise.all(names.map((name) => this.#followUntilSealed(run, attempt, name)));
      await this.#tell(attempt);
    } catch (error) {
      const about = { attemptId: attempt.id, error };
      if (error instanceof LostLeaseError)
        this.#ports.log.warn(about, "a log is followed by another server");
      else this.#ports.log.debug(about, "a log broke off and is taken up again");
    }
  }

  async #followUntilSealed(run: Run, attempt: Attempt, replica: string): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await this.#followOnce(run, attempt, replica, signal);
        return;
      } catch (error) {
        if (error instanceof LostLeaseError) {
          // Most likely it is just being ended, because its container never began: then nothing is wrong.
          await pause(RETRY_MS, signal);
          const record = await this.#ports.logs.find(logKey(run, attempt, replica));
          if (record?.sealed === true) return;
          throw error;
        }
        const live = await this.#ports.database.runs.liveAttempt(run.id);
        if (live?.id !== attempt.id) return;
        if (!signal.aborted)
          this.#ports.log.debug(
            { attemptId: attempt.id, replica, error },
            "a log broke off and is taken up again",
          );
        await pause(RETRY_MS, signal);
      }
    }
  }

  async #followOnce(
    run: Run,
    attempt: Attempt,
    replica: string,
    signal: AbortSignal,
  ): Promise<void> {
    const engineId = attempt.engineId ?? attempt.id;
    const given = await this.#ports.database.secrets.values(run.projectId, run.plan.secrets);
    const secrets = [this.#ports.runToken(run.experimentId, run.name), ...Object.values(given)];
    const writer = await this.#ports.logs.open(logKey(run, attempt, replica), secrets);
    try {
      if (writer.record.sealed) return;
      await this.#copy(engineId, replica, writer, signal);
      if (!signal.aborted) await writer.seal();
    } finally {
      await writer.close();
    }
  }

  /** Where somebody has removed the container behind our back, what it printed last is lost, and the log says so. */
  async #copy(
    engineId: string,
    replica: string,
    writer: LogWriter,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      for await (const piece of this.#engine.logs(engineId, replica, writer.position, signal)) {
        const { origin } = writer.position;
        const isCut = piece.origin !== undefined && origin !== undefined && piece.origin !== origin;
        if (isCut) await writer.write(note(cutSentence(writer.position, piece.origin)));
        await writer.write(piece);
      }
    } catch (error) {
      if (!(error instanceof WorkloadGoneError)) throw error;
      await writer.write(note(GONE));
    }
  }

  /** The run may be finalized now. */
  async #tell({ runId }: Attempt): Promise<void> {
    if (this.#stopping.signal.aborted) return;
    await this.#ports.database.transaction(async ({ queue, events }) => {
      await queue.wake("run", [runId]);
      await events.publish({ kind: "work" });
    });
  }
}

const note = (sentence: string): LogPiece => ({
  stream: "stderr",
  bytes: new TextEncoder().encode(sentence),
});

/** The engine's own log is larger than what is kept of it, and was cut before it was read. */
const cutSentence = ({ stdout, stderr }: LogPosition, origin: string | undefined): string =>
  `\n[The engine removed the beginning of its log: ${stdout + stderr} bytes of it had been read. What came then is missing, up to ${origin}.]\n`;
