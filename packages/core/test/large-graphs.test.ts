import { manualClock, seededRandom } from '@stageflow/testing'
import { expect, test } from 'vitest'
import { Pipeline, PipelineBuildError, StageOutput } from '../src/index.ts'
import type { Interceptor, StageContext, StageflowError } from '../src/index.ts'
import { isHeavy } from './property-settings.ts'
import { untypedPipeline } from './untyped-pipeline.ts'
import type { UntypedGraph, UntypedPipeline } from './untyped-pipeline.ts'

// No recursion gets through 20,000 either: the stack of Node ends before.
const COUNT = isHeavy ? 100_000 : 20_000
const SAID = COUNT.toLocaleString('en')
const TIMEOUT_MS = 120_000

interface LargeStage {
  readonly dependencies: readonly number[]
  readonly options?: object
  readonly run?: (context: StageContext) => object | undefined
}
type Order = (numbers: number[]) => number[]

const DECLARED: readonly (readonly [string, Order])[] = [
  ['in the order they run', (numbers) => numbers],
  ['in the reverse order', (numbers) => numbers.toReversed()],
  ['in a random order', shuffled],
]

function shuffled(numbers: number[]): number[] {
  const random = seededRandom({ seed: 7 })
  for (let last = numbers.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[numbers[last], numbers[other]] = [numbers[other] as number, numbers[last] as number]
  }
  return numbers
}

const one = (): object => ({ sum: 1 })
const inOrder: Order = (numbers) => numbers

function build(count: number, stageOf: (number: number) => LargeStage, order: Order = inOrder): UntypedGraph {
  let pipeline = untypedPipeline('large')
  for (const number of order(Array.from({ length: count }, (_, place) => place))) {
    const { dependencies, options, run = one } = stageOf(number)
    pipeline = pipeline.withStage(`s${number}`, run, {
      dependencies: dependencies.map((source) => `s${source}`),
      ...options,
    })
  }
  return pipeline.build()
}

function refusal(make: () => unknown): PipelineBuildError {
  try {
    make()
  } catch (error) {
    if (error instanceof PipelineBuildError) return error
    throw error
  }
  throw new Error('it was built')
}

/** A chain in which each stage adds one to what the one before it gave. */
function chain(number: number): LargeStage {
  if (number === 0) return { dependencies: [] }
  return {
    dependencies: [number - 1],
    run: ({ inputs }) => ({ sum: 1 + (inputs.getFrom(`s${number - 1}`, 'sum') as number) }),
  }
}

test.each(DECLARED)(
  `case 13: a chain of ${SAID} declared %s builds and runs`,
  async (_, order) => {
    const result = await build(COUNT, chain, order).run()
    expect(result.status).toBe('completed')
    expect(result.data[`s${COUNT - 1}`]).toEqual({ sum: COUNT })
  },
  TIMEOUT_MS,
)

test.each(DECLARED)(
  `a fan-out of ${SAID} stages declared %s builds and runs`,
  async (_, order) => {
    const result = await build(COUNT, (number) => ({ dependencies: number === 0 ? [] : [0] }), order).run()
    expect(Object.keys(result.data).length).toBe(COUNT)
  },
  TIMEOUT_MS,
)

test.each(DECLARED)(
  `a fan-in of ${SAID} stages declared %s builds and runs`,
  async (_, order) => {
    const last = COUNT - 1
    const sources = Array.from({ length: last }, (_unused, number) => number)
    const sum = ({ inputs }: StageContext): object => ({
      sum: sources.reduce((total, number) => total + (inputs.getFrom(`s${number}`, 'sum') as number), 0),
    })
    const result = await build(
      COUNT,
      (number) => (number === last ? { dependencies: sources, run: sum } : { dependencies: [] }),
      order,
    ).run()
    expect(result.data[`s${last}`]).toEqual({ sum: last })
  },
  TIMEOUT_MS,
)

test(
  'case 14: a chain of 10,000 asynchronous stages runs',
  async () => {
    const run = async ({ inputs, stage }: StageContext): Promise<object> => ({
      sum: 1 + (inputs.getFrom(`s${stage.index - 1}`, 'sum') as number),
    })
    const result = await build(10_000, (number) =>
      number === 0 ? { dependencies: [] } : { dependencies: [number - 1], run },
    ).run()
    expect(result.data['s9999']).toEqual({ sum: 10_000 })
  },
  TIMEOUT_MS,
)

test(
  `a skip also skips ${SAID} stages without recursion, and a stage that waits for all of them still runs`,
  async () => {
    const last = COUNT - 1
    const graph = build(COUNT, (number) => {
      if (number === 0) return { dependencies: [], run: () => StageOutput.skip('nothing to do') }
      return { dependencies: [number - 1], ...(number === last ? { options: { join: 'settled' } } : undefined) }
    })
    const result = await graph.run()
    expect(result.status).toBe('completed')
    expect(result.data).toEqual({ [`s${last}`]: { sum: 1 } })
  },
  TIMEOUT_MS,
)

