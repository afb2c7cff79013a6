import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { Pipeline } from '../src/index.ts'
import type { Interceptor, RunContext } from '../src/index.ts'

/** Calls `act` in one hook of an interceptor. */
const hooks: [string, (act: (run: RunContext) => unknown) => Interceptor][] = [
  ['onRun', (act) => ({ name: 'acme', onRun: (run) => void act(run) })],
  ['settled', (act) => ({ name: 'acme', settled: ({ stage }, run) => void (stage === 'first' && act(run)) })],
  [
    'onCall',
    (act) => ({
      name: 'acme',
      onCall:
        ({ name }) =>
        ({ run }) =>
          void (name === 'first' && act(run)),
    }),
  ],
  [
    'wrap',
    (act) => ({
      name: 'acme',
      wrap:
        (next, { name }) =>
        async (context) => {
          const output = await next(context)
          if (name === 'first') act(context.run)
          return output
        },
    }),
  ],
]
const graphWith = (interceptor: Interceptor) =>
  new Pipeline('demo')
    .withStage('first', async () => ({ n: 1 }))
    .withStage('waits', (context) => context.clock.sleep(1_000, context.signal))
    .withStage('second', () => ({ n: 2 }), { dependencies: ['first', 'waits'] })
    .build({ clock, interceptors: [interceptor] })

test.each(hooks)('run.stop() in `%s` ends the run as the signal of its caller would', async (_hook, interceptor) => {
  const result = await graphWith(interceptor((run) => run.stop('enough'))).run()
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(result.report.stages['waits']?.status).toBe('cancel')
  expect(result.report.stages['second']?.startedAt).toBe(undefined)
})

test('run.stop() in `wrapRun` ends the run, whatever the layer answers', async () => {
  const stopping: Interceptor = {
    name: 'acme',
    wrapRun: (next) => (run) => {
      run.stop('enough')
      return next(run)
    },
  }
  expect(await graphWith(stopping).run()).toMatchObject({ status: 'cancelled', reason: 'enough', data: {} })
})

test('run.stop() of a child run skips its stage, as a cancelled child does', async () => {
  const stopping: Interceptor = {
    name: 'acme',
    onRun: (run) => void (run.parent !== undefined && run.stop('no children')),
  }
  const graph = new Pipeline('demo')
    .withPipeline(
      'child',
      new Pipeline('inner').withStage('a', () => ({})),
    )
    .withStage('other', () => ({ n: 1 }))
    .build({ clock, interceptors: [stopping] })
  const result = await graph.run()
  expect(result).toMatchObject({ status: 'completed', data: { other: { n: 1 } } })
  expect(result.report.stages['child']).toMatchObject({
    status: 'skip',
    reason: 'the child run was cancelled: no children',
  })
})

test('run.stop() after the end changes nothing', async () => {
  let run: RunContext | undefined
  const graph = new Pipeline('demo')
    .withStage('a', () => ({ n: 1 }))
    .build({ clock, interceptors: [{ name: 'acme', onRun: (given) => void (run = given) }] })
  const result = await graph.run()
  run?.stop('too late')
  expect(result).toMatchObject({ status: 'completed', data: { a: { n: 1 } } })
  expect(result.report.stages['a']?.status).toBe('ok')
})

test.each(hooks)(
  'run.cancel() and run.fail() are refused in `%s`, because nothing returns their outcome (core/interceptor-answer)',
  async (_hook, interceptor) => {
    for (const act of [(run: RunContext) => run.cancel('no'), (run: RunContext) => run.fail(new Error('no'))]) {
      const thrown: unknown[] = []
      const graph = new Pipeline('demo')
        .withStage('first', async () => ({}))
        .build({
          clock,
          interceptors: [
            interceptor((run) => {
              try {
                act(run)
              } catch (error) {
                thrown.push(error)
              }
            }),
          ],
        })
      expect((await graph.run()).status).toBe('completed')
      expect(thrown).toMatchObject([
        { code: 'core/interceptor-answer', message: expect.stringContaining('Call run.stop(reason).') as string },
      ])
    }
  },
)
