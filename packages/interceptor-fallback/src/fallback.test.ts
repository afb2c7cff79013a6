import { Pipeline, StageKind, StageOutput, StageflowError } from '@stageflow/core'
import type { Interceptor, StageContext, StageOptions, StageOutput as Output } from '@stageflow/core'
import { manualClock, recordingSink } from '@stageflow/testing'
import { afterEach, expect, test } from 'vitest'
import { fallback, wayOf } from './index.ts'

let clock = manualClock()
afterEach(() => {
  expect(clock.timers).toEqual([])
  clock = manualClock()
})

const withStatus = (status: number, more: object = {}) =>
  Object.assign(new Error(`HTTP ${status}`), { status, ...more })
const down = (): Error => withStatus(503)
const ways = (...names: readonly string[]) => ({ fallback: { ways: names } })

/** Runs one stage. `called` has the ways that it was called with, in order. */
async function outcome(
  code: (way: string, context: StageContext) => unknown,
  stage: StageOptions & { readonly kind?: StageKind } = ways('main', 'spare'),
  interceptors: readonly Interceptor[] = [fallback()],
) {
  const called: string[] = []
  const eventSink = recordingSink()
  const { kind = StageKind.TRANSFORM, ...options } = stage
  const result = await new Pipeline('chat')
    .withStage(
      'llm',
      (context) => {
        const way = wayOf(context)
        called.push(way)
        return code(way, context) as object
      },
      kind,
      options,
    )
    .build({ clock, eventSink, interceptors })
    .runSettled()
  const record = result.report.stages['llm']
  const error = result.status === 'failed' ? result.errors[0] : undefined
  return { result, called, record, error, note: record?.notes.fallback, events: eventSink.of('stage.llm.retrying') }
}

/** Code whose ways answer differently: an error is thrown. */
const answers =
  (list: Readonly<Record<string, unknown>>) =>
  (way: string): unknown => {
    if (list[way] instanceof Error) throw list[way]
    return list[way] ?? { way }
  }

test('a stage whose first way succeeds is called once, and the note says which way answered', async () => {
  const { result, called, note, record, events } = await outcome(answers({}))
  expect(result.data).toEqual({ llm: { way: 'main' } })
  expect([called, record?.attempts.length, events]).toEqual([['main'], 1, []])
  expect(note).toEqual({ way: 'main', failed: [] })
})

test('after a failure the stage is called again with the next way, at once and in order', async () => {
  const { result, called, note, record } = await outcome(
    answers({ a: down(), b: withStatus(500) }),
    ways('a', 'b', 'c', 'd'),
  )
  expect(result.data).toEqual({ llm: { way: 'c' } })
  expect(called).toEqual(['a', 'b', 'c'])
  expect(note).toEqual({ way: 'c', failed: ['a', 'b'] })
  expect(record?.attempts).toMatchObject([
    { attempt: 1, status: 'fail', startedAt: 0, error: { message: 'HTTP 503' } },
    { attempt: 2, status: 'fail', startedAt: 0, error: { message: 'HTTP 500' } },
    { attempt: 3, status: 'ok', startedAt: 0 },
  ])
})

test('core emits one retrying event for each further way, with the error of the way before', async () => {
  const { events } = await outcome(answers({ main: down() }))
  expect(events.map(({ data }) => data)).toMatchObject([{ attempt: 2, error: { message: 'HTTP 503' } }])
})

test('an async stage goes its ways too', async () => {
  const { result, called } = await outcome(async (way) => {
    await Promise.resolve()
    return answers({ main: down() })(way)
  })
  expect([result.data, called]).toEqual([{ llm: { way: 'spare' } }, ['main', 'spare']])
})

test('a synchronous stage stays synchronous', () => {
  const run = fallback().wrap?.(() => StageOutput.ok({ a: 1 }), {
    name: 'llm',
    options: ways('main', 'spare'),
  } as never)
  const context = { fork: () => ({ context }), note: () => {} }
  expect(run?.(context as never)).toMatchObject({ status: 'ok', data: { a: 1 } })
})

test('when all ways have failed, the stage fails with the list of them, and the last error is its cause', async () => {
  const seen: Output[] = []
  const outside: Interceptor = {
    name: 'outside',
    wrap: (next) => async (context) => {
      const output = await next(context)
      seen.push(output)
      return output
    },
  }
  const last = withStatus(503, { message: `overloaded\n${'x'.repeat(1_000)}` })
  const { error, note, called } = await outcome(
    answers({ main: withStatus(500), spare: StageOutput.fail(last, { data: { tokens: 5 } }) }),
    ways('main', 'spare'),
    [outside, fallback()],
  )
  expect(called).toEqual(['main', 'spare'])
  expect(error).toMatchObject({ code: 'fallback/exhausted', cause: { message: last.message } })
  expect(error?.message).toBe(
    `Stage "llm" of pipeline "chat" failed each of its 2 ways. Repair one of them, or add another one to its fallback.ways. "main": HTTP 500; "spare": overloaded ${'x'.repeat(148)}…`,
  )
  expect(seen).toMatchObject([{ status: 'fail', retryable: true, data: { tokens: 5 } }])
  expect(note).toEqual({ way: 'spare', failed: ['main'] })
})

