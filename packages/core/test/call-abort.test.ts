import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import {
  LATE,
  abortAfter,
  ignoresAbort,
  limitTo,
  logAnswers,
  logExpired,
  logSettled,
  retryUpTo,
  runStage,
} from './interceptors.ts'
import { WAYS } from './ways.ts'
import { Pipeline, StageOutput, StageflowError } from '../src/index.ts'
import type { Interceptor, StageContext } from '../src/index.ts'

describe.each(WAYS)('%s,', (_, beside) => {
  test('a wrap can end a call: it forks, aborts and answers, and the run waits for the code', async () => {
    const log: string[] = []
    const stage = async (context: StageContext): Promise<void> => {
      context.signal.addEventListener('abort', () =>
        log.push(`aborted: ${(context.signal.reason as Error).message} at ${clock.now()}`),
      )
      await context.clock.sleep(150)
    }
    const list = [logAnswers(log, 'outer'), abortAfter(100, StageOutput.skip('enough')), logAnswers(log, 'inner')]
    const run = runStage(clock, stage, [logSettled(log), ...beside(list)], { graceMs: 1_000 })
    await clock.advance(500)
    const { report } = await run
    expect(report.endedAt).toBe(150)
    expect(report.stages['a']).toMatchObject({
      status: 'skip',
      endedAt: 100,
      attempts: [{ startedAt: 0, endedAt: 150, status: 'ok' }],
    })
    expect(log.filter((line) => !line.startsWith('inner'))).toEqual([
      'aborted: late at 100',
      'outer a skip at 100',
      'settled a skip at 100',
    ])
    expect(log.filter((line) => line.startsWith('inner'))).toEqual(['inner a cancel at 100'])
  })

  test('a limit inside a call that a wrap has ended does not expire', async () => {
    const log: string[] = []
    const list = [
      abortAfter(10, StageOutput.fail('ended')),
      logExpired(log, 'inner', () => ({ deadline: 20, idleTimeoutMs: 30 })),
    ]
    const run = runStage(clock, ignoresAbort, beside(list), { onFailure: 'skip' })
    await clock.advance(1_000)
    expect((await run).report.stages['a']).toMatchObject({ endedAt: 10, error: { message: 'ended' } })
    expect(log).toEqual([])
  })

  test('a limit inside an aborted call whose stage still waits for it does not expire', async () => {
    const log: string[] = []
    const aborts: Interceptor = {
      name: 'aborts',
      wrap: (next) => (context) => {
        const { context: inner, abort } = context.fork()
        clock.setTimeout(() => abort(LATE), 10)
        return next(inner)
      },
    }
    const run = runStage(clock, ignoresAbort, beside([aborts, logExpired(log, 'inner', () => ({ deadline: 20 }))]))
    await clock.advance(1_000)
    expect((await run).report.stages['a']).toMatchObject({ status: 'ok', endedAt: 500 })
    expect(log).toEqual([])
  })

  test('a limit outside a call that a wrap would end later answers first, and the wrap comes too late', async () => {
    const log: string[] = []
    const list = [logExpired(log, 'outer', () => ({ deadline: 5 })), abortAfter(10, StageOutput.ok({ from: 'wrap' }))]
    const run = runStage(clock, ignoresAbort, beside(list), { onFailure: 'skip' })
    await clock.advance(1_000)
    expect((await run).report.stages['a']).toMatchObject({ endedAt: 5, error: { message: 'outer expired' } })
    expect(log).toEqual(['outer a deadline at 5'])
  })
})

test.each<[between: string, list: Interceptor[]]>([
  ['nothing', []],
  ['a part', [logAnswers([])]],
])(
  'a retry inside a wrap that aborts its fork fails with the reason, and the run is not cancelled: %s between',
  async (_what, between) => {
    const limitAll: Interceptor = {
      name: 'limit-all',
      wrap: (next) => async (context) => {
        const { context: inner, abort } = context.fork()
        const stop = clock.setTimeout(() => abort(new StageflowError('acme/slow', 'slow')), 15)
        return await Promise.resolve(next(inner)).finally(stop)
      },
    }
    const run = runStage(
      clock,
      (context) => context.clock.sleep(500),
      [limitAll, ...between, retryUpTo(3), limitTo(10, [], StageOutput.fail('late', { retryable: true }))],
      { graceMs: 1_000 },
    )
    await clock.advance(5_000)
    const { status, report } = await run
    expect(status).toBe('failed')
    expect(report.stages['a']?.error?.code).toBe('acme/slow')
  },
)
test.each<[string, Interceptor[]]>([
  ['nothing', []],
  ['a part', [logAnswers([])]],
])(
  'next(fork) instead of next(fork.context) is core/interceptor-context, and does not throw: %s inside',
  async (__, inside) => {
    const answers: unknown[] = []
    const wrong: Interceptor = {
      name: 'wrong',
      wrap: (next) => (context) => {
        try {
          const output = next(context.fork() as never)
          answers.push((output as StageOutput).status)
          return output
        } catch (error) {
          answers.push('threw')
          throw error
        }
      },
    }
    const { report } = await new Pipeline('demo')
      .withStage('a', () => ({}))
      .build({ clock, interceptors: [wrong, ...inside] })
      .runSettled()
    expect(report.stages['a']?.error?.code).toBe('core/interceptor-context')
    expect(answers).toEqual(['fail'])
  },
)
