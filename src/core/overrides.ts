import type { Overrides } from "./experiment.ts";
import type { Manifest, ReplicaResources } from "./manifest.ts";
import { parameterText, parameterVariable } from "./parameters.ts";
import { commandFaults, fillCommand, fillValue, valueFaults } from "./placeholders.ts";
import { variableFault, variableValueFault } from "./reserved-variables.ts";
import { closest, didYouMean } from "./suggest.ts";

/** What an override names and why it cannot be. Fits InvalidError. */
export interface OverrideError {
  /** Dotted, as in a submission's body: `params.lr`, `resources.gpus`. */
  readonly path: string;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/**
 * The manifest as trailers, a submission or a resubmit want it, placeholders still in place: `resolveParams` is the
 * next call. `engine` is taken over as it is; whether the project has it is the caller's to judge (give it to the
 * parser as `ManifestContext.engine`). `name`, `tags` and `freshBuild` belong to the experiment and change nothing here.
 */
export function applyOverrides(
  manifest: Manifest,
  overrides: Overrides,
): { readonly manifest: Manifest; readonly errors: readonly OverrideError[] } {
  const { spec } = manifest;
  const params = { ...manifest.params, ...overrides.params };
  const command = overrides.command ?? spec.command;
  const env = { ...spec.env, ...overrides.env };
  const changed = {
    ...manifest,
    priority: overrides.priority ?? manifest.priority,
    params,
    spec: {
      ...spec,
      command,
      env,
      engineName: overrides.engine ?? spec.engineName,
      timeoutSeconds: overrides.timeoutSeconds ?? spec.timeoutSeconds,
      types: spec.types.map((type) => ({
        ...type,
        resources: withResources(type.resources, overrides.resources ?? {}),
      })),
    },
  };
  const errors = [
    ...parameterErrors(manifest, overrides),
    ...commandErrors(overrides, params),
    ...variableErrors(overrides, params),
    ...resourceErrors(overrides),
  ];
  return { manifest: errors.length > 0 ? manifest : changed, errors };
}

/**
 * Replaces `{{ params.… }}` in command and env, once: values are data, and what looks like a placeholder in one stays
 * as it is. Call it on what `applyOverrides` gave without errors; the result is what runs.
 */
export function resolveParams(manifest: Manifest): Manifest {
  const { params, spec } = manifest;
  const env = Object.entries(spec.env).map(([name, value]) => [name, fillValue(value, params)]);
  return {
    ...manifest,
    spec: { ...spec, command: fillCommand(spec.command, params), env: Object.fromEntries(env) },
  };
}

function parameterErrors(manifest: Manifest, overrides: Overrides): readonly OverrideError[] {
  const declared = Object.keys(manifest.params);
  return Object.entries(overrides.params ?? {}).flatMap(([name, value]) => {
    const path = `params.${name}`;
    if (Object.hasOwn(manifest.params, name)) {
      const message = variableValueFault(parameterVariable(name), parameterText(value));
      return message === undefined ? [] : [{ path, message }];
    }
    const suggestion = closest(name, declared);
    const declaredAre =
      declared.length === 0
        ? "it declares none"
        : `it declares ${declared.slice(0, 20).join(", ")}`;
    const message = `The manifest declares no parameter ${name}${didYouMean(suggestion) || `: ${declaredAre}.`}`;
    return [{ path, message, suggestion }];
  });
}

function commandErrors(
  { command }: Overrides,
  params: Manifest["params"],
): readonly OverrideError[] {
  if (command === undefined) return [];
  if (command.trim() === "") return [{ path: "command", message: "The command is empty." }];
  if (command.includes("\0"))
    return [{ path: "command", message: "The command holds a zero byte, which no command can." }];
  return commandFaults(command, params).map(({ message }) => ({ path: "command", message }));
}

function variableErrors({ env }: Overrides, params: Manifest["params"]): readonly OverrideError[] {
  return Object.entries(env ?? {}).flatMap(([name, value]) => {
    const path = `env.${name}`;
    const fault = variableFault(name) ?? variableValueFault(name, value);
    if (fault !== undefined) return [{ path, message: fault }];
    return valueFaults(value, params).map(({ message }) => ({ path, message }));
  });
}

const RESOURCES = ["cpus", "memoryGb", "gpus"] as const;

function resourceErrors({ resources }: Overrides): readonly OverrideError[] {
  return Object.entries(resources ?? {}).flatMap(([name, value]) => {
    const path = `resources.${name}`;
    const known = RESOURCES.find((each) => each === name);
    if (known === undefined) {
      const suggestion = closest(name, RESOURCES);
      const message = `${name} cannot be changed here${didYouMean(suggestion) || `: there are ${RESOURCES.join(", ")}.`}`;
      return [{ path, message, suggestion }];
    }
    const isGood =
      typeof value === "number" &&
      Number.isFinite(value) &&
      (known === "gpus" ? Number.isInteger(value) && value >= 0 : value > 0) &&
      value <= 1_000_000;
    const what = known === "gpus" ? "a whole number from 0" : "a number above 0";
    return isGood ? [] : [{ path, message: `${name} must be ${what}.` }];
  });
}

/** Applies to every replica of every type. What was derived from a size follows it. */
function withResources(
  resources: ReplicaResources,
  change: NonNullable<Overrides["resources"]>,
): ReplicaResources {
  const number = (name: (typeof RESOURCES)[number]): number | undefined => {
    const value = change[name];
    return typeof value === "number" ? value : undefined;
  };
  const cpus = number("cpus") ?? resources.cpus;
  const memoryGb = number("memoryGb");
  const memoryBytes =
    memoryGb === undefined ? resources.memoryBytes : Math.round(memoryGb * 2 ** 30);
  const sharesHalf = resources.shmBytes === Math.floor(resources.memoryBytes / 2);
  const gpus = number("gpus");
  return {
    cpus,
    cpuLimit: cpus * (resources.cpuLimit / resources.cpus),
    memoryBytes,
    shmBytes: sharesHalf ? Math.floor(memoryBytes / 2) : resources.shmBytes,
    gpu:
      gpus === undefined
        ? resources.gpu
        : gpus === 0
          ? undefined
          : { type: resources.gpu?.type, product: resources.gpu?.product, count: gpus },
  };
}
