import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clock } from './fresh-clock.ts'
import { ContextSnapshot, Pipeline, PipelineBuildError, StageKind, StageOutput } from '../src/index.ts'
import type { Feedback, Interceptor, StageContext, StageflowError } from '../src/index.ts'
import { repeatUntil } from '../src/repeat.ts'
import { PROPERTY_TIMEOUT_MS, propertySettings } from './property-settings.ts'
import { crowdedRun } from './random-pipelines.ts'
import { runRandom } from './run-random.ts'
import { untypedPipeline } from './untyped-pipeline.ts'

// The conformance cases about what may be described, read and wrapped, by number.

test('case 11: without its interceptor nothing limits a stage, and interceptors: [] means none', async () => {
  const limit: Interceptor = {
    name: 'timeout',
    wrap: (next) => (context) => {
      const { promise, resolve } = Promise.withResolvers<StageOutput>()
      const cancel = clock.setTimeout(() => resolve(StageOutput.fail('too slow')), 10)
      void Promise.resolve(next(context)).then((output) => {
        cancel()
        resolve(output)
      })
      return promise
    },
  }
  const slow = new Pipeline('slow').withStage('slow', async (context) => {
    await context.clock.sleep(1_000, context.signal)
    return { done: true }
  })
  const settled = [{ interceptors: [limit] }, { interceptors: [] }, {}].map((options) =>
    slow.build({ clock, ...options }).runSettled({}, { graceMs: 0 }),
  )
  await clock.runAll()
  expect((await Promise.all(settled)).map(({ status }) => status)).toEqual(['failed', 'completed', 'completed'])
})

test('case 11: the state of an interceptor for one execution of a stage is separate, also in concurrent runs of one graph', async () => {
  const seen: string[] = []
  const measuring: Interceptor = {
    name: 'measuring',
    wrap:
      (next, { name }) =>
      async (context) => {
        const startedAt = context.clock.now()
        const output = await next(context)
        seen.push(`${context.snapshot.inputText} ${name} took ${context.clock.now() - startedAt}`)
        return output
      },
  }
  const pause = (ms: number) => (context: StageContext) => context.clock.sleep(ms * Number(context.snapshot.inputText))
  const graph = new Pipeline('measured')
    .withStage('a', pause(10))
    .withStage('b', pause(15))
    .build({ clock, interceptors: [measuring] })
  const runs = ['1', '2'].map((inputText) => graph.run({ inputText }))
  await clock.runAll()
  await Promise.all(runs)
  expect(seen.toSorted()).toEqual(['1 a took 10', '1 b took 15', '2 a took 20', '2 b took 30'])
})

test('case 11: the interceptors inside one that answers are never called', async () => {
  const log: string[] = []
  const logging = (name: string): Interceptor => ({
    name,
    wrap: (next) => async (context) => {
      log.push(`${name} before`)
      const output = await next(context)
      log.push(`${name} after`)
      return output
    },
  })
  const answering: Interceptor = { name: 'answering', wrap: () => () => StageOutput.ok({ cached: true }) }
  const result = await new Pipeline('cached')
    .withStage('a', () => void log.push('ran'))
    .build({ clock, interceptors: [logging('outer'), answering, logging('inner')] })
    .run()
  expect(log).toEqual(['outer before', 'outer after'])
  expect(result.data).toEqual({ a: { cached: true } })
})

test('case 12: reading an undeclared stage or a missing key fails, in the types if possible, otherwise in the run', async () => {
  const graph = new Pipeline('reads')
    .withStage('a', () => ({ text: 'x' }))
    // @ts-expect-error it declares no dependencies
    .withStage('none', ({ inputs }) => ({ copy: inputs.from('a') }))
    // @ts-expect-error it does not depend on "none"
    .withStage('other', ({ inputs }) => ({ copy: inputs.from('none') }), { dependencies: ['a'] })
    // @ts-expect-error "a" gives no such key
    .withStage('key', ({ inputs }) => ({ copy: inputs.requireFrom('a', 'txt') }), { dependencies: ['a'] })
    .build({ clock })
  const result = await graph.runSettled({}, { onStageFailure: 'continue' })
  expect(result.status === 'failed' && result.errors.map(({ stage, code }) => `${stage} ${code}`)).toEqual([
    'none core/undeclared-input',
    'other core/undeclared-input',
    'key core/missing-input',
  ])
})

