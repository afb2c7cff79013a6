import { isStageEvent, Pipeline } from '@stageflow/core'
import type { Interceptor } from '@stageflow/core'
import { retry } from '@stageflow/interceptor-retry'
import { manualClock } from '@stageflow/testing'
import type { ManualClock } from '@stageflow/testing'
import { beforeEach, expect, test } from 'vitest'
import { END, httpError, scripted, words } from '../test/scripted-model.ts'
import { callModel } from './index.ts'
import type { CallModelOptions } from './index.ts'

let clock: ManualClock
beforeEach(() => {
  clock = manualClock()
})

function started(options: CallModelOptions<string>, interceptors: readonly Interceptor[] = []) {
  const graph = new Pipeline('chat')
    .withStage('llm', async function* (context) {
      return yield* callModel(context, 'What is a stage?', options)
    })
    .build({ clock, interceptors })
  return graph.start()
}

/** Runs to the end, in steps of the clock. */
async function ended(options: CallModelOptions<string>, interceptors: readonly Interceptor[] = [], ms = 60_000) {
  const run = started(options, interceptors)
  const events: string[] = []
  const heard = (async () => {
    for await (const event of run) if (event.type.startsWith('models.')) events.push(event.type)
  })()
  const texts: string[] = []
  // It ends as the run does, which the tests look at themselves.
  const read = (async () => {
    for await (const text of run.chunks('llm')) texts.push(text)
  })().catch(() => {})
  await clock.advance(ms)
  const result = await run.settled
  await Promise.all([heard, read])
  const { status, error, notes, attempts } = result.report.stages.llm
  return { status, error, notes, attempts, data: result.data.llm, texts, events, report: result.report }
}

test('the text is yielded, and the stage has the whole answer and what it has used', async () => {
  const model = scripted(clock, 'a', [...words('A stage ', 'is '), 10, ...words('a function.'), END])
  const { data, texts, notes, report } = await ended({ models: [model] })
  expect(texts).toEqual(['A stage ', 'is ', 'a function.'])
  expect(data).toMatchObject({ text: 'A stage is a function.', toolCalls: [], finishReason: 'stop', model: 'a' })
  expect(notes.usage).toEqual({ inputTokens: 9, outputTokens: 3 })
  expect(notes.models).toEqual({
    used: 'a',
    calls: [
      {
        model: 'a',
        provider: 'test',
        status: 'ok',
        durationMs: 10,
        firstChunkMs: 0,
        finishReason: 'stop',
        usage: { inputTokens: 9, outputTokens: 3 },
      },
    ],
  })
  expect(notes.attributes).toMatchObject({ 'gen_ai.request.model': 'a', 'gen_ai.response.finish_reasons': ['stop'] })
  expect(report.usage).toEqual({ inputTokens: 9, outputTokens: 3 })
})

test.each([
  ['HTTP 503', [httpError(503)]],
  [
    'HTTP 429, without the wait that it asks for',
    [Object.assign(httpError(429), { headers: { 'retry-after': '30' } })],
  ],
  ['a broken connection', [Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })]],
  ['an end without a text and a finish reason', []],
])('a model that fails before its first text with %s is replaced at once', async (_, script) => {
  const models = [scripted(clock, 'a', script), scripted(clock, 'b', [...words('Hello'), END])] as const
  const { texts, data, notes, events } = await ended({ models }, [], 0)
  expect(texts).toEqual(['Hello'])
  expect(data?.model).toBe('b')
  expect(notes.models?.calls.map(({ model, status }) => `${model} ${status}`)).toEqual(['a fail', 'b ok'])
  expect(events).toEqual(['models.switched'])
})

test.each([
  ['HTTP 401', httpError(401)],
  ['HTTP 400', httpError(400)],
  ['a used-up quota', Object.assign(httpError(429), { code: 'insufficient_quota' })],
  ['a failure of an unknown kind', new Error('what?')],
])('%s is nothing that another model is asked for', async (_, error) => {
  const models = [scripted(clock, 'a', [error]), scripted(clock, 'b', [...words('Hello'), END])] as const
  const result = await ended({ models })
  expect(result.status).toBe('fail')
  expect(result.error?.message).toContain(error.message)
  expect(models[1].requests).toEqual([])
})

