import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { StageflowError } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { anEvent } from '../test/events.ts'
import { OtlpReceiver } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'
import type { LogExporter } from './index.ts'

const receiver = new OtlpReceiver()
beforeEach(() => receiver.start())
afterEach(async () => {
  await receiver.stop()
  receiver.forget()
})

const resource = resourceFromAttributes({ 'service.name': 'assistant' })
function otlp(timeoutMillis = 5_000): OtlpExporter {
  return new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url, timeoutMillis }), resource })
}
const failure = (sent: Promise<void>): Promise<unknown> =>
  sent.then(
    () => undefined,
    (error: unknown) => error,
  )
const numbered = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => anEvent({ type: `app.number_${from + index}` }))

test('an export resolves only when the receiver has responded', async () => {
  let release = (): void => {}
  receiver.answer = (response) => {
    release = () => response.end('{}')
  }
  const exporter = otlp()
  let isDone = false
  const sending = exporter.export([anEvent()]).then(() => (isDone = true))
  await vi.waitFor(() => expect(receiver.requests).toHaveLength(1), 60_000)
  expect(isDone).toBe(false)
  expect(exporter.stats().delivered).toBe(0)
  release()
  await sending
  expect(exporter.stats().delivered).toBe(1)
})

test.each([301, 400, 401, 403, 404, 413, 500])('status %d is permanent (exporter-otlp/refused)', async (status) => {
  receiver.answer = (response) =>
    void response.writeHead(status, 'No Way').end('{"message": "record 3: token=hunter2 is bad"}')
  const error = await failure(otlp().export(numbered(3)))
  expect(StageflowError.is(error, 'exporter-otlp/refused')).toBe(true)
  expect(error).toMatchObject({
    retryable: false,
    message: `The receiver refused 3 events with status ${status}, No Way: {"message": "record 3: token=[redacted] is bad"}. Check its address, headers and limits.`,
    cause: { code: status },
  })
  expect(receiver.requests).toHaveLength(1)
})

test.each([429, 502, 503, 504])('status %d can be retried (exporter-otlp/unavailable)', async (status) => {
  // Longer than the exporter would wait, so it fails at once.
  receiver.answer = (response) => void response.writeHead(status, { 'retry-after': '3600' }).end()
  const exporter = otlp()
  const error = await failure(exporter.export(numbered(2)))
  expect(StageflowError.is(error, 'exporter-otlp/unavailable')).toBe(true)
  expect((error as Error).message).toMatch(/^The receiver could not take 2 events: .+\. They can be sent again\.$/)
  expect(error).toMatchObject({ retryable: true })
  expect(exporter.stats().delivered).toBe(0)
})

test('within its timeout the official exporter waits for Retry-After and retries', async () => {
  const at: number[] = []
  receiver.answer = (response, nth) => {
    at.push(performance.now())
    if (nth < 2) response.writeHead(429, { 'retry-after': '1' }).end()
    else response.end('{}')
  }
  await otlp().export([anEvent()])
  expect(at).toHaveLength(2)
  expect((at[1] as number) - (at[0] as number)).toBeGreaterThan(950)
  expect(receiver.types).toEqual(['app.said'])
})

test('a batch for a receiver that is down, silent or hangs up can be retried', async () => {
  const answers = [(): void => {}, (response: { readonly destroy: () => unknown }): void => void response.destroy()]
  for (const answer of answers) {
    receiver.answer = answer
    const error = await failure(otlp(300).export([anEvent()]))
    expect(StageflowError.is(error, 'exporter-otlp/unavailable')).toBe(true)
  }
  await receiver.stop()
  const error = await failure(otlp(300).export([anEvent()]))
  expect(error).toMatchObject({ code: 'exporter-otlp/unavailable', retryable: true, cause: { code: 'ECONNREFUSED' } })
})

test('a log exporter that fails without a reason, or throws, is reported as such', async () => {
  const make = (send: LogExporter['export']) =>
    new OtlpExporter({
      exporter: { export: send, forceFlush: () => Promise.resolve(), shutdown: () => Promise.resolve() },
      resource,
    })
  expect(await failure(make((_, done) => done({ code: 1 })).export([anEvent()]))).toMatchObject({
    code: 'exporter-otlp/unavailable',
    message: 'The receiver could not take 1 event: it gave no reason. They can be sent again.',
  })
  const throwing = make(() => {
    throw new TypeError('cannot encode token=hunter2')
  })
  expect(await failure(throwing.export([anEvent()]))).toMatchObject({
    code: 'exporter-otlp/refused',
    retryable: false,
    message: 'The log exporter threw when it was given 1 event: cannot encode token=[redacted].',
  })
})

