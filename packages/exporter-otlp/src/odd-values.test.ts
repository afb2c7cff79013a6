import { OTLPLogExporter } from '@opentelemetry/exporter-logs-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { propertySettings } from '../../core/test/property-settings.ts'
import { anEvent } from '../test/events.ts'
import { OtlpReceiver, plain } from '../test/otlp-receiver.ts'
import type { OtlpAttribute, OtlpValue } from '../test/otlp-receiver.ts'
import { OtlpExporter } from './index.ts'

const receiver = new OtlpReceiver()
beforeAll(() => receiver.start())
afterAll(() => receiver.stop())

const resource = resourceFromAttributes({ 'service.name': 'assistant' })
async function sent(fields: Parameters<typeof anEvent>[0]) {
  receiver.forget()
  const exporter = new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource, data: true })
  await exporter.export([anEvent(fields)])
  const [record] = receiver.records
  if (record === undefined) throw new Error('nothing came')
  return { record, attributes: plain(record.attributes) }
}

test('data that is not JSON arrives as strings', async () => {
  const cycle: Record<string, unknown> = { n: 1n }
  cycle['self'] = cycle
  const { attributes } = await sent({
    data: {
      big: 12n,
      nan: NaN,
      infinite: -Infinity,
      huge: 1e300,
      unsafe: 2 ** 53,
      fraction: 0.5,
      whole: 7,
      none: null,
      missing: undefined,
      date: new Date(0),
      bytes: new Uint8Array(3),
      map: new Map([['a', 1]]),
      error: new TypeError('bad'),
      list: [1, null, 'a', [true]],
      nested: { a: null, b: { c: 1 } },
      empty: {},
      half: 'a\ud800b',
      'half\ud800': { 'key\ud800': 1 },
      f: () => 1,
    },
  })
  expect(attributes).toMatchObject({
    'stageflow.data.big': '12',
    'stageflow.data.nan': 'NaN',
    'stageflow.data.infinite': '-Infinity',
    'stageflow.data.huge': '1e+300',
    'stageflow.data.unsafe': '9007199254740992',
    'stageflow.data.fraction': 0.5,
    'stageflow.data.whole': 7,
    'stageflow.data.date': '1970-01-01T00:00:00.000Z',
    'stageflow.data.bytes': '[Uint8Array of 3 bytes]',
    'stageflow.data.map': { a: 1 },
    'stageflow.data.error': { type: 'TypeError', message: 'bad' },
    'stageflow.data.list': [1, undefined, 'a', [true]],
    'stageflow.data.nested': { b: { c: 1 } },
    'stageflow.data.empty': {},
    'stageflow.data.half': 'a\ufffdb',
    'stageflow.data.half\ufffd': { 'key\ufffd': 1 },
    'stageflow.data.f': '[function]',
  })
  expect(attributes).not.toHaveProperty('stageflow.data.none')
  expect((await sent({ data: cycle })).attributes['stageflow.data.n']).toBe('1')
})

test('keys such as __proto__ are keys, and data that cannot be read is left out', async () => {
  const data = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"__proto__": 1}}') as object
  const { record } = await sent({ data })
  expect(record.attributes.slice(-2)).toEqual([
    {
      key: 'stageflow.data.__proto__',
      value: { kvlistValue: { values: [{ key: 'polluted', value: { boolValue: true } }] } },
    },
    {
      key: 'stageflow.data.constructor',
      value: { kvlistValue: { values: [{ key: '__proto__', value: { intValue: 1 } }] } },
    },
  ])
  const broken = Object.defineProperty({}, 'bad', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  for (const given of [broken, null, undefined, 'text', 7]) {
    const { attributes } = await sent({ type: 'stage.a.failed', stage: 'a', data: given })
    expect(Object.keys(attributes).filter((key) => key.startsWith('stageflow.data.'))).toEqual([])
  }
  for (const given of [{ error: 7 }, { errors: 7 }, { errors: [] }, { error: { code: 7 } }])
    expect((await sent({ type: 'pipeline.failed', data: given })).attributes).not.toHaveProperty('error.type')
})