test('after the first text no other model is asked: its failure is that of the stage', async () => {
  const models = [
    scripted(clock, 'a', [...words('Your balance is '), httpError(503)]),
    scripted(clock, 'b', [END]),
  ] as const
  const { status, texts, error, notes } = await ended({ models })
  expect([status, texts, error?.message]).toEqual(['fail', ['Your balance is '], 'HTTP 503'])
  expect(models[1].requests).toEqual([])
  expect(notes.usage).toEqual({ inputTokens: 16, outputTokens: 4, estimated: true })
})

test('an answer that fails in its middle with an error of no known kind has broken off (models/cut)', async () => {
  const cause = new Error('The frame is malformed.')
  const { error } = await ended({ models: [scripted(clock, 'a', [...words('Your balance is '), cause])] })
  expect(error).toMatchObject({
    code: 'models/cut',
    message: 'The answer of model "a" broke off: The frame is malformed. Call it again.',
  })
})

const throwing = (): never => {
  throw new Error('cannot count')
}
test.each<[string, unknown]>([
  ['throws', throwing],
  ['returns no number', () => Number.NaN],
  ['returns a number below 0', () => -5],
  ['returns a promise', () => Promise.reject(new Error('late'))],
])('a countTokens that %s changes neither the failure nor what is noted: the default counts', async (_how, count) => {
  const model = scripted(clock, 'a', [...words('Your balance is '), httpError(503)])
  const { error, notes } = await ended({ models: [model], countTokens: count as () => number })
  expect(error?.message).toBe('HTTP 503')
  expect(notes.models?.calls).toMatchObject([{ status: 'fail', usage: { inputTokens: 16, outputTokens: 4 } }])
})

test.each<[string, unknown]>([
  ['throws', throwing],
  ['returns nothing', () => {}],
  ['returns no numbers', () => ({ inputTokens: Number.NaN })],
  ['returns a promise', () => Promise.reject(new Error('late'))],
])('a size that %s changes neither the failure nor what else is noted', async (_how, size) => {
  const model = { ...scripted(clock, 'a', [...words('Your balance is '), httpError(503)]), size: size as () => {} }
  const { error, notes } = await ended({ models: [model] })
  expect(error?.message).toBe('HTTP 503')
  expect(notes.usage).toEqual({ outputTokens: 4, estimated: true })
})

test('after the first tool call no other model is asked', async () => {
  const call = { toolCalls: [{ index: 0, id: 'c1', name: 'pay', arguments: '{"amount":' }] }
  const models = [scripted(clock, 'a', [call, httpError(503)]), scripted(clock, 'b', [...words('Hi'), END])] as const
  const { status } = await ended({ models })
  expect([status, models[1].requests]).toEqual(['fail', []])
})

test.each([
  ['cut', [...words('A stage ')], 'models/cut'],
  ['interrupted', [...words('A stage '), { finishReason: 'interrupted' }], 'models/cut'],
  ['too long', [...words('A stage '), { finishReason: 'max_tokens' }], 'models/length'],
  ['filtered', [...words('A stage '), { finishReason: 'SAFETY' }], 'models/content-filter'],
])('an answer that is %s is a failure', async (_, script, code) => {
  const { status, error, data } = await ended({ models: [scripted(clock, 'a', script)] })
  expect([status, error?.code, data]).toEqual(['fail', code, undefined])
})

test('a model that begins nothing for firstChunkMs is stopped, and the next one is asked', async () => {
  const models = [scripted(clock, 'a', ['hang']), scripted(clock, 'b', [...words('Hello'), END])] as const
  const { texts, notes } = await ended({ models, firstChunkMs: 100 })
  expect(texts).toEqual(['Hello'])
  expect(models[0].signals[0]?.aborted).toBe(true)
  expect(notes.models?.calls[0]).toMatchObject({ status: 'fail', durationMs: 100, error: { code: 'models/stalled' } })
})

test('reasoning is a beginning for firstChunkMs, but another model may still be asked', async () => {
  const models = [
    scripted(clock, 'a', [90, { reasoning: 'Hm.' }, 90, httpError(503)]),
    scripted(clock, 'b', [...words('Hello'), END]),
  ] as const
  const { texts, notes } = await ended({ models, firstChunkMs: 100 })
  expect(texts).toEqual(['Hello'])
  expect(notes.models?.calls[0]).toMatchObject({ status: 'fail', durationMs: 180, error: { status: 503 } })
})