test(
  `late: 'abort' skips a chain of ${SAID} stages as late once no stage reads its end`,
  async () => {
    const last = COUNT - 1
    const graph = build(COUNT, (number) => {
      if (number === last) return { dependencies: [last - 1, 0], options: { join: 'any' } }
      return {
        dependencies: number < 2 ? [] : [number - 1],
        options: number > 1 ? { late: 'abort' } : {},
        ...(number === 1 ? { run: () => Promise.resolve({}) as object } : undefined),
      }
    })
    const { report } = await graph.run()
    const reasons = Object.values(report.stages).filter(({ reason }) => reason === 'late')
    expect(reasons.length).toBe(COUNT - 3)
  },
  TIMEOUT_MS,
)

test(
  `with a maxConcurrency of 1, ${SAID} stages that are ready at once run in the order of their paths`,
  async () => {
    const order: number[] = []
    const graph = build(COUNT, (number) => ({
      dependencies: number === 1 ? [COUNT - 1] : [],
      run: () => void order.push(number) as undefined,
    }))
    expect((await graph.run({}, { maxConcurrency: 1 })).status).toBe('completed')
    expect(order.slice(0, 3)).toEqual([COUNT - 1, 0, 1])
    expect(order.length).toBe(COUNT)
  },
  TIMEOUT_MS,
)

test(
  `case 13: a cycle of ${SAID} stages is one problem, with a short message`,
  () => {
    const { problems, message } = refusal(() =>
      build(COUNT, (number) => ({ dependencies: [(number + COUNT - 1) % COUNT] })),
    )
    expect(problems.map(({ code }) => code)).toEqual(['core/cycle'])
    expect(problems[0]?.message).toContain(`a cycle of ${COUNT}`)
    expect(problems[0]?.message).toContain('"s0"')
    expect(message.length).toBeLessThan(1_000)
  },
  TIMEOUT_MS,
)

test(
  `an unknown dependency in each thousand of ${SAID} stages is reported, in less than two seconds of work`,
  () => {
    const pipelineOf = (unknown: string): UntypedPipeline => {
      let pipeline = untypedPipeline('large')
      for (let number = 0; number < COUNT; number++) {
        const dependencies = number % 1_000 === 999 ? [`stage-${number - 1}${unknown}`] : []
        pipeline = pipeline.withStage(`stage-${number}`, one, { dependencies })
      }
      return pipeline
    }
    const [right, wrong] = [pipelineOf(''), pipelineOf('x')]
    const rightMs = workMs(() => void right.build())
    let problems: readonly StageflowError[] = []
    const wrongMs = workMs(() => {
      problems = refusal(() => wrong.build()).problems
    })
    expect(problems.length).toBe(COUNT / 1_000)
    expect(new Set(problems.map(({ code }) => code))).toEqual(new Set(['core/unknown-dependency']))
    expect(problems[0]?.message).toContain('did you mean "stage-998"?')
    // Where everything is slower, as under the tools that measure coverage, it is that much slower too.
    expect(wrongMs).toBeLessThan(Math.max(2_000, 12 * rightMs))
  },
  TIMEOUT_MS,
)

test(
  `${SAID} items of a map that fail one after the other and wait cost about as much as ${SAID} that sleep`,
  async () => {
    const clock = manualClock()
    const retry: Interceptor = {
      name: 'retry',
      wrap: (next) => async (context) => {
        const output = await next(context.fork().context)
        if (output.status === 'ok') return output
        await context.wait(COUNT)
        return next(context.fork().context)
      },
    }
    const runOf = async (each: (index: number, context: StageContext) => Promise<void>): Promise<number> => {
      const before = workSoFar()
      const over = (): number[] => Array.from({ length: COUNT }, (_, index) => index)
      const run = new Pipeline('large')
        .withMap('items', { over, each, concurrency: COUNT })
        .build({ clock, interceptors: [retry] })
        .run()
      // In steps, because the clock takes too many timers in one for an endless loop.
      for (let step = 0; step < 30; step++) await clock.advance(COUNT / 10)
      expect((await run).report.stages['items']?.items?.ok).toBe(COUNT)
      return workSoFar() - before
    }
    const sleeping = await runOf(async (index, { signal }) => {
      await clock.sleep(index, signal)
      await clock.sleep(COUNT, signal)
    })
    const waiting = await runOf(async (index, { attempt, signal }) => {
      await clock.sleep(attempt === 1 ? index : 0, signal)
      if (attempt === 1) throw new Error('busy')
    })
    expect(waiting).toBeLessThan(Math.max(1_000, 4 * sleeping))
  },
  TIMEOUT_MS,
)

/** How long the process worked at it: other processes take nothing away. */
function workMs(work: () => void): number {
  const before = workSoFar()
  work()
  return workSoFar() - before
}
function workSoFar(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
