import {
  NoOpEventSink,
  Pipeline,
  StageKind,
  StageOutput,
  StageflowError,
  asStage,
  definePorts,
  defineStage,
  setEventSink,
} from '@stageflow/core'
import type { Interceptor, OnCall, RunPart, RunPipeline, StageContext, StageInfo, SuspendOutput } from '@stageflow/core'
import { AsyncLocalStorage } from 'node:async_hooks'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { recordingSink } from '../events/recording-sink.ts'
import { runStage } from './run-stage.ts'

declare module '@stageflow/core' {
  interface RunOptions {
    readonly runStageToken?: string
  }
  interface StageOptions {
    readonly runStageLimit?: number
  }
  interface RunOptions {
    readonly runStageTicket?: string
  }
}

class Greet {
  name = 'greet' as const
  kind = StageKind.ENRICH
  execute(context: StageContext<{ profile: { displayName: string } | undefined }>) {
    const name = context.inputs.from('profile')?.displayName ?? 'you'
    return { text: `${context.snapshot.inputText} ${name}`, kind: context.stage.kind, name: context.stage.name }
  }
}

test('a class, an object, a function and a value of defineStage run with the given inputs', async () => {
  const profile = { displayName: 'Ada' }
  const options = { inputs: { profile }, snapshot: { inputText: 'Hello' } }
  const expected = { text: 'Hello Ada', kind: 'enrich', name: 'greet' }
  expect((await runStage(Greet, options)).output).toMatchObject({ status: 'ok', data: expected })
  expect((await runStage(new Greet(), options)).output).toMatchObject({ status: 'ok', data: expected })
  const before = defineStage({ name: 'profile', run: () => profile })
  const value = defineStage({
    name: 'greet',
    after: { who: before },
    run: ({ inputs, snapshot }) => ({ text: `${snapshot.inputText} ${inputs.from('who').displayName}` }),
  })
  expect((await runStage(value, options)).output).toMatchObject({ data: { text: 'Hello Ada' } })
  const inline = await runStage(
    (context: StageContext<{ profile: { displayName: string } }>) => ({
      name: context.inputs.from('profile').displayName,
    }),
    options,
  )
  expect(inline.output).toMatchObject({ status: 'ok', data: { name: 'Ada' } })
  expect(inline.record).toMatchObject({ stage: 'stage', status: 'ok' })
})

test('an undefined input is the input of a skipped stage', async () => {
  const { output } = await runStage(Greet, { inputs: { profile: undefined }, snapshot: { inputText: 'Hello' } })
  expect(output).toMatchObject({ status: 'ok', data: { text: 'Hello you' } })
  const status = await runStage((context) => ({ profile: context.inputs.status('profile') }), {
    inputs: { profile: undefined },
  })
  expect(status.output).toMatchObject({ data: { profile: 'skip' } })
})

test('a name and a kind may be given', async () => {
  const { output, record } = await runStage(({ stage: { name, kind } }) => ({ name, kind }), {
    name: 'llm',
    kind: StageKind.AGENT,
  })
  expect(output).toMatchObject({ data: { name: 'llm', kind: 'agent' } })
  expect(record.stage).toBe('llm')
})

test('reading an input that was not given fails as in a pipeline', async () => {
  const { output } = await runStage((context) => ({ name: context.inputs.from('profile').displayName }))
  expect(output).toMatchObject({ status: 'fail', error: { code: 'core/undeclared-input' } })
})

test('it does not reject if the stage fails, and returns the error itself', async () => {
  const error = new StageflowError('app/broken', 'It is broken.')
  const thrown = await runStage(() => {
    throw error
  })
  expect(thrown.output.status === 'fail' && thrown.output.error).toBe(error)
  expect(thrown.record).toMatchObject({ status: 'fail', error: { code: 'app/broken' } })
  expect((await runStage(() => StageOutput.skip('nothing'))).output).toMatchObject({
    status: 'skip',
    reason: 'nothing',
  })
  expect((await runStage(() => StageOutput.cancel('enough'))).output).toMatchObject({ status: 'cancel' })
})

test('events, notes and chunks are those of the stage, without the run around it and its inputs', async () => {
  const sink = recordingSink()
  const { events, notes, chunks, output, report } = await runStage(
    async function* (context: StageContext<{ profile: object }>) {
      context.tryEmitEvent('app.asked', { text: 'Hi' })
      context.note('usage', { inputTokens: 3 })
      yield 'He'
      yield 'llo'
      return { text: 'Hello' }
    },
    { name: 'llm', inputs: { profile: {} }, eventSink: sink },
  )
  expect(events.map(({ type }) => type)).toEqual(['stage.llm.started', 'app.asked', 'stage.llm.completed'])
  expect(notes).toEqual({ usage: { inputTokens: 3 } })
  expect(chunks).toEqual(['He', 'llo'])
  expect(output).toMatchObject({ status: 'ok', data: { text: 'Hello' } })
  expect(Object.keys(report.stages)).toEqual(['profile', 'llm'])
  expect(sink.types()).toEqual([
    'pipeline.started',
    'stage.profile.started',
    'stage.profile.completed',
    'stage.llm.started',
    'app.asked',
    'stage.llm.completed',
    'pipeline.completed',
  ])
})