test('with hedgeMs a slow model gets a second one beside it, and the first to begin is the only one that is read', async () => {
  const models = [
    scripted(clock, 'a', [500, ...words('from a'), END]),
    scripted(clock, 'b', [100, ...words('from b'), END]),
  ] as const
  const { texts, notes, events } = await ended({ models, hedgeMs: 200 })
  expect(texts).toEqual(['from b'])
  expect(models[0].signals[0]?.aborted).toBe(true)
  expect(notes.models?.used).toBe('b')
  expect(notes.models?.calls.map(({ status, durationMs }) => [status, durationMs])).toEqual([
    ['cancel', 300],
    ['ok', 100],
  ])
  expect(events).toEqual(['models.hedged'])
})

test('a spare that fails beside a slow model leaves it the time to answer, and no further model is asked', async () => {
  const models = [
    scripted(clock, 'a', [500, ...words('from a'), END]),
    scripted(clock, 'b', [httpError(401)]),
    scripted(clock, 'c', [...words('from c'), END]),
  ] as const
  const { texts, notes } = await ended({ models, hedgeMs: 200 })
  expect([texts, models[2].requests]).toEqual([['from a'], []])
  expect(notes.models?.calls.map(({ status }) => status)).toEqual(['ok', 'fail'])
})

test('with hedgeMs a model that begins in time stays alone', async () => {
  const models = [scripted(clock, 'a', [100, ...words('from a'), END]), scripted(clock, 'b', [END])] as const
  expect((await ended({ models, hedgeMs: 200 })).texts).toEqual(['from a'])
  expect(models[1].requests).toEqual([])
})

test('if all models fail, the error names each, keeps the last one as its cause, and retry() asks them again', async () => {
  const models = [scripted(clock, 'a', [httpError(503)]), scripted(clock, 'b', [httpError(502)])] as const
  const { error, attempts } = await ended({ models }, [retry({ attempts: 2, baseMs: 5 })])
  expect(error?.code).toBe('retry/exhausted')
  expect(error?.cause?.code).toBe('models/exhausted')
  expect(error?.cause?.message).toBe('All 2 models failed. "a": HTTP 503; "b": HTTP 502')
  expect(attempts.map(({ notes }) => notes?.models?.calls.length)).toEqual([2, 2])
  expect([models[0].requests.length, models[1].requests.length]).toEqual([2, 2])
})

test('the tokens of failed attempts count too', async () => {
  const cut = [{ usage: { inputTokens: 100 } }, httpError(503)]
  const model = scripted(clock, 'a', cut, cut, [
    ...words('Hi'),
    { finishReason: 'stop', usage: { inputTokens: 100, outputTokens: 5 } },
  ])
  const { status, notes } = await ended({ models: [model] }, [retry({ attempts: 3, baseMs: 5 })])
  expect([status, notes.usage]).toEqual(['ok', { inputTokens: 300, outputTokens: 5, estimated: true }])
})

test('a cancelled run closes the request, and its note says what was used', async () => {
  const model = scripted(clock, 'a', [{ usage: { inputTokens: 25 } }, ...words('One ', 'two '), 'hang'])
  const run = started({ models: [model] })
  await clock.advance(1)
  run.cancel('enough')
  await clock.advance(1)
  const { status, report } = await run.settled
  expect([status, report.stages.llm.status, model.signals[0]?.aborted]).toEqual(['cancelled', 'cancel', true])
  expect(report.stages.llm.notes.usage).toEqual({ inputTokens: 25, outputTokens: 2, estimated: true })
  expect(report.stages.llm.notes.models?.calls[0]?.status).toBe('cancel')
})

test('with drain a stopped answer is read to its end for the exact counts', async () => {
  const model = scripted(clock, 'a', [...words('One '), 50, ...words('two '), END])
  const run = started({ models: [model], drain: true })
  const texts: unknown[] = []
  const heard = (async () => {
    for await (const event of run) if (isStageEvent(event, 'chunk')) texts.push(event.data.chunk)
  })()
  await clock.advance(1)
  run.cancel('enough')
  await clock.advance(100)
  const { report } = await run.settled
  await heard
  expect(texts).toEqual(['One '])
  expect(report.stages.llm.notes.usage).toEqual({ inputTokens: 9, outputTokens: 3 })
})

