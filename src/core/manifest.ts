import type { Json } from "./json.ts";

export const OPERATORS = [
  "jobset",
  "batchjob",
  "pytorch",
  "jax",
  "xgboost",
  "tf",
  "kuberay",
  "ray",
  "slurm",
  "vertexai",
] as const;
export type Operator = (typeof OPERATORS)[number];

export interface GpuRequest {
  readonly count: number;
  /** The kind of slice or device: "gpu", "mig-3g.20gb", … */
  readonly type: string | undefined;
  /** The model, by its product name or an alias of it. */
  readonly product: string | undefined;
}

/** What one replica asks for, in one shape, whatever the manifest's way of saying it. */
export interface ReplicaResources {
  /** Cores requested (reserved). */
  readonly cpus: number;
  /** Cores it may use at most; the engine clamps it to the machine. */
  readonly cpuLimit: number;
  readonly memoryBytes: number;
  /** Size of /dev/shm. */
  readonly shmBytes: number;
  readonly gpu: GpuRequest | undefined;
}

/** A group of equal replicas. */
export interface ReplicaType {
  readonly name: string;
  /** Jobs of this type. */
  readonly count: number;
  /** Replicas in each job. */
  readonly completions: number;
  /** How many of a job's replicas run at once. */
  readonly parallelisms: number;
  readonly resources: ReplicaResources;
  /** Options of `ray start`, without the dashes. */
  readonly rayStartParams?: Readonly<Record<string, string>> | undefined;
}

export interface ManifestBuilder {
  readonly image: string | undefined;
  /** Relative to the context; if it is not there, relative to the repository's root. */
  readonly dockerfile: string;
  readonly context: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target: string | undefined;
  /** Where the image is pushed to, before its name: `registry.example.org/team`. */
  readonly registry: string | undefined;
  /** `linux/arm64`; undefined is that of the machine that builds. */
  readonly platform?: string | undefined;
  /** false: a build makes every layer anew. */
  readonly cache?: boolean | undefined;
  /** In the place of a build: the image of an experiment; where none is named, `image` as it is. */
  readonly skipBuild?:
    | { readonly experiment: string | undefined; readonly failIfNotFound: boolean }
    | undefined;
}

export interface ManifestClone {
  readonly depth: number;
  readonly includeDotGit: boolean;
  readonly submodules: "false" | "true" | "recursive";
}

export interface ConcurrencyGroup {
  readonly group: string;
  readonly limit: number;
  readonly cancel: "none" | "queued" | "running";
}

/** What a repository asks for, validated and in one shape; every default is filled in. */
export interface Manifest {
  readonly kind: "AIchorManifest" | "Experiment";
  readonly apiVersion: string;
  readonly name: string | undefined;
  readonly description: string | undefined;
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, Json>>;
  readonly priority: number | undefined;
  readonly concurrency: ConcurrencyGroup | undefined;
  readonly needs: readonly string[];
  readonly approval: boolean;
  readonly params: Readonly<Record<string, Json>>;
  /** Outputs of earlier experiments: a path in them (empty is all), and its name below /assay/inputs. */
  readonly inputs?:
    | readonly { readonly from: string; readonly path: string; readonly as: string }[]
    | undefined;
  /** The project's secrets that it asks for, by name. */
  readonly secrets?: readonly string[] | undefined;
  readonly builder: ManifestBuilder;
  readonly clone: ManifestClone;
  readonly spec: {
    readonly operator: Operator;
    readonly image: string | undefined;
    /** A shell command; `{{ params.… }}` stands in it until `resolveParams` has run. */
    readonly command: string;
    /** The engine's own name where the parser knew the project's engines, else as written; undefined where the manifest names none. */
    readonly engineName: string | undefined;
    readonly timeoutSeconds: number | undefined;
    readonly queueTimeoutSeconds: number | undefined;
    /** Values may hold `{{ params.… }}` until `resolveParams` has run. */
    readonly env: Readonly<Record<string, string>>;
    readonly types: readonly ReplicaType[];
    /** Where every replica sees the folder that they share, which is gone when the experiment has ended. */
    readonly sharedVolume?: { readonly mountPoint: string } | undefined;
    /** Volumes of the project, and where every replica sees them. */
    readonly volumes?:
      | readonly { readonly name: string; readonly mountPoint: string }[]
      | undefined;
    readonly restartPolicy: { readonly backoffLimit: number };
    readonly gracefulTermination: { readonly terminationGracePeriodSeconds: number };
    readonly tensorboard: { readonly enabled: boolean };
  };
}

/** A located error of a manifest. */
export interface ManifestError {
  /** Dotted, as in the file: `spec.types.worker.resources.cpus`; empty for the file as a whole. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly suggestion?: string | undefined;
}

/** Accepted, but not as written. */
export interface Warning {
  readonly path: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  readonly message: string;
}

export interface ManifestVerdict {
  /** undefined exactly when there are errors. */
  readonly manifest: Manifest | undefined;
  readonly errors: readonly ManifestError[];
  readonly warnings: readonly Warning[];
}

/** What a project and its engine allow; without one, a manifest is judged by itself. */
export interface ManifestContext {
  /** Engine names of the project, each with the kind that decides which fields it honours. */
  readonly engines: readonly {
    readonly name: string;
    readonly kind: EngineKind;
    readonly aliases: readonly string[];
  }[];
  readonly defaultEngine: string;
  /** Names of the project's secrets; left out, they are not judged. */
  readonly secrets?: readonly string[] | undefined;
  /** Names of the project's volumes; left out, they are not judged. */
  readonly volumes?: readonly string[] | undefined;
  /** The submission's own choice, which wins over the manifest's. */
  readonly engine?: string | undefined;
}

export type EngineKind = "docker" | "swarm" | "kubernetes" | "slurm" | "dummy";

export interface ManifestParser {
  /**
   * Never throws for what the text holds; linear in its size. Placeholders are checked and left in place:
   * `applyOverrides` and then `resolveParams` (overrides.ts) make of it what runs.
   */
  parse(text: string, context?: ManifestContext): ManifestVerdict;
}
