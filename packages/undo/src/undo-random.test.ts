import type { UndoResult } from '@stageflow/tool-executor'
import fc from 'fast-check'
import { expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { tool, undoBench } from '../test/undo-bench.ts'

const TTL_MS = 500

const runs = fc.constantFrom('run-a', 'run-b')
const stepArbitrary = fc.oneof(
  fc.record({ kind: fc.constant('call' as const), run: runs, fails: fc.nat({ max: 2 }), lastsMs: fc.nat({ max: 30 }) }),
  fc.record({ kind: fc.constant('undo' as const), of: fc.nat({ max: 20 }) }),
  fc.record({ kind: fc.constant('compensate' as const), run: runs }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.nat({ max: 200 }) }),
)

test('whatever is undone, by whom and when: nothing twice, nothing too late, and every result is true', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(stepArbitrary, { maxLength: 30 }), async (steps) => {
      const undone = new Map<string, number>()
      const running = new Set<string>()
      const completedAt = new Map<string, number>()
      const tries = new Map<string, number>()
      const faults: string[] = []
      const write = tool('write', () => 1, {
        undo: async ({ callId, input }, { clock }) => {
          if (running.has(callId)) faults.push(`${callId} twice at once`)
          if (undone.has(callId)) faults.push(`${callId} again`)
          if (clock.now() >= (completedAt.get(callId) as number) + TTL_MS) faults.push(`${callId} too late`)
          running.add(callId)
          await clock.sleep((input as any).lastsMs)
          running.delete(callId)
          tries.set(callId, (tries.get(callId) ?? 0) + 1)
          if ((tries.get(callId) as number) <= (input as any).fails) throw new Error('no')
          undone.set(callId, clock.now())
        },
      })
      const b = undoBench([write], { ttlMs: TTL_MS })
      const called = new Set<string>()
      const answers: Promise<readonly UndoResult[]>[] = []
      let made = 0
      for (const step of steps) {
        if (step.kind === 'call') {
          const callId = `c${made++}`
          completedAt.set(callId, b.clock.now())
          called.add(step.run)
          await b.call('write', { ...step }, { callId, ids: { pipelineRunId: step.run } })
        } else if (step.kind === 'undo') answers.push(b.undo(`c${step.of}`).then((answer) => [answer]))
        else if (step.kind === 'compensate')
          answers.push(
            b.compensate(step.run).then(({ undone: done, failed, expired, stillRunning, isComplete, isKnown }) => {
              const isLeft = failed.length + expired.length + stillRunning > 0
              if (isComplete !== (isKnown && !isLeft)) faults.push('isComplete')
              if (isKnown !== called.has(step.run)) faults.push('isKnown')
              return [...done, ...failed, ...expired]
            }),
          )
        else await b.clock.advance(step.ms)
      }
      await b.clock.advance(10_000)
      const all = (await Promise.all(answers)).flat()
      for (const { status, callId } of all)
        if (status === 'undone' && !undone.has(callId)) faults.push(`${callId} was not undone`)
      const told = new Set(all.filter(({ status }) => status === 'undone').map(({ callId }) => callId))
      for (const callId of undone.keys()) if (!told.has(callId)) faults.push(`${callId}: nobody was told`)
      expect(faults).toEqual([])
      expect(running.size).toBe(0)
      expect(b.clock.timers).toEqual([])
    }),
    propertySettings(150),
  )
}, 120_000)
