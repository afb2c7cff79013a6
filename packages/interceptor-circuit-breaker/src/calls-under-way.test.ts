import type { InterceptorContext, RunContext } from '@stageflow/core'
import { assert, array, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'

import { StageCalls, type Call } from './calls-under-way.ts'

const runs = Array.from({ length: 4 }, () => ({}) as RunContext)
const callOf = (run: number) => ({ context: { run: runs[run] } as InterceptorContext }) as Call

test('whatever is put in and taken out, once or twice, the calls of a run are those that are in', () => {
  const steps = array(record({ adds: integer({ min: -1, max: 3 }), removes: integer({ min: -1, max: 20 }) }))
  assert(
    property(steps, (all) => {
      const calls = new StageCalls()
      const made: Call[] = []
      const inside = new Set<Call>()
      for (const { adds, removes } of all) {
        if (adds >= 0) {
          const call = callOf(adds)
          made.push(call)
          inside.add(call)
          calls.add(call)
        }
        const call = made[removes]
        if (call !== undefined) {
          inside.delete(call)
          calls.remove(call)
        }
        for (const run of runs)
          expect(new Set(calls.of(run))).toEqual(new Set([...inside].filter(({ context }) => context.run === run)))
        expect(calls.none).toBe(inside.size === 0)
      }
    }),
  )
})