test('a model that has failed three times in a row is asked last, once in ten seconds', async () => {
  const models = [
    scripted(clock, 'a', [httpError(503)], [httpError(503)], [httpError(503)], [...words('from a'), END]),
    scripted(clock, 'b', [...words('from b'), END]),
  ] as const
  for (let run = 0; run < 5; run++) await ended({ models }, [], 0)
  expect([models[0].requests.length, models[1].requests.length]).toEqual([3, 5])
  await clock.advance(10_000)
  expect((await ended({ models }, [], 0)).texts).toEqual(['from a'])
  expect((await ended({ models }, [], 0)).texts).toEqual(['from a'])
})

test('isRetryable decides before classifyError does', async () => {
  const models = [scripted(clock, 'a', [new Error('odd')]), scripted(clock, 'b', [...words('Hello'), END])] as const
  expect((await ended({ models, isRetryable: () => true })).texts).toEqual(['Hello'])
  const others = [scripted(clock, 'c', [httpError(503)]), scripted(clock, 'd', [...words('Hello'), END])] as const
  expect((await ended({ models: others, isRetryable: () => false })).status).toBe('fail')
})

test('a promise of isRetryable is refused', async () => {
  const models = [scripted(clock, 'a', [httpError(503)])] as const
  const { error } = await ended({ models, isRetryable: (async () => true) as never })
  expect(error?.code).toBe('models/illegal-verdict')
})

const twice = scripted(manualClock(), 'a', [])
test.each([
  [{}, 'models must be an array of one or more models'],
  [{ models: [] }, 'models must be an array of one or more models'],
  [
    { models: [twice, { id: 'a' }] },
    'models[1] must be a model { id, provider, stream(request, signal) }, not an object',
  ],
  [{ models: [null] }, 'models[0] must be a model'],
  [{ models: [twice, twice] }, 'models[1] is the same model as models[0]'],
  [
    { models: [scripted(manualClock(), 'a', [])], firstChunkMS: 5 },
    'unknown option "firstChunkMS" (did you mean "firstChunkMs"?',
  ],
])('illegal options are refused by name: %o', async (options, text) => {
  const { error } = await ended(options as never)
  expect(error?.code).toBe('models/illegal-option')
  expect(error?.message).toContain(text)
})

test('a call without the context of a stage is refused', () => {
  expect(() => callModel(undefined as never, 'Hi', { models: [twice] })).toThrow(
    'callModel(): context must be that of a stage, not undefined.',
  )
})

test('a stage that asks more than once notes all calls of each attempt, and the model that answered last', async () => {
  const draft = scripted(clock, 'draft', [...words('A stage.'), END])
  const review = scripted(clock, 'review', [httpError(503)], [...words('Fine.'), END])
  const graph = new Pipeline('chat')
    .withStage('llm', async (context) => {
      for (const model of [draft, review]) for await (const _ of callModel(context, 'Why?', { models: [model] }));
    })
    .build({ clock, interceptors: [retry({ baseMs: 1 })] })
  const run = graph.start()
  await clock.advance(60_000)
  const { report } = await run.result
  const { notes, attempts } = report.stages.llm
  expect(notes.models?.calls.map(({ model, status }) => [model, status])).toEqual([
    ['draft', 'ok'],
    ['review', 'ok'],
  ])
  expect(notes.models?.used).toBe('review')
  expect(attempts.map((attempt) => attempt.notes?.usage)).toEqual([
    { inputTokens: 9, outputTokens: 3 },
    { inputTokens: 18, outputTokens: 6 },
  ])
  expect(report.usage).toEqual({ inputTokens: 27, outputTokens: 9 })
})

test('a stage that asks for two answers at once gets both whole', async () => {
  const quick = scripted(clock, 'quick', [...words('Yes.'), END])
  const slow = scripted(clock, 'slow', [...words('A '), 100, ...words('stage.'), END])
  const graph = new Pipeline('chat')
    .withStage('llm', async (context) => {
      const textOf = async (model: ReturnType<typeof scripted>): Promise<string> => {
        let text = ''
        for await (const part of callModel(context, 'Why?', { models: [model] })) text += part
        return text
      }
      return { texts: await Promise.all([textOf(quick), textOf(slow)]) }
    })
    .build({ clock })
  const run = graph.start()
  await clock.advance(1_000)
  const { data, report } = await run.result
  expect(data.llm?.texts).toEqual(['Yes.', 'A stage.'])
  expect(report.stages.llm.notes.models?.calls.map(({ status }) => status)).toEqual(['ok', 'ok'])
})
