/** npm hands the terminal's Ctrl-C on, so that one keystroke comes twice. */
const SAME_KEYSTROKE_MS = 1000;

/** Aborted by the first Ctrl-C or SIGTERM; a second one that is meant ends the process at once. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  let first = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      if (!interrupted.signal.aborted) {
        first = performance.now();
        interrupted.abort();
      } else if (performance.now() - first > SAME_KEYSTROKE_MS) process.exit(130);
    });
  return interrupted.signal;
}
