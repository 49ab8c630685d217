/** npm hands the terminal's Ctrl-C on, so that one keystroke may come as two signals. */
const SIGNALS_OF_ONE_KEYSTROKE = 2;

/** Aborted by the first Ctrl-C or SIGTERM; the third one ends the process at once. */
export function interruption(): AbortSignal {
  const interrupted = new AbortController();
  let heard = 0;
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => {
      heard++;
      if (heard > SIGNALS_OF_ONE_KEYSTROKE) process.exit(130);
      interrupted.abort();
    });
  return interrupted.signal;
}
