import type { ExperimentAnswer } from "../../contract/experiment.ts";
import { plainText } from "../log/ansi.ts";

/** What went wrong, before everything else: in words, with a hint and the log's last lines. */
export function Failure({ experiment }: { readonly experiment: ExperimentAnswer }) {
  const failed = experiment.steps.find(({ exception }) => exception !== null);
  if (failed?.exception === undefined || failed.exception === null) return null;
  const { message, hint, logTail } = failed.exception;
  return (
    <section aria-label="What went wrong" className="rounded border border-failed p-3">
      <h2 className="font-semibold break-words whitespace-pre-wrap text-failed">
        {failed.name}: {message}
      </h2>
      {hint !== undefined && <p className="mt-1 break-words">{hint}</p>}
      {logTail !== undefined && logTail !== "" && (
        <pre
          className="code mt-2 max-h-48 overflow-auto border-t border-line pt-2 break-words whitespace-pre-wrap"
          tabIndex={0}
        >
          {logTail.split("\n").map(plainText).join("\n")}
        </pre>
      )}
    </section>
  );
}
