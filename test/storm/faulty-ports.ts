import type { Database, Stores } from "../../src/core/database.ts";
import type { EventBus, Hint } from "../../src/core/events.ts";
import type { LogStore } from "../../src/core/log-store.ts";
import type { Ports } from "../../src/core/ports.ts";
import type { Gusts } from "./gusts.ts";

/** Whose answer is a stream. */
const STREAMS = new Set([
  "engine.watch",
  "engine.logs",
  "repository.archive",
  "logs.read",
  "logs.follow",
]);

/** What is safe to repeat, as its port says: so it is repeated. */
const REPEATABLE = new Set([
  "engine.prepare",
  "engine.start",
  "engine.stop",
  "engine.remove",
  "builder.remove",
  "leases.take",
  "leases.release",
  "workspaces.open",
  "workspaces.close",
  "database.queue.wake",
  "database.experiments.requestCancel",
  "database.servers.releaseDead",
]);

/** Lets go of a file, whatever happens around it: a process that dies does so, too. */
const UNTOUCHED = new Set(["log.close"]);

/** The port with gusts around each of its methods. Every method is one that answers later. */
export function faulty<Port extends object>(port: Port, name: string, gusts: Gusts): Port {
  return new Proxy(port, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== "function") return value;
      const method = `${name}.${String(key)}`;
      return (...given: readonly unknown[]): unknown => {
        const effect = (): unknown => Reflect.apply(value, target, given);
        if (UNTOUCHED.has(method)) return effect();
        if (STREAMS.has(method)) return gusts.along(method, effect as () => AsyncIterable<unknown>);
        return gusts.around(method, REPEATABLE.has(method), async () => effect());
      };
    },
  });
}

/** The ports that are the same for the server's parts as for its tests, each with gusts. */
export function faultyPorts(ports: Ports, gusts: Gusts): Partial<Ports> {
  return {
    database: faultyDatabase(ports.database, gusts),
    events: faultyEvents(ports.events, gusts),
    repository: faulty(ports.repository, "repository", gusts),
    builder: faulty(ports.builder, "builder", gusts),
    archives: faulty(ports.archives, "archives", gusts),
    workspaces: faulty(ports.workspaces, "workspaces", gusts),
    leases: faulty(ports.leases, "leases", gusts),
    logs: faultyLogs(ports.logs, gusts),
  };
}

function faultyDatabase(database: Database, gusts: Gusts): Database {
  return {
    ...faultyStores(database, gusts),
    check: () => database.check(),
    transaction: (work) =>
      gusts.around("database.transaction", false, () =>
        database.transaction((stores) => work(faultyStores(stores, gusts))),
      ),
    holding: (job, work) =>
      gusts.around("database.transaction", false, () =>
        database.holding(job, (stores) => work(faultyStores(stores, gusts))),
      ),
    exclusively: (section, work) =>
      gusts.around("database.exclusively", false, () =>
        database.exclusively(section, (stores) => work(faultyStores(stores, gusts))),
      ),
  };
}

/** Hints are published within transactions, and lost where they arrive. */
function faultyStores<Some extends Stores>(stores: Some, gusts: Gusts): Some {
  return new Proxy(stores, {
    get(target, key) {
      const store: unknown = Reflect.get(target, key, target);
      if (key === "events" || typeof store !== "object" || store === null) return store;
      return faulty(store, `database.${String(key)}`, gusts);
    },
  });
}

function faultyEvents(events: EventBus, gusts: Gusts): EventBus {
  return {
    publish: (...hints) => events.publish(...hints),
    subscribe: (listener) =>
      events.subscribe((hint: Hint) => {
        if (gusts.meets("hint lost")) return;
        listener(hint);
        if (gusts.meets("hint twice")) listener(hint);
      }),
  };
}

function faultyLogs(logs: LogStore, gusts: Gusts): LogStore {
  const store = faulty(logs, "logs", gusts);
  return new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (key !== "open") return value;
      const open: LogStore["open"] = async (...given) =>
        faulty(await store.open(...given), "log", gusts);
      return open;
    },
  });
}