test.each([
  ['HTTP 503', down()],
  ['HTTP 429 that asks to wait for an hour', withStatus(429, { headers: new Headers({ 'retry-after': '3600' }) })],
  ['a broken connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })],
  ['a timeout of a client', new DOMException('too slow', 'TimeoutError')],
  ['a fail with a transient error', StageOutput.fail(down())],
  ['a fail with retryable: true', StageOutput.fail('half an answer', { retryable: true })],
  ['a fail with retryable: true and a permanent error', StageOutput.fail(withStatus(401), { retryable: true })],
  ['a retry, whatever its wait', StageOutput.retry('busy', { afterMs: 60_000 })],
])('after %s the next way is called at once', async (_, answer) => {
  const { result, called } = await outcome(answers({ main: answer }))
  expect(result).toMatchObject({ status: 'completed', data: { llm: { way: 'spare' } } })
  expect([called, clock.now()]).toEqual([['main', 'spare'], 0])
})

test.each([
  ['HTTP 400', withStatus(400)],
  ['HTTP 401', withStatus(401)],
  ['a used-up quota', withStatus(429, { code: 'insufficient_quota' })],
  ['a bug', new TypeError('x is not a function')],
  ['an abort of the stage itself', new DOMException('aborted', 'AbortError')],
  ['an illegal output', StageOutput.ok(null as unknown as object)],
  ['an error of no known kind', new Error('boom')],
  ['a host that is not known', Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })],
  ['a fail with a text', StageOutput.fail('sold out')],
  ['a fail with retryable: false', StageOutput.fail(down(), { retryable: false })],
  ['a skip', StageOutput.skip('nothing to do')],
  ['a cancel', StageOutput.cancel('enough')],
])('after %s no other way is called, and it passes unchanged', async (_, answer) => {
  const { called, error, note, result } = await outcome(answers({ main: answer }))
  expect([called, error?.code === 'fallback/exhausted']).toEqual([['main'], false])
  expect(note).toEqual({ way: 'main', failed: [] })
  const plain = await new Pipeline('chat')
    .withStage('llm', () => answers({ main: answer })('main') as object)
    .build({ clock })
    .runSettled()
  expect(JSON.stringify(result.outputs)).toBe(JSON.stringify(plain.outputs))
})

test('the verdict of a GUARD passes, and no other way is called', async () => {
  const { called, error } = await outcome(answers({ main: StageOutput.fail('that is not allowed') }), {
    kind: StageKind.GUARD,
    ...ways('main', 'spare'),
  })
  expect([called, error?.message]).toEqual([['main'], 'that is not allowed'])
})

test('a permanent error of the last way is the failure of the stage, as it is', async () => {
  const { called, error, note } = await outcome(answers({ main: down(), spare: withStatus(401) }))
  expect(called).toEqual(['main', 'spare'])
  expect(error).toMatchObject({ code: 'core/stage-failed', message: 'HTTP 401' })
  expect(note).toEqual({ way: 'spare', failed: ['main'] })
})

test.each([
  ['an error of no known kind', new Error('boom')],
  ['HTTP 401', withStatus(401)],
  ['a fail with retryable: false', StageOutput.fail('no', { retryable: false })],
])('isRetryable of the app decides first: true calls the next way after %s', async (_, answer) => {
  const seen: unknown[] = []
  const { called } = await outcome(answers({ main: answer }), {
    fallback: {
      ways: ['main', 'spare'],
      isRetryable: (error, context) => {
        seen.push([(error as Error).message, context.stage.name])
        return true
      },
    },
  })
  expect(called).toEqual(['main', 'spare'])
  expect(seen).toEqual([[answer instanceof Error ? answer.message : 'no', 'llm']])
})

test('isRetryable: false keeps a transient failure, undefined leaves it to the default, and { afterMs } does not wait', async () => {
  const verdicts = [false, undefined, { afterMs: 5_000 }] as const
  const calls = verdicts.map((verdict) =>
    outcome(answers({ main: down() }), { fallback: { ways: ['main', 'spare'], isRetryable: () => verdict } }),
  )
  expect((await Promise.all(calls)).map(({ called }) => called)).toEqual([
    ['main'],
    ['main', 'spare'],
    ['main', 'spare'],
  ])
  expect(clock.now()).toBe(0)
})

test('isRetryable is asked after the last way too, and true makes its failure fallback/exhausted', async () => {
  const { error } = await outcome(answers({ main: new Error('boom'), spare: new Error('bang') }), {
    fallback: { ways: ['main', 'spare'], isRetryable: () => true },
  })
  expect(error).toMatchObject({ code: 'fallback/exhausted', cause: { message: 'bang' } })
})

