import { describe, expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { ArrayExecutor } from './array-executor.ts'
import { resumeRun, runDurable } from '../src/durable.ts'
import { Pipeline, StageOutput } from '../src/index.ts'
import type { ChildResult, PipelineResult, StageContext, SuspendedResult } from '../src/index.ts'

// A stage keeps at most 1,000 of its child runs once they have ended, failed ones before others.

const kid = new Pipeline('kid').withStage('one', ({ snapshot }) =>
  snapshot.inputText === 'bad' ? StageOutput.fail('no') : {},
)
/** A pipeline whose stage starts `count` children, one after the other. */
const starting = (count: number, isBad: (n: number) => boolean) =>
  new Pipeline('p').withStage('family', async ({ runChild }) => {
    for (let n = 1; n <= count; n++) await runChild(kid, { inputText: isBad(n) ? 'bad' : 'good' })
    return {}
  })
interface Kept {
  readonly children: Readonly<Record<string, ChildResult>>
  readonly report: PipelineResult<unknown>['report']
}
const countsOf = ({ children, report }: Kept) => {
  const { children: reports, childrenLeftOut } = (report.stages as Record<string, Kept['report']['stages'][string]>)[
    'family'
  ] as { children: readonly unknown[]; childrenLeftOut?: number }
  const all = Object.values(children)
  return {
    results: all.length,
    failed: all.filter(({ status }) => status === 'failed').length,
    reports: reports.length,
    leftOut: childrenLeftOut,
  }
}

describe.each<[engine: string, run: (pipeline: Pipeline<{ family: never }, {}>) => Promise<readonly Kept[]>]>([
  ['in process', async (pipeline) => [await pipeline.build().run()]],
  [
    'in both legs of a durable run',
    async (pipeline) => {
      const graph = pipeline.build()
      const first = new ArrayExecutor()
      return [await runDurable(graph, first), await runDurable(graph, new ArrayExecutor(first.facts))] as never
    },
  ],
])('%s,', (_engine, run) => {
  test.each<
    [
      what: string,
      count: number,
      isBad: (n: number) => boolean,
      kept: Record<'results' | 'failed' | 'leftOut', number | undefined>,
    ]
  >([
    ['1,000 are all kept', 1_000, (n) => n === 7, { results: 1_000, failed: 1, leftOut: undefined }],
    ['of 1,001 one is left out', 1_001, () => false, { results: 1_000, failed: 0, leftOut: 1 }],
    ['failed ones at the end are kept', 1_200, (n) => n > 1_150, { results: 1_000, failed: 50, leftOut: 200 }],
    ['failed ones at the start are kept', 1_200, (n) => n <= 50, { results: 1_000, failed: 50, leftOut: 200 }],
    ['of 1,100 failed ones 1,000 are kept', 1_150, (n) => n > 50, { results: 1_000, failed: 1_000, leftOut: 150 }],
  ])('%s', async (_what, count, isBad, { results, failed, leftOut }) => {
    for (const result of await run(starting(count, isBad) as never))
      expect(countsOf(result)).toEqual({ results, failed, reports: results, leftOut })
  })
})

test('all children in progress are cancelled with the code that started them, also beyond 1,000', async () => {
  let stopped = 0
  const waiting = new Pipeline('waiting').withStage('one', async ({ signal }) => {
    await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
    stopped++
  })
  const run = new Pipeline('p')
    .withStage('family', async ({ runChild, signal }) => {
      for (let n = 0; n < 1_100; n++) await runChild(kid)
      for (let n = 0; n < 1_200; n++) void runChild(waiting)
      await clock.sleep(1_000, signal).catch(() => undefined)
      return {}
    })
    .build({ clock })
    .start()
  while (clock.timers.length === 0) await new Promise((resolve) => setImmediate(resolve))
  run.cancel('enough')
  const result = await run.settled
  expect(stopped).toBe(1_200)
  expect(result.report.stages.family).toMatchObject({ childrenLeftOut: 1_300 })
})

test('a stage is not abandoned while its child number 1,101 is in its cleanups', async () => {
  const log: string[] = []
  const cleaning = new Pipeline('cleaning').withStage('one', async (context) => {
    context.onCleanup(async () => {
      await context.clock.sleep(50)
      log.push(`cleaned at ${clock.now()}`)
    })
    await context.clock.sleep(1_000, context.signal)
  })
  const run = new Pipeline('p')
    .withStage('family', async ({ runChild }) => {
      for (let n = 0; n < 1_100; n++) await runChild(kid)
      await runChild(cleaning)
      return {}
    })
    .build({ clock })
    .start({}, { graceMs: 10, cleanupMs: 100 })
  while (clock.timers.length === 0) await new Promise((resolve) => setImmediate(resolve))
  run.cancel('enough')
  await clock.advance(50)
  const { report } = await run.settled
  expect(log).toEqual(['cleaned at 50'])
  expect(report.stages.family).not.toHaveProperty('abandoned')
})

test('children that wait for an answer are all kept, so that the run can go on with each', async () => {
  const asks = new Pipeline('asks').withStage('ask', ({ resumed }: StageContext) =>
    resumed === undefined ? StageOutput.suspend('?') : { said: resumed.answer },
  )
  const graph = new Pipeline('p')
    .withMap('family', {
      over: () => Array.from({ length: 1_100 }, (_, n) => n),
      each: async (_n, { runChild }) => (await runChild(asks).orFail()).ask as { said: unknown },
    })
    .build()
  const first = (await graph.run()) as unknown as SuspendedResult<never>
  expect(Object.keys(first.children)).toHaveLength(1_100)
  expect(first.report.stages['family' as never]).not.toHaveProperty('childrenLeftOut')
  const answers = Object.fromEntries(Array.from({ length: 1_100 }, (_, n) => [n, { ask: n }]))
  const last = await resumeRun(graph, first, { family: answers } as never)
  expect(last.data.family?.items.map((item) => item?.said)).toEqual(Array.from({ length: 1_100 }, (_, n) => n))
})