test('the events of child runs are included', async () => {
  const child = new Pipeline('child').withStage('profile', () => ({ inner: true }))
  const { events, record } = await runStage(asStage(child), { inputs: { profile: {} } })
  expect(events.map(({ type }) => type)).toEqual([
    'stage.stage.started',
    'pipeline.child_started',
    'pipeline.started',
    'stage.profile.started',
    'stage.profile.completed',
    'pipeline.completed',
    'pipeline.child_completed',
    'stage.stage.completed',
  ])
  expect(record.children?.[0]?.pipeline).toBe('child')
})

test.each<readonly [hook: string, create: (log: string[]) => Omit<Interceptor, 'name'>]>([
  [
    'wrap',
    (log) => ({
      wrap:
        (next, { name }) =>
        (context) => (log.push(name), next(context)),
    }),
  ],
  ['onCall', (log) => ({ onCall: (stage) => () => void log.push(stage.name) })],
  ['settled', (log) => ({ settled: ({ stage }) => void log.push(stage) })],
  ['settled of a part', (log) => ({ onRun: () => ({ settled: ({ stage }) => void log.push(stage) }) })],
])('interceptors stand around the stage, and around no input: %s', async (_, create) => {
  const log: string[] = []
  const seen: Interceptor = { name: 'seen', ...create(log) }
  await runStage(Greet, { inputs: { profile: undefined }, interceptors: [seen] })
  expect(log).toEqual(['greet'])
})