test.each([
  [1_700_000_000_123.456, '1700000000123456'],
  [0.5, '500000'],
  [0, '0'],
  [NaN, '0'],
  [-1, '0'],
  [Infinity, '0'],
  // After the year 2262 nanoseconds no longer fit into 64 bits: a receiver would refuse the whole batch.
  [9_223_372_036_854, '9223372036854'],
  [9_223_372_036_855, '0'],
  [Number.MAX_SAFE_INTEGER, '0'],
])('the time %d is %s', async (timestamp, start) => {
  const { record } = await sent({ timestamp })
  expect(record.timeUnixNano.startsWith(start)).toBe(true)
  expect(BigInt(record.timeUnixNano)).toBeLessThan(2n ** 63n)
  if (start.length > 6) expect(Number(record.timeUnixNano) / 1e6).toBeCloseTo(timestamp, 2)
})

test('the severity of an event does not depend on data that cannot be read', async () => {
  const broken = Object.defineProperty({}, 'tolerated', { enumerable: true, get: () => { throw new Error('no') } }) // prettier-ignore
  for (const data of [
    broken,
    new Proxy(
      {},
      {
        get: () => {
          throw new Error('no')
        },
      },
    ),
  ])
    // prettier-ignore
    expect((await sent({ type: 'payment.failed', data })).record.severityText).toBe('ERROR')
})

test('a value that is not an event does not stop the rest of its batch', async () => {
  receiver.forget()
  const proxy: unknown = new Proxy({}, { get: () => { throw new Error('no') } }) // prettier-ignore
  const odd: unknown[] = [null, 7, {}, proxy, anEvent({ type: Symbol('x') }), anEvent({ stage: Symbol('x') })]
  const exporter = new OtlpExporter({ exporter: new OTLPLogExporter({ url: receiver.url }), resource })
  await exporter.export([...(odd as never[]), anEvent({ seq: 5n, timestamp: 5n, pipelineRunId: 7 }), anEvent()])
  expect(receiver.types).toEqual([...odd.map(() => 'unreadable'), 'app.said', 'app.said'])
  expect(receiver.records[0]).toMatchObject({ severityText: 'WARN', eventName: 'unreadable', timeUnixNano: '0' })
  expect(plain(receiver.records[6]?.attributes ?? [])).toEqual({ 'stageflow.event.type': 'app.said' })
  expect((await sent({ seq: NaN })).attributes['stageflow.event.seq']).toBe('NaN')
})

test('the name of an event is well-formed, and is cut', async () => {
  const { record } = await sent({ stage: 'a', type: `stage.a.\ud800${'x'.repeat(9_000)}` })
  expect(record.eventName).toBe(`stageflow.stage.\ufffd${'x'.repeat(1_007)}…`)
})

test('every record can be decoded and is bounded', { timeout: 30_000 }, async () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
  })
  const text = fc.string({ unit: 'binary', maxLength: 2_000 })
  await fc.assert(
    fc.asyncProperty(anything, text, text, anything, async (data, stage, id, more) => {
      const { record } = await sent({ data: { data, more }, stage, pipelineRunId: id, type: `stage.${stage}.failed` })
      for (const value of valuesOf(record.attributes)) {
        if (value.intValue !== undefined) expect(Number.isSafeInteger(Number(value.intValue))).toBe(true)
        if (value.doubleValue !== undefined) expect(value.doubleValue).toBeTypeOf('number')
        if (value.stringValue !== undefined) expect(value.stringValue).not.toMatch(/\p{Cs}/u)
      }
      expect(receiver.requests[0]?.body.length).toBeLessThan(60_000)
    }),
    propertySettings(60),
  )
})

function valuesOf(attributes: readonly OtlpAttribute[]): OtlpValue[] {
  return attributes.flatMap(({ value }) => flat(value))
}

function flat(value: OtlpValue): OtlpValue[] {
  return [value, ...(value.arrayValue?.values ?? []).flatMap(flat), ...valuesOf(value.kvlistValue?.values ?? [])]
}