test.each([['yes'], [Promise.resolve(true)], [{ afterMs: -1 }], [{}], [null]])(
  'an isRetryable that returns %o fails the stage (fallback/illegal-verdict)',
  async (verdict) => {
    const { error, called } = await outcome(answers({ main: down() }), {
      fallback: { ways: ['main', 'spare'], isRetryable: () => verdict as unknown as boolean },
    })
    expect(called).toEqual(['main'])
    expect(error).toMatchObject({
      code: 'core/interceptor-threw',
      message: expect.stringMatching(
        /^Interceptor "fallback" threw at stage "llm": fallback\.isRetryable of stage "llm" returned /,
      ),
      cause: { code: 'fallback/illegal-verdict', cause: { message: 'HTTP 503' } },
    })
  },
)

test('an async isRetryable that rejects fails the stage, and does not end the process', async () => {
  const isRetryable = (async () => {
    throw new Error('oops')
  }) as unknown as () => boolean
  const { error } = await outcome(answers({ main: down() }), { fallback: { ways: ['main', 'spare'], isRetryable } })
  expect(error).toMatchObject({ cause: { code: 'fallback/illegal-verdict' } })
})

test('an isRetryable that throws fails the stage, with an error that names the interceptor', async () => {
  const isRetryable = () => {
    throw new Error('oops')
  }
  const { error } = await outcome(answers({ main: down() }), { fallback: { ways: ['main', 'spare'], isRetryable } })
  expect(error).toMatchObject({ code: 'core/interceptor-threw', cause: { message: 'oops' } })
})

test('wayOf throws fallback/no-way in a stage without the option, and in a build without fallback()', async () => {
  const asks = (options: StageOptions, build: object) =>
    new Pipeline('chat')
      .withStage('llm', (context) => ({ way: wayOf(context) }), options)
      .build({ clock, ...build })
      .runSettled()
  for (const result of [
    await asks({}, { interceptors: [fallback()] }),
    await asks(ways('main', 'spare'), { interceptors: [], ignoreOptions: true }),
  ])
    expect(result.status === 'failed' && result.errors).toMatchObject([
      {
        code: 'fallback/no-way',
        message:
          'Stage "llm" of pipeline "chat" has no way to go. Give it the option fallback: { ways: [\'main\', \'spare\'] }, and pass fallback() to the interceptors of build().',
      },
    ])
})

test('after an error of wayOf no other way is called', async () => {
  const { called } = await outcome(answers({ main: new StageflowError('fallback/no-way', 'no way') }))
  expect(called).toEqual(['main'])
})

test('a caller that aborts while a way is called gets a cancelled run, and no other way is called', async () => {
  const controller = new AbortController()
  const called: string[] = []
  const running = new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        called.push(wayOf(context))
        await context.clock.sleep(1_000, context.signal)
      },
      ways('main', 'spare'),
    )
    .build({ clock, interceptors: [fallback()] })
    .runSettled({}, { signal: controller.signal })
  await clock.advance(500)
  controller.abort(new Error('enough'))
  const result = await running
  expect(result).toMatchObject({ status: 'cancelled', reason: 'enough' })
  expect(called).toEqual(['main'])
  expect(result.report.stages['llm']).toMatchObject({ status: 'cancel', notes: { fallback: { way: 'main' } } })
})

test('a way that fails although the run was stopped is not followed by another one', async () => {
  const controller = new AbortController()
  const called: string[] = []
  const result = await new Pipeline('chat')
    .withStage(
      'llm',
      async (context) => {
        called.push(wayOf(context))
        controller.abort(new Error('enough'))
        throw down()
      },
      ways('main', 'spare'),
    )
    .build({ clock, interceptors: [fallback()] })
    .runSettled({}, { signal: controller.signal })
  expect([result.status, called]).toEqual(['cancelled', ['main']])
  expect(result.report.stages['llm']).toMatchObject({
    status: 'fail',
    notes: { fallback: { way: 'main', failed: [] } },
  })
})

test('two stages, and runs at the same time, each have their own way', async () => {
  const stage = async (context: StageContext) => {
    await context.clock.sleep(10)
    if (wayOf(context) === context.snapshot.inputText) throw down()
    return { way: wayOf(context) }
  }
  const graph = new Pipeline('chat')
    .withStage('a', stage, ways('main', 'spare'))
    .withStage('b', stage, ways('spare', 'last'))
    .build({ clock, interceptors: [fallback()] })
  const runs = ['main', 'spare'].map((inputText) => graph.run({ inputText }))
  await clock.advance(10)
  await clock.advance(10)
  expect((await Promise.all(runs)).map(({ data }) => data)).toEqual([
    { a: { way: 'spare' }, b: { way: 'spare' } },
    { a: { way: 'main' }, b: { way: 'last' } },
  ])
})
