import { Pipeline, StageKind, StageOutput } from '@stageflow/core'
import type { FailedResult, PipelineResult, RunInput, RunOptions, StageContext } from '@stageflow/core'
import type { Kit, Name } from './matrix-kit.ts'

export type Result = PipelineResult<unknown> | FailedResult<unknown>
/** Runs the pipeline of the row as often as it needs. The table describes the last result. */
type Scenario = (kit: Kit) => Promise<readonly Result[]>

export interface Row {
  readonly stage: string
  readonly scenario: Scenario
  /** How the last run ends, by the interceptors around it: the first line whose interceptors are all there. */
  readonly ends: readonly (readonly [within: readonly Name[], ending: string])[]
}

const reset = (): Error => Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
const WORK = { extensions: { idempotencyKey: 'k1' } }

// In every row the stage `llm` does what the row says, and `after` depends on it.
type Body = (context: StageContext) => object | void | Promise<object | void> | AsyncGenerator<unknown, object>
const chat = (body: Body, options: { readonly tolerated?: true; readonly when?: () => boolean } = {}) =>
  new Pipeline('chat')
    .withStage('llm', body, {
      ...(options.tolerated === undefined ? undefined : { onFailure: 'skip' as const }),
      ...(options.when === undefined ? undefined : { when: options.when }),
    })
    .withStage('after', () => ({ after: true }), { dependencies: ['llm'] })
/** `name`: that of the pipeline. Rows with different code have different ones, as apps do. */
const persist = (name: string, body: Body) => new Pipeline(name).withStage('persist', body, StageKind.WORK)

interface Runnable {
  build(options: object): { runSettled(input: RunInput, options: RunOptions): Promise<Result> }
}
const running =
  (pipeline: Runnable, kit: Kit) =>
  (input: RunInput = {}, options: RunOptions = {}): Promise<Result> =>
    graphOf(pipeline, kit).runSettled(input, { ...kit.options, ...options })
const graphs = new WeakMap<Kit, Map<Runnable, ReturnType<Runnable['build']>>>()
function graphOf(pipeline: Runnable, kit: Kit): ReturnType<Runnable['build']> {
  const own = graphs.get(kit) ?? new Map<Runnable, ReturnType<Runnable['build']>>()
  graphs.set(kit, own)
  const graph =
    own.get(pipeline) ?? pipeline.build({ clock: kit.clock, eventSink: kit.sink, interceptors: kit.interceptors })
  own.set(pipeline, graph)
  return graph
}
/** Waits for a run that a retry may delay. */
async function settledIn({ clock }: Kit, run: Promise<Result>): Promise<Result> {
  await clock.runAll()
  return run
}
const once =
  (make: () => Runnable, input?: RunInput, options?: RunOptions): Scenario =>
  async (kit) => {
    const settled = running(make(), kit)(input, options)
    await kit.clock.runAll()
    return [await settled]
  }

