import { Pipeline, StageflowError } from '@stageflow/core'
import { classifyError, retryAfterMs } from '@stageflow/core/kit'
import type { LLMDelta, LLMResponse } from '@stageflow/provider-types'
import { expect, test } from 'vitest'
import { manualClock } from '../clock/manual-clock.ts'
import { httpError } from '../faults/http-error.ts'
import { fakeModel } from './fake-model.ts'

/** Reads a stream to its end. */
async function read(stream: AsyncGenerator<LLMDelta, LLMResponse>) {
  const deltas: LLMDelta[] = []
  for (;;) {
    const step = await stream.next()
    if (step.done === true) return { deltas, response: step.value }
    deltas.push(step.value)
  }
}

test('a text is the whole response, and a stream of its words', async () => {
  const model = fakeModel(manualClock(), ['A stage is a function.', 'A stage  is\na function.'])
  const whole = await model.generate('What is a stage?')
  expect(whole.toDict()).toEqual({
    content: 'A stage is a function.',
    model: 'fake-model',
    provider: 'fake',
    finishReason: 'stop',
    latencyMs: 0,
    toolCalls: [],
    partial: false,
  })
  const { deltas, response } = await read(model.stream('What is a stage?'))
  expect(deltas.map(({ text }) => text)).toEqual(['A ', 'stage  ', 'is\n', 'a ', 'function.', undefined])
  expect(response.content).toBe('A stage  is\na function.')
})

test('chunks, reasoning, tool calls, usage and a finish reason come as a provider sends them', async () => {
  const usage = { inputTokens: 9, outputTokens: 6 }
  const answer = {
    text: ['Let ', 'me look.'],
    reasoning: 'I need the weather.',
    toolCalls: [
      { id: 'call-1', name: 'weather', arguments: '{"city":"Graz"}' },
      { id: 'call-2', name: 'time', arguments: { zone: 'CET' } },
    ],
    usage,
  }
  const model = fakeModel(manualClock(), [answer, answer, { text: 'Cut', finishReason: 'length' }], {
    provider: 'openai',
    model: 'gpt-4.1',
  })
  const { deltas, response } = await read(model.stream({}))
  expect(deltas).toEqual([
    { reasoning: 'I need the weather.' },
    { text: 'Let ' },
    { text: 'me look.' },
    { toolCalls: [{ index: 0, id: 'call-1', name: 'weather', arguments: '{"city":' }] },
    { toolCalls: [{ index: 0, arguments: '"Graz"}' }] },
    { toolCalls: [{ index: 1, id: 'call-2', name: 'time', arguments: { zone: 'CET' } }] },
    { finishReason: 'tool_calls', usage },
  ])
  const whole = await model.generate({})
  for (const one of [response, whole])
    expect(one).toMatchObject({
      content: 'Let me look.',
      reasoning: 'I need the weather.',
      toolCalls: answer.toolCalls,
      finishReason: 'tool_calls',
      provider: 'openai',
      model: 'gpt-4.1',
      usage,
      partial: false,
    })
  expect((await model.generate({})).finishReason).toBe('length')
})

test('latencies are on the clock, and the response tells them', async () => {
  const clock = manualClock()
  const model = fakeModel(clock, ['one two three', 'four five six'], { latencyMs: 200, chunkMs: 50 })
  const stream = read(model.stream('a'))
  await clock.advance(199)
  expect(model.calls).toEqual([{ input: 'a', startedAt: 0, endedAt: undefined, status: undefined }])
  await clock.runAll()
  const { response } = await stream
  // Three words and the last delta, 50 ms apart.
  expect(response).toMatchObject({ latencyMs: 350, timeToFirstChunkMs: 200, timeToFirstAnswerChunkMs: 200 })
  expect(model.calls).toEqual([{ input: 'a', startedAt: 0, endedAt: 350, status: 'ok' }])
  const whole = model.generate('b')
  await clock.runAll()
  expect(await whole).toMatchObject({ latencyMs: 200, timeToFirstChunkMs: undefined })
})

