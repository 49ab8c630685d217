import type { Database, Stores } from "../../../src/core/database.ts";
import { isFinished } from "../../../src/core/lifecycle.ts";
import { around, type Reach } from "./around.ts";

/** A point before each commit that moves something, inside of its transaction, and one after it. */
export function databaseWithPoints(database: Database, reach: Reach): Database {
  const told = async <T>(run: (note: Noting) => Promise<T>): Promise<T> => {
    const moves: string[] = [];
    const answer = await run((work) => async (stores) => {
      moves.length = 0;
      const found = await work(noting(stores, (what) => void moves.push(what)));
      for (const move of moves.slice(-1)) await reach(`before commit: ${move}`);
      return found;
    });
    for (const move of moves.slice(-1)) await reach(`after commit: ${move}`);
    return answer;
  };
  const images = around(database.images, { record: "image's record" }, reach);
  return {
    ...database,
    images,
    transaction: (work) => told((note) => database.transaction(note(work))),
    holding: (job, work) => told((note) => database.holding(job, note(work))),
    exclusively: (section, work) => told((note) => database.exclusively(section, note(work))),
  };
}

type Work<T> = (stores: Stores) => Promise<T>;
type Noting = <T>(work: Work<T>) => Work<T>;

/** The last move that a transaction makes names it. */
function noting(stores: Stores, note: (what: string) => void): Stores {
  const { deliveries, experiments, runs } = stores;
  return {
    ...stores,
    deliveries: around(deliveries, {}, never, {
      decide(id, verdict) {
        note("push decided");
        return deliveries.decide(id, verdict);
      },
    }),
    experiments: around(experiments, {}, never, {
      advance(experiment, move) {
        const ended = isFinished({ step: move.step, stepStatus: move.status });
        note(ended ? `experiment ${move.status}` : `experiment to ${move.step}`);
        return experiments.advance(experiment, move);
      },
      admit(ids) {
        note("admission");
        return experiments.admit(ids);
      },
      setConditions(id, conditions, ready) {
        note("conditions");
        return experiments.setConditions(id, conditions, ready);
      },
      requestCancel(id, kill) {
        note("cancel");
        return experiments.requestCancel(id, kill);
      },
    }),
    runs: around(runs, {}, never, {
      advance(run, move) {
        note(`run to ${move.state}`);
        return runs.advance(run, move);
      },
      reserve(places) {
        note("reservation");
        return runs.reserve(places);
      },
      setEngineId(attemptId, engineId) {
        note("engine's id");
        return runs.setEngineId(attemptId, engineId);
      },
      observe(sightings) {
        for (const { observation } of sightings) note(`observed ${observation.kind}`);
        return runs.observe(sightings);
      },
      markStopping(attemptId) {
        note("stop asked for");
        return runs.markStopping(attemptId);
      },
      requestCancel(id, kill) {
        note("run's cancel");
        return runs.requestCancel(id, kill);
      },
    }),
  };
}

const never: Reach = async () => {};
