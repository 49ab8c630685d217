import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { FormEvent } from "react";

import type { ProjectAnswer } from "../../contract/project.ts";
import { Labelled } from "../components/labelled.tsx";
import { Problem } from "../components/problem.tsx";
import { writtenDuration } from "../format.ts";
import { enginesQuery, projectQuery } from "../queries.ts";
import { encoded, request } from "../request.ts";
import { typed } from "../typed.ts";

interface GeneralProps {
  readonly project: ProjectAnswer;
  readonly isAdministrator: boolean;
}

/** Name, engine, what starts an experiment, and its limits. Empty fields are no limit. */
export function General({ project, isAdministrator }: GeneralProps) {
  const { slug, name, forge, engine, settings } = project;
  const { data: engines } = useQuery(enginesQuery);
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (change: object) =>
      request<ProjectAnswer>("PATCH", `/api/v1/projects/${encoded(slug)}`, change),
    onSuccess: (changed) => client.setQueryData(projectQuery(slug).queryKey, changed),
  });
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    save.mutate(changeOf(new FormData(event.currentTarget), project));
  };
  const names = engines?.items.map((each) => each.name) ?? [engine];
  return (
    <section aria-label="General" className="mb-8">
      <h2 className="heading">General</h2>
      <form onSubmit={submit}>
        {/* Others read it. */}
        <fieldset disabled={!isAdministrator} className="grid gap-4 sm:grid-cols-2 lg:grid-cols-3">
          <Labelled label="Name">
            <input name="name" required defaultValue={name} className="field" />
          </Labelled>
          <Labelled label="Engine">
            <select name="engine" defaultValue={engine} className="field">
              {names.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </Labelled>
          <Labelled label="At one time" hint="Experiments; empty: no limit.">
            <input
              name="maxActive"
              type="number"
              min={1}
              defaultValue={settings.maxActive ?? ""}
              className="field"
            />
          </Labelled>
          <Labelled label="Branches" hint="Globs, one a line; empty: all of them.">
            <textarea
              name="branches"
              rows={2}
              defaultValue={settings.branches.join("\n")}
              className="field code"
            />
          </Labelled>
          <Labelled label="Commits of a push">
            <select name="commits" defaultValue={settings.commits} className="field">
              <option value="all">each that is tagged</option>
              <option value="head">the last one alone</option>
            </select>
          </Labelled>
          <Labelled label="Trigger">
            <select name="trigger" defaultValue={settings.trigger} className="field">
              <option value="strict">exp: and a message</option>
              <option value="loose">exp and anything that is no letter or digit</option>
            </select>
          </Labelled>
          <Labelled label="Secrets" hint="Which ones an experiment gets.">
            <select name="secrets" defaultValue={settings.secrets} className="field">
              <option value="asked">those that its manifest names</option>
              <option value="all">all of the project's</option>
            </select>
          </Labelled>
          {TIMES.map(({ field, label }) => (
            <Labelled key={field} label={label} hint="Such as 90s, 2h, 7d.">
              <input
                name={field}
                required
                defaultValue={writtenDuration(settings[field])}
                className="field code"
              />
            </Labelled>
          ))}
          {forge !== "builtin" && (
            <Labelled label="Ask for pushes every" hint="Such as 30s; empty: the forge tells.">
              <input
                name="pollSeconds"
                defaultValue={
                  settings.pollSeconds === null ? "" : writtenDuration(settings.pollSeconds)
                }
                className="field code"
              />
            </Labelled>
          )}
          <label className="flex h-8 items-center gap-2">
            <input name="tags" type="checkbox" defaultChecked={settings.tags} />
            Pushed tags start experiments
          </label>
          <label className="flex h-8 items-center gap-2">
            <input name="internet" type="checkbox" defaultChecked={settings.internet} />
            Containers reach the internet
          </label>
        </fieldset>
        {isAdministrator && (
          <button type="submit" className="button mt-4" aria-disabled={save.isPending}>
            Save
          </button>
        )}
        {save.isSuccess && (
          <span role="status" className="ml-3 text-succeeded">
            Saved.
          </span>
        )}
        {save.isError && <Problem error={save.error} />}
      </form>
    </section>
  );
}

const TIMES = [
  { field: "cloneTimeoutSeconds", label: "Cloning ends after" },
  { field: "buildTimeoutSeconds", label: "Building ends after" },
  { field: "runTimeoutSeconds", label: "A run ends after" },
] as const;

/** What the form says, as the API takes it. */
function changeOf(fields: FormData, { forge }: ProjectAnswer): object {
  const text = (name: string): string => typed(fields, name).trim();
  const orNull = <T,>(name: string, read: (text: string) => T): T | null =>
    text(name) === "" ? null : read(text(name));
  return {
    name: text("name"),
    engine: text("engine"),
    settings: {
      maxActive: orNull("maxActive", Number),
      branches: text("branches").split(/\s+/).filter(Boolean),
      commits: text("commits"),
      trigger: text("trigger"),
      secrets: text("secrets"),
      tags: fields.has("tags"),
      internet: fields.has("internet"),
      ...Object.fromEntries(TIMES.map(({ field }) => [field, text(field)])),
      ...(forge !== "builtin" && { pollSeconds: orNull("pollSeconds", String) }),
    },
  };
}