test('an error of the script is thrown, as a 429 that asks to wait, and the next call gets the next answer', async () => {
  const model = fakeModel(manualClock(), [httpError(429, { retryAfterMs: 1_500 }), 'Hello'])
  const error: unknown = await model.generate('Hi').catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ status: 429, message: 'The server responded with status 429.' })
  expect(classifyError(error)).toBe('transient')
  expect(retryAfterMs(error, 0)).toBe(1_500)
  expect((await model.generate('Hi')).content).toBe('Hello')
  expect(model.calls).toMatchObject([{ status: 'fail', error }, { status: 'ok' }])
})

test('a stream can break off after some chunks', async () => {
  const error = httpError(500, { code: 'server_error', message: 'Oops' })
  const model = fakeModel(manualClock(), [
    { text: ['Hel', 'lo'], error },
    { text: 'Hello', error },
  ])
  const chunks: unknown[] = []
  const reading = async (): Promise<void> => {
    for await (const { text } of model.stream('Hi')) chunks.push(text)
  }
  await expect(reading()).rejects.toBe(error)
  expect(chunks).toEqual(['Hel', 'lo'])
  await expect(model.generate('Hi')).rejects.toBe(error)
  expect(model.calls).toMatchObject([{ status: 'fail' }, { status: 'fail' }])
})

test('a signal ends a call while it waits, and a reader that leaves ends a stream', async () => {
  const clock = manualClock()
  const model = fakeModel(clock, ['one two', 'one two', 'one two'], { latencyMs: 100, chunkMs: 100 })
  const caller = new AbortController()
  const streaming = expect(read(model.stream('a', caller))).rejects.toThrow('enough')
  await clock.advance(50)
  const waiting = expect(model.generate('b', caller)).rejects.toThrow('enough')
  await clock.advance(90)
  caller.abort(new Error('enough'))
  await streaming
  await waiting
  expect(model.calls).toMatchObject([
    { input: 'a', status: 'cancel', endedAt: 140 },
    { input: 'b', status: 'cancel', endedAt: 140 },
  ])
  const leaving = (async () => {
    for await (const _ of model.stream('c')) break
  })()
  await clock.runAll()
  await leaving
  expect(model.calls.at(-1)).toMatchObject({ input: 'c', status: 'cancel' })
  expect(clock.timers).toEqual([])
})

test('faults and latencies follow the seed, whatever the order in which calls end', async () => {
  async function callsOf(seed: number) {
    const clock = manualClock()
    const model = fakeModel(clock, () => 'Hello', { latencyMs: [50, 150], faultRate: 0.3, seed })
    const all = Promise.allSettled(Array.from({ length: 200 }, (_, call) => model.generate(call)))
    await clock.runAll()
    await all
    return model.calls.map(({ status, endedAt }) => `${status} ${endedAt}`)
  }
  const calls = await callsOf(1)
  expect(await callsOf(1)).toEqual(calls)
  expect(await callsOf(2)).not.toEqual(calls)
  const failed = calls.filter((one) => one.startsWith('fail')).length
  expect(failed).toBeGreaterThan(40)
  expect(failed).toBeLessThan(80)
  const times = calls.map((one) => Number(one.split(' ')[1]))
  expect(Math.min(...times)).toBeGreaterThanOrEqual(50)
  expect(Math.max(...times)).toBeLessThanOrEqual(150)
  expect(new Set(times).size).toBeGreaterThan(50)
})

test('a fault uses no answer of the script', async () => {
  const gone = new Error('gone')
  const model = fakeModel(manualClock(), ['Hello'], { faultRate: 1, fault: () => gone })
  await expect(model.generate('a')).rejects.toBe(gone)
  await expect(model.generate('b')).rejects.toBe(gone)
  const standard = fakeModel(manualClock(), ['Hello'], { faultRate: 1 })
  await expect(standard.generate('a')).rejects.toMatchObject({ status: 503 })
})

