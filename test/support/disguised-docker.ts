import type { Builder } from "../../src/core/builder.ts";
import type { Daemon, Engine, Machine } from "../../src/core/engine.ts";
import { EngineUnreachableError } from "../../src/core/errors.ts";
import type { Ports } from "../../src/core/ports.ts";

/** What a server's Docker says of itself; what it was asked to do is written down. */
export interface Disguise {
  daemon: Daemon;
  /** It tells of no workload and makes none, as it does not answer. */
  isAway: boolean;
  readonly cpus: number;
  readonly built: string[];
  readonly prepared: string[];
}

export const disguise = (id: string, host: string, cpus: number): Disguise => ({
  daemon: { id, host },
  isAway: false,
  cpus,
  built: [],
  prepared: [],
});

/** This machine's Docker, that calls itself another one: two servers with one each are two machines to the platform. */
export function disguised(its: Disguise): (ports: Ports) => Partial<Ports> {
  return ({ builder, engines }) => {
    const docker = engines.get("docker");
    if (docker === undefined) throw new Error("there is no Docker to disguise");
    const engine = replaced<Engine>(docker, {
      daemon: async () => its.daemon,
      async capacity(signal) {
        const own = await docker.capacity(signal);
        return own.map((machine): Machine => ({
          ...machine,
          name: its.daemon.host,
          cpus: its.cpus,
        }));
      },
      async list(signal) {
        if (its.isAway) throw new EngineUnreachableError("It is away.");
        return docker.list(signal);
      },
      async prepare(workload, signal) {
        if (its.isAway) throw new EngineUnreachableError("It is away.");
        its.prepared.push(workload.experimentId);
        return docker.prepare(workload, signal);
      },
    });
    return {
      engines: new Map([...engines, ["docker", engine]]),
      builder: replaced<Builder>(builder, {
        daemon: async () => its.daemon.id,
        build(request, log, signal) {
          its.built.push(request.experimentId);
          return builder.build(request, log, signal);
        },
      }),
    };
  };
}

function replaced<Port extends object>(port: Port, methods: Partial<Port>): Port {
  return new Proxy(port, {
    get(target, name) {
      const value: unknown = Reflect.get(name in methods ? methods : target, name);
      return typeof value === "function" && !(name in methods) ? value.bind(target) : value;
    },
  });
}