test.each([
  [10, 20],
  [20, 10],
])(
  'case 12: the order in which two dependencies settle never decides which of them a key is read from (%i ms, %i ms)',
  async (first, second) => {
    const give =
      (ms: number) =>
      async (context: StageContext): Promise<{ text: string }> => {
        await context.clock.sleep(ms)
        return { text: `after ${ms}` }
      }
    const settled = new Pipeline('ambiguous')
      .withStage('a', give(first))
      .withStage('b', give(second))
      .withStage('reads', ({ inputs }) => ({ text: inputs.get('text') }), { dependencies: ['a', 'b'] })
      .build({ clock })
      .runSettled()
    await clock.runAll()
    const result = await settled
    expect(result.status === 'failed' && result.errors).toMatchObject([
      { stage: 'reads', code: 'core/ambiguous-input', message: expect.stringContaining('"a" and "b"') as string },
    ])
  },
)

test('case 13: one build error has every problem of a pipeline, with its code, its place, and a fix if there is a likely one', () => {
  const run = (): object => ({})
  const broken = untypedPipeline('broken')
    .withStage('profile', run)
    .withStage('profile', run)
    .withStage('', run)
    .withStage('answer', run, { dependencies: ['profil'] })
    .withStage('itself', run, { dependencies: ['itself'] })
    .withStage('egg', run, { dependencies: ['hen'] })
    .withStage('hen', run, { dependencies: ['egg'] })
    .withStage('vote', run, { dependencies: ['answer'], join: { quorum: 2 } })
    .withStage('number', 5 as never)
  const problems = ((): readonly StageflowError[] => {
    try {
      broken.build()
      return []
    } catch (error) {
      return error instanceof PipelineBuildError ? error.problems : []
    }
  })()
  const messageOf = (code: string): string | undefined => problems.find((problem) => problem.code === code)?.message
  expect(problems.map(({ code }) => code).toSorted()).toEqual([
    'core/cycle',
    'core/duplicate-name',
    'core/illegal-name',
    'core/not-a-stage',
    'core/quorum',
    'core/self-dependency',
    'core/unknown-dependency',
  ])
  expect(messageOf('core/unknown-dependency')).toContain('did you mean "profile"?')
  expect(messageOf('core/cycle')).toMatch(/"egg" → "hen" → "egg"|"hen" → "egg" → "hen"/)
  expect(messageOf('core/duplicate-name')).toContain('"profile"')
})

test(
  'case 15: maxConcurrency is never exceeded in random runs, and it is reached',
  async () => {
    const limited = fc
      .tuple(crowdedRun, fc.integer({ min: 1, max: 3 }))
      .map(([run, maxConcurrency]) => ({ ...run, maxConcurrency }))
    const full = new Set<number>()
    await fc.assert(
      fc.asyncProperty(limited, async (run) => {
        const { mostAtOnce } = await runRandom(run)
        expect(mostAtOnce).toBeLessThanOrEqual(run.maxConcurrency)
        if (mostAtOnce === run.maxConcurrency) full.add(mostAtOnce)
      }),
      propertySettings(400),
    )
    expect(full).toEqual(new Set([1, 2, 3]))
  },
  PROPERTY_TIMEOUT_MS,
)