test('a script that has ended is an error that says how to go on', async () => {
  const model = fakeModel(manualClock(), ['Hello'])
  await model.generate('a')
  await expect(model.generate('b')).rejects.toMatchObject({
    code: 'testing/script-ended',
    message:
      'fakeModel() was called 2 times, but its script has 1 answer. Add one, or pass a function: fakeModel(clock, (input, call) => answer).',
  })
})

test('a function can answer, from the input and the number of the call', async () => {
  const model = fakeModel<{ prompt: string }>(manualClock(), async ({ prompt }, call) =>
    prompt === 'fail' ? new Error('no') : `${call}: ${prompt}`,
  )
  expect((await model.generate({ prompt: 'Hi' })).content).toBe('0: Hi')
  await expect(model.generate({ prompt: 'fail' })).rejects.toThrow('no')
  expect((await model.generate({ prompt: 'Ho' })).content).toBe('2: Ho')
})

test('the input of a call is a copy of its data from that time', async () => {
  const model = fakeModel<unknown>(manualClock(), () => 'Hello')
  const loop: { self?: unknown } = {}
  loop.self = loop
  const [run, at, map, bytes] = [() => {}, new Date(0), new Map(), new Uint8Array([1])]
  const request = { messages: [{ role: 'user', content: 'Hi' }], tools: [{ run }], at, map, bytes, loop }
  await model.generate(request)
  request.messages[0]!.content = 'changed later'
  request.messages.push({ role: 'user', content: 'added later' })
  bytes[0] = 2
  const input = model.calls[0]?.input as typeof request
  expect(input).toEqual({
    messages: [{ role: 'user', content: 'Hi' }],
    tools: [{ run }],
    at,
    map,
    bytes: new Uint8Array([1]),
    loop,
  })
  expect(input.map).toBe(map)
  expect(input.loop.self).toBe(input.loop)
})

test('it is a port of a streaming stage', async () => {
  const clock = manualClock()
  const model = fakeModel<string>(clock, [{ text: ['Hel', 'lo'], usage: { outputTokens: 2 } }], { latencyMs: 20 })
  const graph = Pipeline.withPorts<{ model: typeof model }>('chat')
    .withStage('llm', async function* ({ ports, snapshot, signal, note }) {
      const stream = ports.model.stream(snapshot.inputText ?? '', { signal })
      for (;;) {
        const step = await stream.next()
        if (step.done === true) {
          note('usage', step.value.usage ?? {})
          return { message: step.value.content }
        }
        if (typeof step.value.text === 'string') yield step.value.text
      }
    })
    .build({ clock, ports: { model } })
  const run = graph.run({ inputText: 'Hi' })
  await clock.runAll()
  const { data, report } = await run
  expect(data.llm).toEqual({ message: 'Hello' })
  expect(report.stages.llm).toMatchObject({ chunks: 2, notes: { usage: { outputTokens: 2 } } })
})

test.each([
  [{ latencyMs: -1 }, 'latencyMs must be a number of milliseconds from 0, or [least, most]'],
  [{ latencyMs: [5, 1] }, 'latencyMs must be'],
  [{ latencyMs: [1, 2, 3] }, 'latencyMs must be'],
  [{ chunkMs: Infinity }, 'chunkMs must be'],
  [{ faultRate: 1.5 }, 'faultRate must be a number from 0 to 1'],
  [{ fault: new Error() }, 'fault must be a function () => error'],
  [{ seed: 0.5 }, 'seed must be a whole number, such as 42, not 0.5'],
  [{ latency: 5 }, 'unknown option "latency"'],
])('illegal options are refused: %j', (options, message) => {
  expect(() => fakeModel(manualClock(), [], options as never)).toThrow(message)
  expect(() => fakeModel(manualClock(), [], options as never)).toThrow(StageflowError)
})
