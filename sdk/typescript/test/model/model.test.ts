/**
 * Whole clients against a model of the server, in a simulated world where everything goes wrong that
 * can. A failure names its seed: MODEL_SEED=… runs that one, MODEL_RUNS=… sets how many are run.
 */

import { expect, test } from "vitest";
import { checkConverged } from "./checks.js";
import { World } from "./world.js";

const { MODEL_SEED, MODEL_RUNS } = process.env;
const FIRST = Number(MODEL_SEED ?? 1);
const COUNT = Number(MODEL_RUNS ?? (MODEL_SEED === undefined ? 150 : 1));

/** What went wrong, or null. */
async function explored(seed: number): Promise<string | null> {
  const world = new World(seed);
  try {
    await world.run();
    await checkConverged(world);
    return null;
  } catch (error) {
    return `MODEL_SEED=${seed}: ${error instanceof Error ? error.stack : String(error)}`;
  }
}

test(
  "every view converges to the server's history, whatever goes wrong",
  async () => {
    const failures: string[] = [];
    for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
      const failure = await explored(seed);
      if (failure !== null) failures.push(failure);
    }
    expect(failures).toEqual([]);
  },
  // A run takes some 100 ms.
  60_000 + COUNT * 1_000,
);
