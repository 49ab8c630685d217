import { useQueries } from "@tanstack/react-query";
import { useId, type ReactNode } from "react";
import { useNavigate, useSearchParams } from "react-router";

import { MOST_COMPARED } from "../../contract/comparison.ts";
import { comparePathOf } from "../compare/address.ts";
import { Between } from "../compare/between.tsx";
import { Curves } from "../compare/curves.tsx";
import { Facts } from "../compare/facts.tsx";
import { Problem } from "../components/problem.tsx";
import { useChanges } from "../live.ts";
import { experimentQuery, METRICS, queryClient } from "../queries.ts";

/** Experiments side by side. The address names them, so that it can be kept and sent. */
export function ComparePage() {
  const [parameters] = useSearchParams();
  const navigate = useNavigate();
  const named = [...new Set(parameters.getAll("id"))];
  const references = named.slice(0, MOST_COMPARED);
  const answers = useQueries({
    queries: references.map((reference) => experimentQuery(reference)),
  });
  const experiments = answers.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const show = (ids: readonly string[]): void => void navigate(comparePathOf(ids));
  useChanges(undefined, (change) => {
    if (change !== undefined && !experiments.some(({ id }) => id === change.id)) return;
    for (const reference of references)
      void queryClient.invalidateQueries({ queryKey: experimentQuery(reference).queryKey });
    void queryClient.invalidateQueries({ queryKey: [METRICS] });
  });
  return (
    <main className="min-h-0 flex-1 overflow-auto">
      <title>Compare · Assay</title>
      <div className="mx-auto flex max-w-[90rem] flex-col gap-6 p-4">
        <div className="flex flex-wrap items-center gap-4">
          <h1 className="text-[18px] font-semibold">Compare</h1>
          <Add
            isFull={references.length >= MOST_COMPARED}
            onAdd={(reference) => show([...references, reference])}
          />
        </div>
        {answers.map(
          ({ error }, index) =>
            error !== null && (
              <div key={references[index]} className="flex items-center gap-3">
                <Problem error={error} />
                <button
                  type="button"
                  className="button"
                  onClick={() => show(references.filter((each) => each !== references[index]))}
                >
                  Leave it out
                </button>
              </div>
            ),
        )}
        {named.length > MOST_COMPARED && (
          <p className="text-quiet">
            The first {MOST_COMPARED} are shown: more do not fit side by side.
          </p>
        )}
        {references.length < 2 && (
          <p className="text-quiet">
            Select two to {MOST_COMPARED} rows in the list of experiments and choose{" "}
            <em>Compare</em>, or add them here.
          </p>
        )}
        {experiments.length > 0 && (
          <Facts
            experiments={experiments}
            onRemove={({ id }) =>
              show(references.filter((_, index) => answers[index]?.data?.id !== id))
            }
          />
        )}
        {experiments.length > 1 && (
          <>
            <Part title="Curves">
              <Curves experiments={experiments} />
            </Part>
            <Part title="Between two">
              <Between experiments={experiments} />
            </Part>
          </>
        )}
      </div>
    </main>
  );
}

interface AddProps {
  readonly isFull: boolean;
  readonly onAdd: (reference: string) => void;
}

function Add({ isFull, onAdd }: AddProps) {
  if (isFull) return null;
  return (
    <form
      className="flex gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        const typed = new FormData(event.currentTarget).get("reference");
        if (typeof typed === "string" && typed.trim() !== "") onAdd(typed.trim().replace("#", "/"));
        event.currentTarget.reset();
      }}
    >
      <input
        name="reference"
        aria-label="Another experiment"
        placeholder="digits#12, an id, or a name"
        className="field w-56"
      />
      <button type="submit" className="button">
        Add
      </button>
    </form>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0">
      <h2 id={id} className="heading">
        {title}
      </h2>
      {children}
    </section>
  );
}