test('an interceptor sees the options of the stage, and the run around it', async () => {
  const log: unknown[] = []
  const storage = new AsyncLocalStorage<string>()
  /** Its functions are inherited, and need it as `this`. */
  class Seen implements Interceptor {
    readonly name = 'seen'
    readonly stageOptions = ['runStageLimit'] as const
    readonly #log = log
    wrapRun(next: RunPipeline): RunPipeline {
      return (run) => (this.#log.push('wrapRun'), next(run))
    }
    onCall({ name, options }: StageInfo): OnCall {
      return () => void this.#log.push(`${name} ${options.runStageLimit} within ${storage.getStore()}`)
    }
    onRun(): RunPart {
      return {
        enter: (next) => storage.run('the run', next),
        settled: ({ stage }) => void this.#log.push(`${stage} settled`),
        ended: ({ status }) => void this.#log.push(status),
      }
    }
  }
  await runStage(Greet, {
    inputs: { profile: undefined },
    interceptors: [new Seen()],
    stageOptions: { runStageLimit: 7 },
  })
  expect(log).toEqual(['wrapRun', 'greet 7 within the run', 'greet settled', 'completed'])
})

test('if an interceptor refuses the run before the stage begins, the refusal is the output', async () => {
  const auth: Interceptor = {
    name: 'auth',
    runOptions: ['runStageToken'],
    wrapRun: (next) => (run) =>
      run.options.runStageToken === 'ada' ? next(run) : run.fail(new StageflowError('auth/missing-token', 'No token.')),
  }
  const refused = await runStage(() => ({}), { interceptors: [auth] })
  expect(refused.output).toMatchObject({ status: 'fail', error: { code: 'auth/missing-token' } })
  expect(refused.record).toMatchObject({ status: 'cancel', startedAt: undefined })
  expect((await runStage(() => ({}), { interceptors: [auth], runStageToken: 'ada' })).output.status).toBe('ok')
  const aborted = await runStage(() => ({}), { signal: AbortSignal.abort(new Error('too late')) })
  expect(aborted.output).toMatchObject({ status: 'cancel', reason: 'too late' })
})

test('a clock, a signal and ports reach the stage', async () => {
  const clock = manualClock()
  const caller = new AbortController()
  const { defineStage: defineWithPorts } = definePorts<{ wait: number }>()
  const stage = defineWithPorts({
    name: 'slow',
    run: async (context) => {
      await context.clock.sleep(context.ports.wait, context.signal)
      return { at: context.clock.now() }
    },
  })
  const run = runStage(stage, { clock, ports: { wait: 50 } })
  await clock.advance(50)
  expect((await run).output).toMatchObject({ status: 'ok', data: { at: 50 } })
  const aborted = runStage(stage, { clock, ports: { wait: 50 }, signal: caller.signal })
  await clock.settle()
  caller.abort(new Error('the caller has left'))
  expect((await aborted).output).toMatchObject({ status: 'cancel', reason: 'the caller has left' })
  expect(clock.timers).toEqual([])
})

test('a value that cannot be a stage is refused, and so is a stage that cannot be built, as in a pipeline', async () => {
  const refused = {
    code: 'testing/illegal-option',
    message: expect.stringContaining('runStage(stage, options) or runStage(pipeline, name, options): stage must be'),
  }
  for (const given of [{ run: () => ({}) }, undefined, new Pipeline('chat')])
    await expect(runStage(given as never)).rejects.toMatchObject(refused)
  await expect(runStage({ execute: 'later' } as never)).rejects.toMatchObject({ code: 'core/build' })
  await expect(runStage(() => ({}), { stageOptions: { runStageLimit: 1 } })).rejects.toMatchObject({
    message: expect.stringContaining('"runStageLimit"'),
  })
  const dependent = defineStage({
    name: 'b',
    after: { a: defineStage({ name: 'a', run: () => ({}) }) },
    run: () => ({}),
  })
  const valueless = defineStage({ name: 'c', after: { a: undefined as unknown as typeof dependent }, run: () => ({}) })
  await expect(runStage(valueless as never)).rejects.toMatchObject({ code: 'core/build' })
  const itself = new Pipeline('chat').withStage('d', () => ({}), { dependencies: ['d', 'a'] as never }).stages[0]!
  await expect(runStage(itself, { inputs: { a: {} } })).rejects.toMatchObject({ code: 'core/build' })
  await expect(runStage(dependent, { inputs: {} } as never)).rejects.toMatchObject({ code: 'testing/missing-input' })
})

test('inputs that are left out are named, with the way to pass them', async () => {
  const chat = new Pipeline('chat')
    .withStage('memory', () => ({ facts: 3 }))
    .withStage('charge-card', () => ({ paid: true }))
    .withStage('llm', () => ({}), { dependencies: ['memory', 'charge-card'] })
  const llm = chat.stages.find(({ name }) => name === 'llm')!
  await expect(runStage(llm, {})).rejects.toMatchObject({
    code: 'testing/missing-input',
    message:
      'runStage(): stage "llm" depends on "memory" and "charge-card". Pass them: { inputs: { memory: { … }, "charge-card": { … } } }; undefined stands for a skipped stage.',
    cause: { code: 'core/build' },
  })
  await expect(runStage(llm, { inputs: { memry: {}, 'charge-card': undefined } })).rejects.toMatchObject({
    message:
      'runStage(): stage "llm" depends on "memory". Pass it: { inputs: { memory: { … } } }; undefined stands for a skipped stage. It does not depend on "memry".',
  })
  expect((await runStage(llm, { inputs: { memory: undefined, 'charge-card': {} } })).output.status).toBe('ok')
})

test('an input that is not data fails, and the stage does not run', async () => {
  let ran = false
  const { output } = await runStage(() => void (ran = true), { inputs: { profile: 7 as never } })
  expect(output).toMatchObject({ status: 'fail', error: { code: 'core/illegal-output' } })
  expect(ran).toBe(false)
})

test('a stage of a pipeline runs alone, with its inputs, without the interceptors that its options are for', async () => {
  const chat = new Pipeline('chat')
    .withStage('llm', () => ({ text: 'Hello' }))
    .withStage('guard', ({ inputs }) => ({ length: inputs.from('llm').text.length }), StageKind.GUARD, {
      dependencies: ['llm'],
      runStageLimit: 2,
    })
  const guard = chat.stages.find(({ name }) => name === 'guard')!
  const { output, record } = await runStage(guard, { inputs: { llm: { text: 'Hi' } } })
  expect(output).toMatchObject({ status: 'ok', data: { length: 2 } })
  expect(record.stage).toBe('guard')
})

const chat = Pipeline.withPorts<{ limit: number }>('chat')
  .withStage('memory', () => ({ facts: 3 }))
  .withStage('llm', () => ({ text: 'Hello' }))
  .withStage(
    'guard',
    ({ inputs, ports, stage }) => ({
      isShort: inputs.from('llm').text.length < ports.limit,
      kind: stage.kind,
      pipeline: stage.pipeline.name,
      limit: stage.options.runStageLimit,
    }),
    StageKind.GUARD,
    { dependencies: ['llm'], runStageLimit: 2 },
  )

test('a stage of a pipeline runs by its name, with its kind, options and pipeline, inside the given interceptors', async () => {
  const log: unknown[] = []
  const limiting: Interceptor = {
    name: 'limiting',
    stageOptions: ['runStageLimit'],
    onCall: (stage) => () => void log.push(stage.name, stage.pipeline.name, stage.options.runStageLimit),
  }
  const { output, record, events } = await runStage(chat, 'guard', {
    inputs: { llm: { text: 'Hi' } },
    ports: { limit: 3 },
    interceptors: [limiting],
  })
  expect(output).toMatchObject({
    status: 'ok',
    data: { isShort: true, kind: 'guard', pipeline: 'chat', limit: 2 },
  })
  expect(record.stage).toBe('guard')
  expect(events.map(({ type }) => type)).toEqual(['stage.guard.started', 'stage.guard.completed'])
  expect(log).toEqual(['guard', 'chat', 2])
})

test('a stage of a pipeline that is skipped with its input is skipped here too', async () => {
  const { output } = await runStage(chat, 'guard', { inputs: { llm: undefined }, ports: { limit: 3 } })
  expect(output).toMatchObject({ status: 'skip' })
})

test('a child pipeline is a stage like any other', async () => {
  const parent = new Pipeline('parent')
    .withStage('question', () => ({ text: 'Why?' }))
    .withPipeline(
      'answer',
      new Pipeline('child').withStage('llm', ({ snapshot }) => ({ text: snapshot.inputText })),
      {
        dependencies: ['question'],
        input: (inputs) => ({ inputText: inputs.from('question').text }),
      },
    )
  const { output } = await runStage(parent, 'answer', { inputs: { question: { text: 'How?' } } })
  expect(output).toMatchObject({ status: 'ok', data: { llm: { text: 'How?' } } })
})

test('a name or an input that the pipeline lacks, and a built graph, are refused', async () => {
  await expect(runStage(chat, 'gard' as 'guard')).rejects.toMatchObject({
    code: 'testing/unknown-stage',
    message:
      'runStage(pipeline, name, options): pipeline "chat" has no stage "gard" (did you mean "guard"?). Its stages are: memory, llm, guard.',
  })
  await expect(runStage(new Pipeline('empty'), 'guard' as never)).rejects.toMatchObject({
    message: expect.stringContaining('Its stages are: none.'),
  })
  for (const stages of [[null], [7], 'guard'])
    await expect(runStage({ name: 'chat', stages } as never, 'guard' as never)).rejects.toMatchObject({
      code: 'testing/not-a-pipeline',
    })
  await expect(runStage(chat, 'guard', { inputs: {} })).rejects.toMatchObject({ code: 'testing/missing-input' })
  await expect(
    runStage(chat.build({ ports: { limit: 1 }, ignoreOptions: true }) as never, 'guard' as never),
  ).rejects.toMatchObject({
    code: 'testing/not-a-pipeline',
  })
})

test('what would change nothing is refused (testing/illegal-option)', async () => {
  const own = chat.stages.find(({ name }) => name === 'guard')
  const given = { inputs: { llm: { text: 'Hi' } }, ports: { limit: 1 } }
  const ignored = { name: 'other', kind: StageKind.WORK, stageOptions: {} }
  const left = ['name', 'kind', 'stageOptions'].map((option) => `leave out ${option}: the stage has its own`).join('; ')
  for (const run of [
    () => runStage(chat, 'guard', { ...given, ...ignored }),
    () => runStage(own as never, { ...given, ...ignored }),
  ])
    await expect(run()).rejects.toMatchObject({ code: 'testing/illegal-option', message: `runStage(): ${left}.` })
  // @ts-expect-error -- a third argument is only for a name before it
  await expect(runStage(() => ({}), {}, given)).rejects.toMatchObject({
    code: 'testing/illegal-option',
    message: expect.stringContaining(
      'options come third only if the second argument is the name of a stage, not an object',
    ),
  })
})

test('each wrong interceptor is named with its place, and each known option once', async () => {
  const message = (options: object): Promise<unknown> => runStage(() => ({}), options).catch(({ message }) => message)
  expect(await message({ interceptors: [{ name: 'one' }, null, 7] })).toBe(
    'runStage(): interceptors[1] must be an interceptor, such as retry(), not null; interceptors[2] must be an interceptor, such as retry(), not 7.',
  )
  expect((await message({ nope: 1 })) as string).toMatch(/known: inputs, streams, snapshot, ports, (?!.*ports)/)
})

test('the options of a stage may be getters of a class', async () => {
  class Options {
    get runStageLimit(): number {
      return 7
    }
  }
  const claims: Interceptor = { name: 'claims', stageOptions: ['runStageLimit'], onCall: () => () => undefined }
  const options = { interceptors: [claims], stageOptions: new Options() }
  const { output } = await runStage(({ stage }: StageContext) => ({ ...stage.options }), options)
  expect(output).toMatchObject({ data: { runStageLimit: 7 } })
})

const approval = Pipeline.withPorts<{ pay: (cents: number) => Promise<string> }>('order')
  .withStage('price', () => ({ cents: 250 }))
  .withStage(
    'approve',
    async ({ inputs, ports, resumed }) => {
      if (resumed === undefined) return StageOutput.suspend({ ask: 'Pay?' }, { state: { asked: 1 } })
      if (typeof resumed.answer !== 'boolean') return StageOutput.fail('The answer must be true or false.')
      if (!resumed.answer) return StageOutput.cancel('refused')
      return { receipt: await ports.pay(inputs.from('price').cents), request: resumed.request, state: resumed.state }
    },
    StageKind.WORK,
    { dependencies: ['price'], runStageLimit: 2 },
  )
const toPay = { inputs: { price: { cents: 250 } }, ports: { pay: async (cents: number) => `paid ${cents}` } }

test('a stage that waits for an answer is asked first, and runs again with the answer, request and state of resumed', async () => {
  const asked = await runStage(approval, 'approve', toPay)
  expect(asked.output).toMatchObject({ status: 'suspend', request: { ask: 'Pay?' }, state: { asked: 1 } })
  const { request, state } = asked.output as SuspendOutput
  const resumed = { answer: true, request, state }
  const paid = await runStage(approval, 'approve', { ...toPay, resumed })
  expect(paid.output).toMatchObject({
    status: 'ok',
    data: { receipt: 'paid 250', request: { ask: 'Pay?' }, state: { asked: 1 } },
  })
  const refused = await runStage(approval, 'approve', { ...toPay, resumed: { answer: false } })
  expect(refused.output).toMatchObject({ status: 'cancel', reason: 'refused' })
  const wrong = await runStage(approval, 'approve', { ...toPay, resumed: { answer: 'yes' } })
  expect(wrong.output).toMatchObject({ status: 'fail', error: { message: 'The answer must be true or false.' } })
})

test('a request and a state that are left out are undefined, for functions, classes and values too', async () => {
  const run = ({ resumed }: StageContext) => ({ ...resumed })
  class Wait {
    execute = run
  }
  const data = { answer: 0, request: undefined, state: undefined }
  for (const stage of [run, Wait, new Wait()])
    expect((await runStage(stage, { resumed: { answer: 0 } })).output).toMatchObject({ status: 'ok', data })
  const price = defineStage({ name: 'price', run: () => ({ cents: 1 }) })
  const wait = defineStage({ name: 'wait', after: { costs: price }, run: ({ resumed }) => ({ ...resumed }) })
  const { output } = await runStage(wait, { inputs: { price: { cents: 1 } }, resumed: { answer: 0 } })
  expect(output).toMatchObject({ status: 'ok', data })
})

test('resumed says who has answered, and whether the time of the question has passed', async () => {
  const run = ({ resumed }: StageContext) => ({ ...resumed })
  const by = { userId: 'bo', orgId: 'acme' }
  expect((await runStage(run, { resumed: { answer: 'yes', by } })).output).toMatchObject({
    data: { answer: 'yes', expired: false, by },
  })
  const system = { system: 'month end' }
  expect((await runStage(run, { resumed: { answer: 'yes', by: system } })).output).toMatchObject({
    data: { by: system },
  })
  const clock = manualClock()
  for (const more of [{}, { answer: 'no answer', request: '?', state: 1 }])
    expect((await runStage(run, { clock, resumed: { ...more, expired: true } })).output).toMatchObject({
      data: { answer: undefined, request: undefined, state: undefined, ...more, expired: true, by: undefined },
    })
  expect((await runStage(run, { resumed: { answer: 1 } })).output).toMatchObject({
    data: { expired: false, by: undefined },
  })
})

test('an interceptor that checks callers admits the answer of a resumed stage, and the leg runs for who began the run', async () => {
  const owners: Interceptor = {
    name: 'owners',
    runOptions: ['runStageTicket'],
    admit: ({ action, options, kept }) => {
      if (action !== 'start' && kept !== options.runStageTicket) throw new StageflowError('acme/foreign', 'Not yours.')
      return { who: { userId: options.runStageTicket } }
    },
    wrapRun: (next) => (run) => {
      if (run.kept === undefined) run.keep('owners', run.options.runStageTicket)
      return next(run)
    },
  }
  const kept: unknown[] = []
  const see: Interceptor = { name: 'see', onRun: (run) => void kept.push(run.kept) }
  const run = ({ resumed }: StageContext) => ({ by: resumed?.by })
  const resumed = { answer: 'yes' }
  const options = { interceptors: [owners, see], runStageTicket: 'ada' }
  expect((await runStage(run, { ...options, resumed })).output).toMatchObject({ data: { by: { userId: 'ada' } } })
  expect(kept).toEqual([{ owners: 'ada' }])
  const boss = { userId: 'boss' }
  expect((await runStage(run, { ...options, resumed: { ...resumed, by: boss } })).output).toMatchObject({
    data: { by: boss },
  })
  const closed = {
    ...owners,
    wrapRun: () => (given) => given.fail(new StageflowError('acme/closed', 'Closed.')),
  } as Interceptor
  expect((await runStage(run, { ...options, interceptors: [closed], resumed })).output).toMatchObject({
    status: 'fail',
    error: { code: 'acme/closed' },
  })
})

test('the answerSchema of a stage checks the answer of resumed, and makes what the stage reads', async () => {
  const validate = (value: unknown) =>
    typeof value === 'string' ? { value: value.length } : { issues: [{ message: 'must be a string' }] }
  const answerSchema = { '~standard': { version: 1, vendor: 'test', validate } } as const
  const pipeline = new Pipeline('order').withStage('ask', ({ resumed }) => ({ answer: resumed?.answer }), {
    answerSchema,
  })
  expect((await runStage(pipeline, 'ask', { resumed: { answer: 'four' } })).output).toMatchObject({
    data: { answer: 4 },
  })
  await expect(runStage(pipeline, 'ask', { resumed: { answer: 4 } })).rejects.toMatchObject({ code: 'core/answer' })
  const expired = await runStage(pipeline, 'ask', { resumed: { answer: 4, expired: true } })
  expect(expired.output).toMatchObject({ data: { answer: 4 } })
})

test('a stage may suspend again, and stream, in its second leg', async () => {
  const again = await runStage(({ resumed }) => StageOutput.suspend(`after ${String(resumed?.answer)}`), {
    resumed: { answer: 'no' },
  })
  expect(again.output).toMatchObject({ status: 'suspend', request: 'after no' })
  const streamed = await runStage(
    async function* ({ resumed }: StageContext) {
      yield String(resumed?.answer)
      return {}
    },
    { resumed: { answer: 'a' } },
  )
  expect(streamed.chunks).toEqual(['a'])
})

test('the events and the record of a resumed stage are those of its second leg, on the given clock, with the given signal', async () => {
  const clock = manualClock({ startAt: 1_000 })
  const sink = recordingSink()
  const stage = async (context: StageContext<{ price: { cents: number } }>) => {
    await context.clock.sleep(50, context.signal)
    return { leg: context.resumed?.answer }
  }
  const options = { clock, eventSink: sink, inputs: { price: { cents: 250 } }, resumed: { answer: 2 }, name: 'wait' }
  const run = runStage(stage, options)
  await clock.advance(50)
  const { output, events, record, report } = await run
  expect(output).toMatchObject({ status: 'ok', data: { leg: 2 } })
  expect(events.map(({ type }) => type)).toEqual(['stage.wait.started', 'stage.wait.completed'])
  expect(sink.types()).toEqual(['pipeline.resumed', 'stage.wait.started', 'stage.wait.completed', 'pipeline.completed'])
  expect(record).toMatchObject({ startedAt: 1_000, endedAt: 1_050 })
  expect(report.legs).toHaveLength(1)
  expect(clock.timers).toEqual([])
  const caller = new AbortController()
  const aborted = runStage(stage, { ...options, signal: caller.signal })
  await clock.settle()
  caller.abort(new Error('the caller has left'))
  expect((await aborted).output).toMatchObject({ status: 'cancel', reason: 'the caller has left' })
})

test('the sink of the process gets the events of the second leg only', async () => {
  const sink = recordingSink()
  setEventSink(sink)
  try {
    await runStage(({ resumed }) => ({ ...resumed }), { resumed: { answer: true } })
  } finally {
    setEventSink(NoOpEventSink)
  }
  expect(sink.types()).toEqual([
    'pipeline.resumed',
    'stage.stage.started',
    'stage.stage.completed',
    'pipeline.completed',
  ])
})

test('interceptors stand around the second leg only, and one that refuses the run gives the output', async () => {
  const log: string[] = []
  const seen: Interceptor = {
    name: 'seen',
    stageOptions: ['runStageLimit'],
    wrapRun: (next) => (run) => (log.push('run'), next(run)),
    wrap:
      (next, { name, options }) =>
      (context) => {
        log.push(`${name} ${options.runStageLimit} ${String(context.resumed?.answer)}`)
        return next(context)
      },
    settled: ({ stage, status }) => void log.push(`${stage} ${status}`),
  }
  const resumed = { answer: true }
  await runStage(approval, 'approve', { ...toPay, interceptors: [seen], resumed })
  expect(log).toEqual(['run', 'approve 2 true', 'approve ok'])
  const deny: Interceptor = {
    name: 'deny',
    wrapRun: () => (run) => run.fail(new StageflowError('auth/missing-token', 'No token.')),
  }
  const denied = await runStage(approval, 'approve', { ...toPay, interceptors: [deny], resumed })
  expect(denied.output).toMatchObject({ status: 'fail', error: { code: 'auth/missing-token' } })
})

test('a resumed stage is skipped by its own condition, and fails by an input that is not data, as in a pipeline', async () => {
  const pipeline = new Pipeline('order')
    .withStage('price', () => ({ cents: 1 }))
    .withStage('approve', ({ resumed }) => ({ ...resumed }), {
      dependencies: ['price'],
      when: (inputs) => inputs.from('price').cents > 0,
    })
  const resumed = { answer: true }
  const skipped = await runStage(pipeline, 'approve', { inputs: { price: { cents: 0 } }, resumed })
  expect(skipped.output).toMatchObject({ status: 'skip' })
  const withoutInput = await runStage(pipeline, 'approve', { inputs: { price: undefined }, resumed })
  expect(withoutInput.output).toMatchObject({ status: 'skip' })
  const failed = await runStage(pipeline, 'approve', { inputs: { price: 7 as never }, resumed })
  expect(failed.output).toMatchObject({ status: 'fail', error: { code: 'core/illegal-output' } })
  await expect(runStage(pipeline, 'approve', { resumed })).rejects.toMatchObject({ code: 'testing/missing-input' })
})

test.each<readonly [resumed: unknown, message: string]>([
  [true, 'resumed must be an object, not true'],
  [
    {},
    'resumed.answer must be the answer that the stage waits for, such as true, not undefined; or pass expired: true',
  ],
  [{ expired: false }, 'resumed.answer must be the answer'],
  [
    { anwser: true },
    'unknown option "resumed.anwser" (did you mean "answer"? known: answer, request, state, by, expired)',
  ],
  [{ answer: 1, expired: 'yes' }, 'resumed.expired must be'],
  [{ answer: 1, by: 'ada' }, 'resumed.by must be an object'],
  [{ answer: 1, by: { userId: 7 } }, 'resumed.by.userId must be'],
])('an illegal answer is refused: %j', async (resumed, message) => {
  await expect(runStage(approval, 'approve', { ...toPay, resumed: resumed as never })).rejects.toMatchObject({
    code: 'testing/illegal-option',
    message: expect.stringContaining(message),
  })
})

test('an answer for a child pipeline or a map is refused, because it would start from its beginning', async () => {
  const child = new Pipeline('child').withStage('ask', () => StageOutput.suspend('?'))
  const parent = new Pipeline('parent').withPipeline('kid', child).withMap('all', {
    over: () => [1],
    each: () => StageOutput.suspend('?'),
  })
  const code = 'testing/illegal-option'
  const resumed = { answer: { ask: true } }
  await expect(runStage(parent, 'kid', { resumed })).rejects.toMatchObject({
    code,
    message: expect.stringMatching(
      /"kid" runs the child pipeline "child"\. Run the stage inside that waits, runStage\(/,
    ),
  })
  await expect(runStage(asStage(child), { resumed })).rejects.toMatchObject({ code })
  await expect(runStage(parent, 'all', { resumed })).rejects.toMatchObject({
    code,
    message: expect.stringContaining('"all" is a map. Run the whole pipeline'),
  })
  expect((await runStage(parent, 'kid')).output).toMatchObject({ status: 'suspend', request: { ask: '?' } })
})

// ---------- one item of a map

interface Doc {
  readonly id: string
  readonly text: string
}
const started: string[] = []
const letters = new Pipeline('letters')
  .withStage('list', (): { docs: readonly Doc[] } => ({ docs: [] }))
  .withMap('answer', {
    dependencies: ['list'],
    over: (inputs) => inputs.from('list').docs,
    key: (doc) => doc.id,
    each: async (doc, context) => {
      started.push(doc.id)
      context.note('runStageNote' as never, doc.id as never)
      context.tryEmitEvent('acme.answered', { id: doc.id })
      if (doc.text === '') throw new Error('no text')
      return { text: doc.text.toUpperCase(), place: context.item?.index, key: context.item?.key }
    },
  })
const twoDocs = {
  inputs: {
    list: {
      docs: [
        { id: 'first', text: 'a' },
        { id: 'second', text: 'b' },
      ],
    },
  },
}

test.each([1, 'second'])('one item of a map runs alone, by its index or its key: %s', async (item) => {
  started.length = 0
  const seen: string[] = []
  const watching: Interceptor = {
    name: 'watching',
    onCall: () => (context) => void seen.push(`call ${context.item?.key}`),
    settled: ({ stage, status }, run) => void seen.push(`${stage} ${run.item?.key} ${status}`),
  }
  const { output, record, notes, events } = await runStage(letters, 'answer', {
    ...twoDocs,
    item,
    interceptors: [watching],
  })
  expect(output).toMatchObject({ status: 'ok', data: { text: 'B', place: 1, key: 'second' } })
  expect(record).toMatchObject({ stage: 'answer', status: 'ok', attempts: [{ status: 'ok' }] })
  expect(notes).toEqual({ runStageNote: 'second' })
  expect(started).toEqual(['second'])
  expect(seen).toEqual(['call second', 'answer second ok', 'answer undefined ok'])
  expect(events.map(({ type }) => type)).toEqual([
    'stage.answer.item_started',
    'acme.answered',
    'stage.answer.item_completed',
  ])
})

test('a failing item of a map is retried by the interceptors, and its failure is the output', async () => {
  const twice: Interceptor = {
    name: 'twice',
    wrap: (next) => async (context) => {
      const output = await next(context.fork().context)
      return output.status === 'fail' ? next(context.fork().context) : output
    },
  }
  const inputs = { list: { docs: [{ id: 'only', text: '' }] } }
  const { output, record } = await runStage(letters, 'answer', { inputs, item: 0, interceptors: [twice] })
  expect(output).toMatchObject({ status: 'fail', error: { message: 'no text' } })
  expect(record.attempts).toHaveLength(2)
})

test('an item that yields has its own chunks', async () => {
  const streaming = new Pipeline('streaming').withMap('read', {
    over: () => ['a', 'b'],
    each: async function* (page: string) {
      yield `${page}1`
      yield `${page}2`
      return { page }
    } as never,
  })
  const { chunks, output } = await runStage(streaming, 'read', { item: 1 })
  expect(chunks).toEqual(['b1', 'b2'])
  expect(output).toMatchObject({ status: 'ok', data: { page: 'b' } })
})

test('of a map that collects results, the output is that of the item itself', async () => {
  const collecting = new Pipeline('collecting').withMap('all', {
    over: () => [1, 2],
    each: (item) => (item === 2 ? StageOutput.fail('not two') : { item }),
    onItemFailure: 'collect',
    stream: true,
  })
  expect((await runStage(collecting, 'all', { item: 0 })).output).toMatchObject({ status: 'ok', data: { item: 1 } })
  const { output, chunks } = await runStage(collecting, 'all', { item: 1 })
  expect(output).toMatchObject({ status: 'fail', error: { message: 'not two' } })
  expect(chunks).toEqual([])
})

test('an item that over() does not give is refused, with the keys that there are', async () => {
  await expect(runStage(letters, 'answer', { ...twoDocs, item: 'third' })).rejects.toMatchObject({
    code: 'testing/unknown-item',
    message: expect.stringContaining('has no item "third". over() gave 2 items, with the keys "first", "second". Pass'),
  })
  await expect(runStage(letters, 'answer', { inputs: { list: { docs: [] } }, item: 0 })).rejects.toMatchObject({
    message: expect.stringContaining('has no item 0. over() gave 0 items. Pass'),
  })
})

test('if the map ends before its items start, the output is that of the map', async () => {
  const broken = new Pipeline('broken').withMap('all', {
    over: (): number[] => {
      throw new Error('no list')
    },
    each: (item) => ({ item }),
  })
  const { output, record } = await runStage(broken, 'all', { item: 0 })
  expect(output).toMatchObject({ status: 'fail', error: { message: 'no list' } })
  expect(record).toMatchObject({ stage: 'all', status: 'fail' })
})

test.each([-1, 1.5, '', true])('an item that is neither an index nor a key is refused: %j', async (item) => {
  await expect(runStage(letters, 'answer', { ...twoDocs, item: item as never })).rejects.toMatchObject({
    code: 'testing/illegal-option',
    message: expect.stringContaining('item must be the index of an item, from 0, or its key'),
  })
})

test('an item of a stage that is not a map is refused', async () => {
  await expect(runStage(letters, 'list', { item: 0 })).rejects.toMatchObject({
    code: 'testing/illegal-option',
    message: expect.stringContaining('"list" isn\'t a map. Leave it out.'),
  })
})
