import { expect, test } from "@jest/globals";

import { seededRandom } from "../core/seeded-random.ts";
import { faultsOfParser, realManifests } from "./judge-parser.ts";
import { mutated } from "./mutations.ts";

/** `npm run fuzz` judges more of them, and tells what the longest took. */
const ROUNDS = 2500;

test.each([1, 2, 3, 4])(
  "whatever a manifest holds, the parser says what and where, and what it accepts has a plan (seed %i)",
  (seed) => {
    const sources = realManifests();
    const random = seededRandom(seed);
    const faults: string[] = [];
    for (let round = 0; round < ROUNDS; round += 1)
      faults.push(
        ...faultsOfParser(mutated(sources, random)).map((fault) => `round ${round}: ${fault}`),
      );

    expect(faults).toEqual([]);
  },
);