const ofGrpc = (code: number, details = Buffer.alloc(0)) =>
  Object.assign(new Error(`${code} NAME: token=hunter2`), { code, metadata: { get: () => [details] } })
function failing(error: Error): OtlpExporter {
  const exporter: LogExporter = {
    export: (_, done) => done({ code: 1, error }),
    forceFlush: () => Promise.resolve(),
    shutdown: () => Promise.resolve(),
  }
  return new OtlpExporter({ exporter, resource })
}

test.each([2, 3, 5, 6, 7, 8, 9, 12, 13, 16])('status %d of gRPC is permanent', async (code) => {
  expect(await failure(failing(ofGrpc(code)).export([anEvent()]))).toMatchObject({
    code: 'exporter-otlp/refused',
    retryable: false,
    message: `The receiver refused 1 event with status ${code}, ${code} NAME: token=[redacted]. Check its address, headers and limits.`,
  })
})

test.each([1, 4, 10, 11, 14, 15])('status %d of gRPC can be retried', async (code) => {
  const error = await failure(failing(ofGrpc(code)).export([anEvent()]))
  expect(error).toMatchObject({ code: 'exporter-otlp/unavailable', retryable: true })
})

test.each([0, 17, 200, 600, 1006, NaN, '400'])(
  'the code %j is not a status, so the batch can be retried',
  async (code) => {
    const error = await failure(failing(Object.assign(new Error('odd'), { code })).export([anEvent()]))
    expect(error).toMatchObject({ code: 'exporter-otlp/unavailable', retryable: true })
  },
)

test('a gRPC receiver that is out of resources can be retried if it says when', async () => {
  const details = Buffer.from('\n\u0028type.googleapis.com/google.rpc.RetryInfo')
  expect(await failure(failing(ofGrpc(8, details)).export([anEvent()]))).toMatchObject({ retryable: true })
  const bare = Object.assign(new Error('8 RESOURCE_EXHAUSTED'), { code: 8 })
  expect(await failure(failing(bare).export([anEvent()]))).toMatchObject({ retryable: false })
})

test('a log exporter that calls back twice counts once', async () => {
  const exporter = new OtlpExporter({
    exporter: {
      export: (_, done) => {
        done({ code: 0 })
        done({ code: 0 })
        done({ code: 1 })
      },
      forceFlush: () => Promise.resolve(),
      shutdown: () => Promise.resolve(),
    },
    resource,
  })
  await exporter.export(numbered(2))
  expect(exporter.stats().delivered).toBe(2)
})

test('case 18: behind a BufferedExporter a receiver that is down, busy and slow loses nothing', async () => {
  await receiver.stop()
  const buffered = new BufferedExporter(otlp(300), { batchSize: 10, retry: { baseMs: 20, capMs: 50 } })
  for (const event of numbered(50)) buffered.tryEmit(event)
  await vi.waitFor(() => expect(buffered.stats().failures).toBeGreaterThan(1), 60_000)
  expect(buffered.stats()).toMatchObject({ delivered: 0, dropped: 0, size: 50 })
  receiver.answer = (response, nth) => {
    if (nth === 1) response.writeHead(429, { 'retry-after': '60' }).end()
    else if (nth === 2) response.writeHead(503, { 'retry-after': '60' }).end()
    else if (nth === 3) setTimeout(() => response.end('{}'), 100)
    else response.end('{}')
  }
  await receiver.start()
  for (const event of numbered(25, 50)) buffered.tryEmit(event)
  await buffered.flush()
  // On a busy machine an answer can come too late, and its batch again.
  expect([...new Set(receiver.types)]).toEqual(numbered(75).map(({ type }) => type))
  expect(await buffered.close()).toMatchObject({ delivered: 75, lost: 0 })
})

test('behind a BufferedExporter a refused batch makes way for the next', async () => {
  receiver.answer = (response, nth) => void (nth === 1 ? response.writeHead(400).end('bad') : response.end('{}'))
  const dead: unknown[] = []
  const buffered = new BufferedExporter(otlp(), {
    batchSize: 2,
    onDeadLetter: ({ events, error, attempts }) =>
      void dead.push([events.map(({ type }) => type), (error as StageflowError).code, attempts]),
  })
  for (const event of numbered(4)) buffered.tryEmit(event)
  await vi.waitFor(() => expect(buffered.stats().delivered).toBe(2), 60_000)
  expect(dead).toEqual([[['app.number_0', 'app.number_1'], 'exporter-otlp/refused', 1]])
  expect(receiver.types).toEqual(['app.number_2', 'app.number_3'])
  await buffered.close()
})
