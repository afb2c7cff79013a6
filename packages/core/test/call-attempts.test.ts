import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { ignoresAbort, logAnswers, retryUpTo, runStage, withPart } from './interceptors.ts'
import { passing } from './ways.ts'
import { StageOutput } from '../src/index.ts'
import type { Interceptor } from '../src/index.ts'

test('a part inside a retry follows one attempt, and a part outside follows all of them', async () => {
  const log: string[] = []
  const numbered = (name: string): Interceptor =>
    withPart(name, ({ attempt }) => {
      log.push(`${name} asked for ${attempt}`)
      return {
        ended: ({ status }, context) => void log.push(`${name} ${status} of ${context.attempt}`),
      }
    })
  await runStage(clock, (context) => (context.attempt < 3 ? StageOutput.fail('no') : {}), [
    numbered('outer'),
    retryUpTo(3),
    numbered('inner'),
  ])
  expect(log).toEqual([
    'outer asked for 1',
    'inner asked for 1',
    'inner fail of 1',
    'inner asked for 2',
    'inner fail of 2',
    'inner asked for 3',
    'inner ok of 3',
    'outer ok of 3',
  ])
})

/** Answers after `ms` by a race, without ending what is inside. */
const impatient = (ms: number): Interceptor => ({
  name: 'impatient',
  wrap: (next) => async (context) =>
    await Promise.race([next(context), clock.sleep(ms).then(() => StageOutput.fail('too slow'))]),
})

describe.each([
  ['at its own promise', []],
  ['at the promise of an interceptor inside', [passing('inside')]],
] as const)('%s,', (_, inside) => {
  test('a call that hangs when its stage ends is answered once, with a cancel', async () => {
    const log: string[] = []
    const run = runStage(clock, ignoresAbort, [impatient(100), logAnswers(log), ...inside], { graceMs: 10_000 })
    await clock.advance(100)
    expect(log).toEqual(['part a cancel at 100'])
    await clock.advance(1_000)
    expect((await run).status).toBe('failed')
    expect(log).toEqual(['part a cancel at 100'])
  })

  test('an aborted call that hangs is given up when the stage goes on to its next call', async () => {
    const log: string[] = []
    const twice: Interceptor = {
      name: 'twice',
      wrap: (next) => async (context) => {
        const first = context.fork()
        void next(first.context)
        await clock.sleep(100)
        first.abort(new Error('enough'))
        expect(log).toEqual([])
        const second = context.fork()
        expect(log).toEqual(['part a cancel at 100'])
        return next(second.context)
      },
    }
    const run = runStage(clock, ignoresAbort, [twice, logAnswers(log), ...inside], { graceMs: 10_000 })
    await clock.advance(2_000)
    expect((await run).status).toBe('completed')
    expect(log).toEqual(['part a cancel at 100', 'part a ok at 1000'])
  })
})

test('a call of an abandoned stage that was answered before is given up, and its attempt stays open', async () => {
  const log: string[] = []
  const run = runStage(clock, () => new Promise(() => {}), [impatient(100), logAnswers(log)], { graceMs: 10_000 })
  await clock.advance(100)
  expect(log).toEqual(['part a cancel at 100'])
  await clock.advance(10_000)
  expect((await run).report.stages['a']?.attempts[0]?.endedAt).toBeUndefined()
})

test('a call that goes on beside a second one is not given up', async () => {
  const log: string[] = []
  const hedged: Interceptor = {
    name: 'hedged',
    wrap: (next) => async (context) => {
      const first = next(context.fork().context)
      void next(context.fork().context)
      return await first
    },
  }
  const run = runStage(clock, ignoresAbort, [hedged, logAnswers(log)], { graceMs: 10_000 })
  await clock.advance(400)
  expect(log).toEqual([])
  await clock.advance(2_000)
  expect((await run).status).toBe('completed')
  expect(log[0]).toBe('part a ok at 500')
})