test('case 15: of the ready stages, the one with the longest path to the end starts first', async () => {
  const order: string[] = []
  const work = async (context: StageContext): Promise<void> => {
    order.push(context.stage.name)
    await context.clock.sleep(10)
  }
  const settled = new Pipeline('priorities')
    .withStage('short', work)
    .withStage('long', work)
    .withStage('longer', work)
    .withStage('behind_long', work, { dependencies: ['long'] })
    .withStage('behind_longer', work, { dependencies: ['longer'] })
    .withStage('last', work, { dependencies: ['behind_longer'] })
    .build({ clock })
    .run({}, { maxConcurrency: 1 })
  await clock.runAll()
  await settled
  expect(order).toEqual(['longer', 'long', 'behind_longer', 'short', 'behind_long', 'last'])
})

test('case 16: a child that its guard refuses runs again with the feedback, and dependents run once, with the last value', async () => {
  const feedbacks: (Feedback | undefined)[] = []
  const seen: unknown[] = []
  const attempt = new Pipeline('attempt')
    .withStage('draft', ({ snapshot }) => ({ text: snapshot.inputText }))
    .withStage(
      'check',
      ({ inputs }) =>
        inputs.from('draft').text === 'good' ? {} : StageOutput.fail('too short', { data: { wanted: 'good' } }),
      StageKind.GUARD,
      { dependencies: ['draft'] },
    )
  const input = (_inputs: unknown, _snapshot: unknown, feedback: Feedback | undefined): { inputText: string } => {
    feedbacks.push(feedback)
    return { inputText: feedback === undefined ? 'bad' : (feedback.data as { wanted: string }).wanted }
  }
  const result = await new Pipeline('answering')
    .withPipeline('answer', attempt, { repeat: repeatUntil('check'), input })
    .withStage('after', ({ inputs }) => void seen.push(inputs.from('answer')?.draft.text), { dependencies: ['answer'] })
    .build({ clock })
    .run()
  expect(result.status).toBe('completed')
  expect(feedbacks).toMatchObject([
    undefined,
    { attempt: 1, error: { message: 'too short' }, data: { wanted: 'good' } },
  ])
  expect(seen).toEqual(['good'])
})

test('case 20: changing the snapshot, an input or an output throws, and siblings and the caller see no change', async () => {
  const messages = [{ role: 'user' as const, content: 'hello' }]
  const caller = new ContextSnapshot({ inputText: 'hello', messages, metadata: { nested: { list: [1] } } })
  const produced = { nested: { list: [1] } }
  const tamper: readonly (readonly [string, (context: StageContext) => void])[] = [
    ['snapshot', ({ snapshot }) => void ((snapshot as { inputText: string }).inputText = 'changed')],
    ['metadata', ({ snapshot }) => void ((snapshot.metadata as typeof produced).nested.list[0] = 2)],
    ['message', ({ snapshot }) => void Object.assign(snapshot.messages[0] as object, { content: 'changed' })],
    ['input', ({ inputs }) => void ((inputs.from('source') as typeof produced).nested.list[0] = 2)],
    ['input-added', ({ inputs }) => void Object.assign(inputs.from('source') as object, { added: true })],
  ]
  let pipeline = untypedPipeline('tampered').withStage('source', () => produced)
  for (const [name, run] of tamper) {
    pipeline = pipeline.withStage(
      name,
      (context) => {
        run(context)
        return {}
      },
      { dependencies: ['source'] },
    )
  }
  pipeline = pipeline.withStage(
    'sibling',
    ({ inputs, snapshot }) => ({ source: inputs.from('source'), snapshot: snapshot.toJSON() }),
    { dependencies: ['source', ...tamper.map(([name]) => name)], join: 'settled' },
  )
  const result = await pipeline.build({ clock }).runSettled(caller, { onStageFailure: 'continue' })
  expect(result.status === 'failed' && result.errors.map(({ stage }) => stage)).toEqual(tamper.map(([name]) => name))
  expect(result.data['sibling']).toMatchObject({
    source: { nested: { list: [1] } },
    snapshot: { conversation: { inputText: 'hello', messages: [{ content: 'hello' }] } },
  })
  expect(messages).toEqual([{ role: 'user', content: 'hello' }])
  expect(() => {
    produced.nested.list.push(2)
  }).toThrow(TypeError)
})
