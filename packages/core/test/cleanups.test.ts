import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { StageContext } from '../src/index.ts'

const cleaning =
  (log: string[], ...names: readonly string[]) =>
  (context: StageContext<{}>): void => {
    for (const name of names) {
      context.onCleanup(async () => {
        await context.clock.sleep(10)
        log.push(`${name} at ${clock.now()}`)
      })
    }
  }

test('cleanups run last in first out, one after the other, after the stages and before the last event', async () => {
  const log: string[] = []
  const eventSink = recordingSink()
  const graph = new Pipeline('demo')
    .withStage('a', cleaning(log, 'a1', 'a2'))
    .withStage('b', cleaning(log, 'b'), { dependencies: ['a'] })
    .withStage('c', (context) => context.onCleanup(() => void log.push(`c sees ${eventSink.types().at(-1)}`)), {
      dependencies: ['b'],
    })
    .build({ clock, eventSink })
  const settled = graph.run()
  await clock.advance(30)
  const { report } = await settled
  expect(log).toEqual(['c sees stage.c.completed', 'b at 10', 'a2 at 20', 'a1 at 30'])
  expect(report.endedAt).toBe(30)
})

test.each<[how: string, ending: () => object | Promise<object>]>([
  ['completes', () => ({})],
  ['skips', () => StageOutput.skip('x')],
  ['cancels', () => StageOutput.cancel('x')],
  ['fails', () => StageOutput.fail('x')],
  [
    'throws',
    () => {
      throw new Error('x')
    },
  ],
  ['never ends', () => new Promise(() => {})],
])('the cleanups of a run whose stage %s run', async (_, ending) => {
  const log: string[] = []
  const settled = new Pipeline('demo')
    .withStage('a', (context) => {
      context.onCleanup(() => void log.push('cleaned'))
      return ending()
    })
    .build({ clock })
    .runSettled({}, { timeoutMs: 100, graceMs: 10 })
  await clock.advance(110)
  await settled
  expect(log).toEqual(['cleaned'])
})

test('a cleanup that throws is reported under core/problems, and changes nothing (core/cleanup-threw)', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) => {
      context.onCleanup(() => void log.push('the first still runs'))
      context.onCleanup(() => {
        throw new Error('cannot close')
      })
      context.onCleanup(async () => {
        throw new Error('cannot close either')
      })
      return { a: 1 }
    })
    .build({ clock })
  const { status, data, report } = await graph.run()
  expect([status, data]).toEqual(['completed', { a: { a: 1 } }])
  expect(log).toEqual(['the first still runs'])
  expect(report.notes['core/problems']).toMatchObject([
    {
      code: 'core/cleanup-threw',
      message: 'A cleanup threw: cannot close either',
      cause: { message: 'cannot close either' },
    },
    { code: 'core/cleanup-threw', message: 'A cleanup threw: cannot close' },
  ])
})

test('all cleanups share cleanupMs, and after it the rest are started and not awaited (core/cleanup-timed-out)', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) => {
      context.onCleanup(() => void log.push(`started at ${clock.now()}`))
      context.onCleanup(() => new Promise<void>(() => {}))
      return { a: 1 }
    })
    .build({ clock })
  const settled = graph.run({}, { cleanupMs: 200 })
  await clock.advance(199)
  expect(log).toEqual([])
  await clock.advance(1)
  const { status, report } = await settled
  expect(status).toBe('completed')
  expect(log).toEqual(['started at 200'])
  expect(report.notes['core/problems']).toMatchObject([
    { code: 'core/cleanup-timed-out', message: expect.stringContaining('200 ms (cleanupMs)') },
  ])
})

test('cleanupMs is 5,000 by default', async () => {
  const settled = new Pipeline('demo')
    .withStage('a', (context) => context.onCleanup(() => new Promise<void>(() => {})))
    .build({ clock })
    .run()
  await clock.settle()
  expect(clock.timers).toEqual([{ kind: 'timer', setAt: 0, dueAt: 5_000 }])
  await clock.advance(5_000)
  expect((await settled).report.endedAt).toBe(5_000)
})

test('a cleanup may register another cleanup, which runs too', async () => {
  const log: string[] = []
  const graph = new Pipeline('demo')
    .withStage('a', (context) =>
      context.onCleanup(() => {
        log.push('first')
        context.onCleanup(() => void log.push('then'))
      }),
    )
    .build({ clock })
  await graph.run()
  expect(log).toEqual(['first', 'then'])
})

test('a cleanup that is registered after the run is over runs at once', async () => {
  let kept: StageContext<{}> | undefined
  await new Pipeline('demo')
    .withStage('a', (context) => void (kept = context))
    .build({ clock })
    .run()
  const log: string[] = []
  kept?.onCleanup(() => void log.push('at once'))
  expect(log).toEqual(['at once'])
})

test("a child's cleanups run when the child ends, its parent's when the parent does", async () => {
  const log: string[] = []
  const child = new Pipeline('child').withStage('inner', (context) => context.onCleanup(() => void log.push('child')))
  const graph = new Pipeline('demo')
    .withStage('own', (context) => context.onCleanup(() => void log.push('parent')))
    .withPipeline('child', child, { dependencies: ['own'] })
    .withStage('after', () => void log.push('after'), { dependencies: ['child'] })
    .build({ clock })
  await graph.run()
  expect(log).toEqual(['child', 'after', 'parent'])
})

test("a cleanup that rejects after the run is over causes no unhandled rejection, and doesn't change the report", async () => {
  let kept: StageContext<{}> | undefined
  const { report } = await new Pipeline('demo')
    .withStage('a', (context) => void (kept = context))
    .build({ clock })
    .run()
  kept?.onCleanup(async () => {
    throw new Error('too late')
  })
  await clock.settle()
  expect(report.notes).toEqual({})
})

test('a cancel while the cleanups run is never a success', async () => {
  const run = new Pipeline('demo')
    .withStage('a', (context) => context.onCleanup(async () => context.clock.sleep(50)))
    .build({ clock })
    .start()
  await clock.advance(10)
  run.cancel('enough')
  await clock.advance(40)
  expect(await run.settled).toMatchObject({ status: 'cancelled', reason: 'enough' })
})

test('timeoutMs of a run limits its cleanups too', async () => {
  const settled = new Pipeline('demo')
    .withStage('a', (context) => context.onCleanup(async () => context.clock.sleep(500)))
    .build({ clock })
    .runSettled({}, { timeoutMs: 100 })
  await clock.advance(500)
  expect(await settled).toMatchObject({ status: 'failed', errors: [{ code: 'core/timed-out' }], data: { a: {} } })
})
