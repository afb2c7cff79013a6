import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { ignoresAbort, logAnswers, logExpired, logSettled, runStage, stopsOnAbort } from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  describe.each<[which: string, outer: object, inner: object]>([
    ['two deadlines', { deadline: 20 }, { deadline: 20 }],
    ['two idle times', { idleTimeoutMs: 20 }, { idleTimeoutMs: 20 }],
    ['an outer deadline and an inner idle time', { deadline: 20 }, { idleTimeoutMs: 20 }],
    ['an outer idle time and an inner deadline', { idleTimeoutMs: 20 }, { deadline: 20 }],
  ])('of %s that pass at one instant', (_which, outer, inner) => {
    test('the outermost answers, and the other does not expire', async () => {
      const log: string[] = []
      const list = [logExpired(log, 'outer', () => outer), logExpired(log, 'inner', () => inner)]
      const run = runStage(clock, ignoresAbort, [logAnswers(log), ...beside(list)], { onFailure: 'skip' })
      await clock.advance(500)
      expect((await run).report.stages['a']).toMatchObject({ endedAt: 20, error: { message: 'outer expired' } })
      expect(log[0]).toMatch(/^outer a /)
      expect(log.slice(1)).toEqual(['part a fail at 20'])
    })
  })

  test.each<[which: string, outer: object, inner: object]>([
    ['an outer idle time that a heartbeat moved, and an inner deadline', { idleTimeoutMs: 20 }, { deadline: 30 }],
    ['an outer deadline, and an inner idle time that a heartbeat moved', { deadline: 30 }, { idleTimeoutMs: 20 }],
    ['two idle times that a heartbeat moved', { idleTimeoutMs: 20 }, { idleTimeoutMs: 20 }],
  ])('of %s, that pass at one instant, the outermost answers', async (_which, outer, inner) => {
    const log: string[] = []
    const list = [logExpired(log, 'outer', () => outer), logExpired(log, 'inner', () => inner)]
    const stage = async (context: StageContext): Promise<void> => {
      await context.clock.sleep(10)
      context.heartbeat()
      await context.clock.sleep(100)
    }
    const run = runStage(clock, stage, beside(list), { onFailure: 'skip' })
    await clock.advance(500)
    expect((await run).report.stages['a']).toMatchObject({ endedAt: 30, error: { message: 'outer expired' } })
    expect(log).toEqual([expect.stringMatching(/^outer a .* at 30$/)])
  })

  test.each<[which: string, ms: readonly number[]]>([
    ['the code sets its timer in time', [20]],
    ['the code sets its timer later', [10, 10]],
    ['the code sets its timer much later', [10, 5, 5]],
  ])('if a limit passes in the instant of an answer, exactly one of them counts: %s', async (_which, times) => {
    const log: string[] = []
    const stage = async (context: StageContext): Promise<object> => {
      for (const ms of times) await context.clock.sleep(ms)
      return {}
    }
    const list = beside([
      logAnswers(log, 'outer'),
      logExpired(log, 'limit', () => ({ deadline: 20 })),
      logAnswers(log, 'inner'),
    ])
    const run = runStage(clock, stage, [logSettled(log), ...list], { onFailure: 'skip' })
    await clock.advance(20)
    const { report } = await run
    const status = report.stages['a']?.tolerated === true ? 'fail' : 'ok'
    expect(log).toEqual([
      ...(status === 'fail' ? ['limit a deadline at 20'] : []),
      `inner a ${status} at 20`,
      `outer a ${status} at 20`,
      `settled a ${status} at 20`,
    ])
    expect(report.stages['a']?.endedAt).toBe(20)
  })

  test('limits of two stages that pass at one instant each answer their own call', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', stopsOnAbort, { onFailure: 'skip' })
      .withStage('b', stopsOnAbort, { onFailure: 'skip' })
      .withStage('c', () => void log.push(`c at ${clock.now()}`), { dependencies: ['a', 'b'], join: 'settled' })
      .build({ clock, interceptors: beside([logExpired(log, 'limit', () => ({ deadline: 20 }))]) })
      .runSettled()
    await clock.advance(20)
    await run
    expect(log).toEqual(['limit a deadline at 20', 'limit b deadline at 20', 'c at 20'])
  })

  test('if limits of a stage and of its child pass at one instant, the outer call answers and cancels the child', async () => {
    const log: string[] = []
    const child = new Pipeline('child').withStage('inside', stopsOnAbort)
    const run = new Pipeline('demo')
      .withPipeline('above', child, { onFailure: 'skip' })
      .build({ clock, interceptors: beside([logExpired(log, 'limit', () => ({ deadline: 20 }))]) })
      .runSettled()
    await clock.advance(500)
    const { report } = await run
    expect(log).toEqual(['limit above deadline at 20'])
    expect(report.stages['above']).toMatchObject({ endedAt: 20, children: [{ status: 'cancelled' }] })
  })

  test('after the expired of one stage has failed the run, no limit of another stage expires', async () => {
    const log: string[] = []
    const run = new Pipeline('demo')
      .withStage('a', stopsOnAbort)
      .withStage('b', stopsOnAbort)
      .build({
        clock,
        interceptors: beside([logExpired(log, 'limit', ({ stage }) => ({ deadline: 20 + stage.index }))]),
      })
      .runSettled()
    await clock.advance(500)
    expect((await run).report).toMatchObject({ status: 'failed', endedAt: 20 })
    expect(log).toEqual(['limit a deadline at 20'])
  })
})