export const TABLE: readonly Row[] = [
  {
    stage: 'returns data at once',
    scenario: once(() => chat(() => ({ answer: 1 }))),
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'returns data later',
    scenario: once(() => chat(async ({ clock }) => ({ at: await clock.sleep(50) }))),
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'skips',
    scenario: once(() => chat(() => StageOutput.skip('a guest'))),
    ends: [[[], 'completed: llm skip ×1, after skip ×0']],
  },
  {
    stage: 'cancels the run',
    scenario: once(() => chat(() => StageOutput.cancel('enough'))),
    ends: [[[], 'cancelled: llm cancel ×1, after cancel ×0']],
  },
  {
    stage: 'fails',
    scenario: once(() => chat(() => StageOutput.fail('down'))),
    ends: [[[], 'failed core/stage-failed: llm fail core/stage-failed ×1, after cancel ×0']],
  },
  {
    stage: 'throws',
    scenario: once(() => chat(() => Promise.reject(new TypeError('bug')))),
    ends: [[[], 'failed core/stage-failed: llm fail core/stage-failed ×1, after cancel ×0']],
  },
  {
    stage: 'fails, which is tolerated',
    scenario: once(() => chat(() => StageOutput.fail('down'), { tolerated: true })),
    ends: [[[], 'completed: llm fail tolerated core/stage-failed ×1, after skip ×0']],
  },
  {
    stage: 'has a when that returns false',
    scenario: once(() => chat(() => ({}), { when: () => false })),
    ends: [[[], 'completed: llm skip ×0, after skip ×0']],
  },
  {
    stage: 'hangs until it is aborted',
    scenario: once(() => chat(({ clock, signal }) => clock.sleep(1e9, signal)), {}, { timeoutMs: 600_000 }),
    ends: [
      [['retry', 'timeout'], 'failed retry/exhausted: llm fail retry/exhausted ×3, after cancel ×0'],
      [['timeout'], 'failed timeout/timed-out: llm fail timeout/timed-out ×1, after cancel ×0'],
      [[], 'failed core/timed-out: llm cancel ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'hangs and ignores its signal',
    scenario: once(() => chat(() => new Promise(() => {})), {}, { timeoutMs: 600_000, graceMs: 200 }),
    ends: [
      [['retry', 'timeout'], 'failed core/still-running: llm fail core/still-running abandoned ×1, after cancel ×0'],
      [['timeout'], 'failed timeout/timed-out: llm fail timeout/timed-out abandoned ×1, after cancel ×0'],
      [[], 'failed core/timed-out: llm cancel abandoned ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'is aborted by the caller',
    scenario: async (kit) => {
      const caller = new AbortController()
      const settled = running(
        chat(({ clock, signal }) => clock.sleep(20_000, signal)),
        kit,
      )({}, { signal: caller.signal })
      await kit.clock.advance(100)
      caller.abort('the user left')
      await kit.clock.runAll()
      return [await settled]
    },
    ends: [[[], 'cancelled: llm cancel ×1, after cancel ×0']],
  },
  {
    stage: 'streams',
    scenario: once(() =>
      chat(async function* ({ clock }) {
        yield 'a'
        await clock.sleep(10)
        yield 'b'
        return { answer: 'ab' }
      }),
    ),
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'streams, and loses the connection',
    scenario: async (kit) => {
      const pipeline = chat(async function* ({ clock }) {
        yield 'a'
        await clock.sleep(10)
        throw reset()
      })
      const settled = running(pipeline, kit)({}, { chunkEvents: true })
      await kit.clock.runAll()
      return [await settled]
    },
    // No retry: delivered chunks cannot be undone.
    ends: [[[], 'failed ECONNRESET: llm fail ECONNRESET ×1, after cancel ×0']],
  },
  {
    stage: 'returns retry twice, then data',
    scenario: once(() => {
      let calls = 0
      return chat(() => (++calls < 3 ? StageOutput.retry('busy', { afterMs: 5 }) : { calls }))
    }),
    ends: [
      [['retry'], 'completed: llm ok ×3, after ok ×1'],
      [[], 'failed core/retry-exhausted: llm fail core/retry-exhausted ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'loses the connection for good',
    scenario: once(() => chat(() => Promise.reject(reset()))),
    ends: [
      [['retry'], 'failed retry/exhausted: llm fail retry/exhausted ×3, after cancel ×0'],
      [[], 'failed ECONNRESET: llm fail ECONNRESET ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'has failed four times in a row',
    scenario: async (kit) => {
      let calls = 0
      const run = running(
        chat(() => (++calls <= 4 ? StageOutput.fail('down') : { calls })),
        kit,
      )
      const results: Result[] = []
      for (let i = 0; i < 5; i++) results.push(await run())
      return results
    },
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'has failed five times in a row',
    scenario: async (kit) => {
      let calls = 0
      const run = running(
        chat(() => (++calls <= 5 ? StageOutput.fail(reset()) : { calls })),
        kit,
      )
      const results: Result[] = []
      for (let i = 0; i < 6; i++) results.push(await settledIn(kit, run()))
      return results
    },
    ends: [
      [['circuit-breaker'], 'failed circuit-breaker/open: llm fail circuit-breaker/open ×0, after cancel ×0'],
      [[], 'completed: llm ok ×1, after ok ×1'],
    ],
  },
  {
    stage: 'has failed five times in a row, a while ago',
    scenario: async (kit) => {
      let calls = 0
      const run = running(
        chat(() => (++calls <= 5 ? StageOutput.fail(reset()) : { calls })),
        kit,
      )
      const results: Result[] = []
      for (let i = 0; i < 5; i++) results.push(await settledIn(kit, run()))
      await kit.clock.advance(30_000)
      return [...results, await settledIn(kit, run())]
    },
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'has hung five times in a row',
    scenario: async (kit) => {
      const run = running(
        chat(({ clock, signal }) => clock.sleep(1e9, signal)),
        kit,
      )
      const results: Result[] = []
      for (let i = 0; i < 6; i++) {
        const settled = run({}, { timeoutMs: 600_000 })
        await kit.clock.runAll()
        results.push(await settled)
      }
      return results
    },
    ends: [
      [
        ['timeout', 'circuit-breaker'],
        'failed circuit-breaker/open: llm fail circuit-breaker/open ×0, after cancel ×0',
      ],
      [['retry', 'timeout'], 'failed retry/exhausted: llm fail retry/exhausted ×3, after cancel ×0'],
      [['timeout'], 'failed timeout/timed-out: llm fail timeout/timed-out ×1, after cancel ×0'],
      [[], 'failed core/timed-out: llm cancel ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'has hung whenever it was tried, and hangs no more',
    scenario: async (kit) => {
      let hangs = true
      const run = running(
        chat(({ clock, signal }) => (hangs ? clock.sleep(1e9, signal) : {})),
        kit,
      )
      const results: Result[] = []
      for (let i = 0; i < 8; i++) {
        if (i === 7) hangs = false
        const settled = run({}, { timeoutMs: 600_000 })
        await kit.clock.runAll()
        results.push(await settled)
        await kit.clock.advance(30_000)
      }
      return results
    },
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'did this work before',
    scenario: async (kit) => {
      let saves = 0
      const run = running(
        persist('saves', async ({ clock }) => {
          await clock.sleep(10)
          return { saves: ++saves }
        }),
        kit,
      )
      const first = [run(WORK), run(WORK)]
      await kit.clock.runAll()
      const later = run(WORK)
      await kit.clock.runAll()
      return [...(await Promise.all(first)), await later]
    },
    ends: [
      [['idempotency'], 'completed: persist ok ×0 {"persist":{"saves":1}}'],
      [[], 'completed: persist ok ×1 {"persist":{"saves":3}}'],
    ],
  },
  {
    stage: 'shares its key with another stage',
    scenario: once(
      () =>
        new Pipeline('chat')
          .withStage('save', () => ({ saved: 'text' }), StageKind.WORK)
          .withStage('notify', () => ({ sent: 'mail' }), StageKind.WORK, { dependencies: ['save'] }),
      WORK,
    ),
    ends: [[[], 'completed: save ok ×1, notify ok ×1 {"save":{"saved":"text"},"notify":{"sent":"mail"}}']],
  },
  {
    stage: 'did other work under this key before',
    scenario: async (kit) => {
      const run = running(
        persist('saves once', () => ({ saved: true })),
        kit,
      )
      return [await run({ ...WORK, inputText: 'one' }), await run({ ...WORK, inputText: 'two' })]
    },
    ends: [
      [['idempotency'], 'failed idempotency/other-input: persist fail idempotency/other-input ×0 {}'],
      [[], 'completed: persist ok ×1 {"persist":{"saved":true}}'],
    ],
  },
  {
    stage: 'failed at this work before',
    scenario: async (kit) => {
      let calls = 0
      const run = running(
        persist('saves later', () => (++calls === 1 ? StageOutput.fail('disk full') : { calls })),
        kit,
      )
      return [await run(WORK), await run(WORK)]
    },
    ends: [[[], 'completed: persist ok ×1 {"persist":{"calls":2}}']],
  },
  {
    stage: 'is a pipeline of its own',
    scenario: once(() =>
      new Pipeline('chat')
        .withPipeline(
          'llm',
          new Pipeline('inner').withStage('look', async ({ clock }) => void (await clock.sleep(5))),
        )
        .withStage('after', () => ({ after: true }), { dependencies: ['llm'] }),
    ),
    ends: [[[], 'completed: llm ok ×1, after ok ×1']],
  },
  {
    stage: 'is a pipeline whose stage hangs',
    scenario: once(
      () =>
        new Pipeline('chat')
          .withPipeline(
            'llm',
            new Pipeline('inner').withStage('look', ({ clock, signal }) => clock.sleep(1e9, signal)),
          )
          .withStage('after', () => ({ after: true }), { dependencies: ['llm'] }),
      {},
      { timeoutMs: 600_000 },
    ),
    // No retry: the stages of the child run have their own retries.
    ends: [
      [['timeout'], 'failed timeout/timed-out: llm fail timeout/timed-out ×1, after cancel ×0'],
      [[], 'failed core/timed-out: llm cancel ×1, after cancel ×0'],
    ],
  },
  {
    stage: 'belongs to a run whose token is bad',
    scenario: async (kit) => {
      const options = 'token' in kit.options ? { token: 'bad' } : {}
      return [
        await running(
          chat(() => ({ answer: 1 })),
          kit,
        )({}, options),
      ]
    },
    ends: [
      [['auth'], 'failed auth/verify-failed: llm cancel ×0, after cancel ×0'],
      [[], 'completed: llm ok ×1, after ok ×1'],
    ],
  },
]
