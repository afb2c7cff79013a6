import { expect, test } from 'vitest'
import { recordingSink } from '../../testing/src/index.ts'
import { clock } from './fresh-clock.ts'
import { Pipeline, StageKind, StageOutput, StageflowError, createSlot, insertBefore } from '../src/index.ts'
import type { Interceptor, StageOutput as Output, StageRecord } from '../src/index.ts'

// Small versions of the interceptors that the guide lists, in its order, written against the contract and nothing else.

declare module '../src/index.ts' {
  interface SnapshotExtensions {
    readonly testKey?: string
  }
}
declare module '../src/index.ts' {
  interface StageNotes {
    readonly testCached?: boolean
  }
}

/** WORK stages of one key run once, also when they are asked at the same time. */
function idempotency(): Interceptor {
  const outputs = new Map<string, Output | Promise<Output>>()
  return {
    name: 'idempotency',
    wrap: (next, stage) => {
      if (stage.kind !== StageKind.WORK) return next
      return async (context) => {
        const { testKey } = context.snapshot.extensions
        if (testKey === undefined) return next(context)
        const key = [context.orgId, context.run.parent?.path, stage.pipeline.name, stage.name, testKey].join('|')
        const known = outputs.get(key)
        if (known !== undefined) {
          context.note('testCached', true)
          return known
        }
        const output = Promise.resolve(next(context))
        outputs.set(key, output)
        if ((await output).status !== 'ok') outputs.delete(key)
        return output
      }
    },
  }
}

const timeout = (ms: number): Interceptor => ({
  name: 'timeout',
  wrap: (next, stage) => (context) => {
    const { context: inner, abort } = context.fork()
    const { promise: expired, resolve } = Promise.withResolvers<Output>()
    const stop = context.clock.setTimeout(() => {
      const error = new StageflowError('timeout/timed-out', `Stage "${stage.name}" took longer than ${ms} ms.`)
      abort(error)
      resolve(StageOutput.fail(error, { retryable: true }))
    }, ms)
    const output = next(inner)
    if (output instanceof Promise) return Promise.race([output, expired]).finally(stop)
    stop()
    return output
  },
})

/** Open after `limit` failures in a row, for good. */
function circuitBreaker(limit: number): Interceptor {
  return {
    name: 'circuit-breaker',
    mustBeInside: ['timeout'],
    wrap: (next, stage) => {
      let failures = 0
      return async (context) => {
        if (failures >= limit)
          return StageOutput.fail(new StageflowError('circuit-breaker/open', `The circuit of "${stage.name}" is open.`))
        const output = await next(context)
        failures = output.status === 'fail' ? failures + 1 : 0
        return output
      }
    },
  }
}

const retry = (attempts: number): Interceptor => ({
  name: 'retry',
  mustBeOutside: ['tracing'],
  wrap: (next) => async (context) => {
    for (let attempt = 1; ; attempt++) {
      const output = await next(context.fork().context)
      const again = output.status === 'retry' || (output.status === 'fail' && output.retryable === true)
      if (!again || attempt === attempts) return output
      await context.clock.sleep(output.status === 'retry' ? (output.afterMs ?? 10) : 10, context.signal)
    }
  },
})

interface Span {
  readonly name: string
  readonly parent: Span | undefined
  ended: boolean
}
const RUN_SPAN = createSlot<{ readonly span: Span; readonly byStage: Map<string, Span> }>('tracing/run')
function tracing(spans: Span[]): Interceptor {
  const start = (name: string, parent: Span | undefined): Span => {
    const span = { name, parent, ended: false }
    spans.push(span)
    return span
  }
  return {
    name: 'tracing',
    wrapRun: (next, pipeline) => async (run) => {
      const above = run.parent === undefined ? undefined : run.get(RUN_SPAN)?.byStage.get(run.parent.stage)
      const span = start(`run ${pipeline.name}`, above)
      run.set(RUN_SPAN, { span, byStage: new Map() })
      try {
        return await next(run)
      } finally {
        span.ended = true
      }
    },
    wrap: (next, stage) => async (context) => {
      const state = context.get(RUN_SPAN)
      const span = start(`${stage.name}#${context.attempt}`, state?.span)
      state?.byStage.set(stage.name, span)
      try {
        return await next(context)
      } finally {
        span.ended = true
      }
    },
  }
}

const metrics = (counts: Map<string, number>): Interceptor => ({
  name: 'metrics',
  settled: ({ stage, status }) => void counts.set(`${stage} ${status}`, (counts.get(`${stage} ${status}`) ?? 0) + 1),
})

const childTracker = (edges: Map<string, string>, most: { count: number }): Interceptor => ({
  name: 'child-tracker',
  wrapRun: (next) => async (run) => {
    if (run.parent === undefined) return next(run)
    edges.set(run.pipelineRunId, run.parent.pipelineRunId)
    most.count = Math.max(most.count, edges.size)
    try {
      return await next(run)
    } finally {
      edges.delete(run.pipelineRunId)
    }
  },
})

const logging = (log: string[]): Interceptor => ({
  name: 'logging',
  settled: (record: StageRecord) =>
    void log.push(
      `${record.stage}: ${record.status}${record.error === undefined ? '' : ` ${record.error.code}`} after ${record.attempts.length}`,
    ),
  wrapRun: (next) => async (run) => {
    const outcome = await next(run)
    log.push(`${run.pipeline.name}: ${outcome.status} in ${outcome.report.endedAt - outcome.report.startedAt} ms`)
    return outcome
  },
})

