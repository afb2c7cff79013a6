import type { Interceptor } from '@stageflow/core'
import { seededNumbers } from './seeded-random.ts'

/** Enough for a few dozen stages that are ready at once to get distinct places, and too few to be noticed. */
const MOST_TURNS = 64

/**
 * An interceptor that shuffles the order in which ready stages start: each waits for a number of promise turns that its
 * name and the seed decide. So a seed gives one order on every machine and any clock, and no time passes.
 */
export function seededOrder(seed: number): Interceptor {
  const numberOf = seededNumbers(seed)
  return {
    name: 'seeded-order',
    wrap: (next, stage) => async (context) => {
      const turns = Math.floor(
        numberOf(`${context.run.parent?.path ?? ''}/${stage.name}#${context.attempt}`) * MOST_TURNS,
      )
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      return next(context)
    },
  }
}
