import { honoured, later, refused, type Field } from "./field.ts";

/** What a manifest says of the experiment itself. */
export const EXPERIMENT_FIELDS: readonly Field[] = [
  honoured("kind", "AIchorManifest (default) or Experiment."),
  honoured("apiVersion", "0.2.0 to 0.2.3 (default); changes nothing."),
  honoured("name", "Shown instead of the commit message."),
  honoured("description", "Free text."),
  honoured("tags", "Words to find it by."),
  honoured("metadata", "The experiment's initial fields: any JSON."),
  honoured("metadata.*", "One of them."),
  honoured("priority", "1 (soonest) to 99."),
  honoured("concurrency", "At most so many experiments of a group at one time."),
  honoured("concurrency.group", "The group's name, within the project."),
  honoured("concurrency.limit", "How many of it may be active. Default 1."),
  honoured(
    "concurrency.cancel",
    "none (default): what is older goes on; queued: a newer one cancels those of the group that still wait; running: those that are active as well.",
  ),
  honoured(
    "needs",
    "Experiments that must have Succeeded first: id, number, project#12, or the newest of a name in this project.",
  ),
  honoured(
    "inputs",
    "Outputs of earlier experiments, read-only at /assay/inputs/<as>; they are needed as those of needs are.",
  ),
  honoured("inputs.*.from", "The experiment, as in needs."),
  honoured("inputs.*.path", "A file or folder of its outputs. Default: all of them."),
  honoured("inputs.*.as", "The name here."),
  honoured("approval", "true: waits until somebody approves. Default false."),
  honoured(
    "params",
    "Parameters and their values: $PARAM_<NAME>, ASSAY_PARAMS, {{ params.<name> }}.",
  ),
  honoured("params.*", "A parameter's value."),
  refused("search", "Hyperparameter search.", later("search is")),
  refused("nodes", "A workflow of runs.", later("workflows are")),
  refused("schedule", "Start by the clock.", later("schedules are")),
  honoured("secrets", "The project's secrets that it gets, as variables of their names."),
];
