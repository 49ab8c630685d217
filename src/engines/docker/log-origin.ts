import { askStream } from "./ask.ts";
import { demultiplex } from "./demultiplex.ts";
import type { LogSource } from "./log-source.ts";

/**
 * When the first line was printed that Docker still has, to the nanosecond; undefined while there is none. Docker removes
 * the oldest file of a log that outgrows its rotation, and then it is another one.
 */
export async function logOrigin(source: LogSource): Promise<string | undefined> {
  const stream = await askStream((abortSignal) => begin(source, abortSignal), source.signal);
  try {
    let begun = "";
    for await (const { bytes } of demultiplex(stream)) {
      begun += Buffer.from(bytes).toString("latin1");
      const [, time] = /^(\S+) /.exec(begun) ?? [];
      if (time !== undefined) return time;
    }
    return undefined;
  } finally {
    stream.destroy();
  }
}

/** Not by dockerode's own call, which takes all that is there into memory unless it follows. */
function begin(
  { docker, container }: LogSource,
  abortSignal: AbortSignal,
): Promise<NodeJS.ReadableStream> {
  return new Promise((resolve, reject) => {
    docker.modem.dial(
      {
        method: "GET",
        path: `/containers/${container}/logs?`,
        options: { _query: { stdout: true, stderr: true, timestamps: true }, _body: {} },
        statusCodes: { 200: true },
        isStream: true,
        abortSignal,
      },
      (error, answer) => {
        if (error === null && isStream(answer)) resolve(answer);
        else reject(error ?? new TypeError("Docker answered a log without a stream."));
      },
    );
  });
}

const isStream = (answer: unknown): answer is NodeJS.ReadableStream =>
  typeof answer === "object" && answer !== null && "pipe" in answer;
