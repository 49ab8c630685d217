import { z } from "zod";

/** null: it can be done now; otherwise the sentence that says why not. */
const Reason = z.string().nullable();

/** What can be done with an experiment now, as the verbs themselves judge it. */
export const VerbsAnswer = z.object({
  cancel: Reason,
  kill: Reason,
  resubmit: Reason,
  approve: Reason,
  archive: Reason,
  unarchive: Reason,
});
export type VerbsAnswer = z.infer<typeof VerbsAnswer>;