function defaults() {
  const spans: Span[] = []
  const counts = new Map<string, number>()
  const edges = new Map<string, string>()
  const most = { count: 0 }
  const log: string[] = []
  const list = [
    idempotency(),
    timeout(100),
    circuitBreaker(3),
    tracing(spans),
    metrics(counts),
    childTracker(edges, most),
    logging(log),
  ]
  return { list, spans, counts, edges, most, log }
}

test('in the order of the guide, inner interceptors see the effects of outer ones, and everything is cleaned up', async () => {
  const { list, spans, counts, edges, most, log } = defaults()
  const eventSink = recordingSink()
  const child = new Pipeline('lookup').withStage('inner', async (context) => void (await context.clock.sleep(5)))
  const graph = new Pipeline('chat')
    .withStage('guard', () => ({}), StageKind.GUARD)
    .withPipeline('memory', child)
    .withStage('slow', async (context) => void (await context.clock.sleep(1_000, context.signal)), {
      dependencies: ['guard'],
      onFailure: 'skip',
    })
    .withStage('persist', () => ({ saved: true }), StageKind.WORK, { dependencies: ['guard', 'memory'] })
    .withStage('skipped', () => ({}), { dependencies: ['slow'] })
    .build({ clock, eventSink, interceptors: list })
  const settled = graph.run({ extensions: { testKey: 'k1' } })
  await clock.advance(100)
  const result = await settled
  expect(result.status).toBe('completed')
  expect(result.report.stages['slow']).toMatchObject({
    status: 'fail',
    tolerated: true,
    error: { code: 'timeout/timed-out' },
    endedAt: 100,
  })
  expect(log).toEqual([
    'guard: ok after 1',
    'inner: ok after 1',
    'lookup: completed in 5 ms',
    'memory: ok after 1',
    'persist: ok after 1',
    'slow: fail timeout/timed-out after 1',
    'skipped: skip after 0',
    'chat: completed in 100 ms',
  ])
  expect(counts.get('slow fail')).toBe(1)
  expect(counts.get('skipped skip')).toBe(1)
  expect(spans.every(({ ended }) => ended)).toBe(true)
  expect(spans.find(({ name }) => name === 'run lookup')?.parent?.name).toBe('memory#1')
  expect([edges.size, most.count]).toEqual([0, 1])
})

test('a second request with the same key gets the answer of the first, after it ended or while it still runs', async () => {
  const { list, log } = defaults()
  let saves = 0
  const graph = new Pipeline('chat')
    .withStage(
      'persist',
      async (context) => {
        await context.clock.sleep(10)
        return { save: ++saves }
      },
      StageKind.WORK,
    )
    .build({ clock, interceptors: list })
  const runs = [1, 2, 3].map(() => graph.run({ extensions: { testKey: 'k1' } }))
  await clock.advance(10)
  const later = await graph.run({ extensions: { testKey: 'k1' } })
  const results = [...(await Promise.all(runs)), later]
  expect(results.map(({ data }) => data.persist)).toEqual([{ save: 1 }, { save: 1 }, { save: 1 }, { save: 1 }])
  expect(results.map(({ report }) => report.stages['persist']?.notes.testCached ?? false)).toEqual([
    false,
    true,
    true,
    true,
  ])
  expect(log.filter((line) => line.startsWith('persist: ok'))).toHaveLength(4)
  expect(saves).toBe(1)
})

test('case 1: an open circuit is a failure of the stage and of the run, and observers see it', async () => {
  const { list, counts } = defaults()
  let calls = 0
  const graph = new Pipeline('chat')
    .withStage('llm', () => {
      calls++
      throw new Error('down')
    })
    .build({ clock, interceptors: list })
  const results = []
  for (let run = 0; run < 5; run++) results.push(await graph.runSettled())
  expect(results.map((result) => result.status === 'failed' && result.errors[0]?.code)).toEqual([
    'core/stage-failed',
    'core/stage-failed',
    'core/stage-failed',
    'circuit-breaker/open',
    'circuit-breaker/open',
  ])
  expect([calls, counts.get('llm fail')]).toEqual([3, 5])
})

test('case 9: with retry outside, each attempt has its own timeout, and with retry inside, all attempts share one', async () => {
  const attemptsOf = async (list: readonly Interceptor[]) => {
    const settled = new Pipeline('chat')
      .withStage('llm', async (context) => void (await context.clock.sleep(1_000, context.signal)))
      .build({ clock, interceptors: list })
      .runSettled()
    await clock.advance(500)
    const { report } = await settled
    return report.stages['llm']?.attempts.map(({ startedAt, endedAt }) => [
      startedAt - report.startedAt,
      (endedAt ?? NaN) - report.startedAt,
    ])
  }
  const { list } = defaults()
  expect(await attemptsOf(insertBefore(list, 'timeout', retry(3)))).toEqual([
    [0, 100],
    [110, 210],
    [220, 320],
  ])
  expect(await attemptsOf(insertBefore(list, 'circuit-breaker', retry(3)))).toEqual([[0, 100]])
  expect(() => new Pipeline('chat').build({ interceptors: [...list, retry(3)] })).toThrow(
    '"retry" must stand outside "tracing"',
  )
})

test('case 11: without the timeout interceptor, no stage has a timeout', async () => {
  const { list } = defaults()
  const settled = new Pipeline('chat')
    .withStage('slow', async (context) => void (await context.clock.sleep(1_000)))
    .build({ clock, interceptors: list.slice(2) })
    .run()
  await clock.advance(1_000)
  expect((await settled).status).toBe('completed')
})
