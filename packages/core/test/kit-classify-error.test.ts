import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { classifyError, isAbort, retryAfterMs } from '../src/kit.ts'
import { ERROR_SHAPES } from './error-shapes.ts'

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5)
const withFields = (fields: object, message = 'broken') => Object.assign(new Error(message), fields)

describe.each(Object.entries(ERROR_SHAPES))('%s', (_, shapes) => {
  test.each(shapes)('$what is $is', ({ error, is }) => {
    expect(classifyError(error)).toBe(is)
  })
})

test('a connection error is transient below the error of fetch too', () => {
  for (const { error, is } of ERROR_SHAPES['Connections and timeouts'] ?? [])
    expect(classifyError(new TypeError('fetch failed', { cause: error }))).toBe(is)
})

test('the wait that a server asks for is read from wherever the client keeps its headers', () => {
  const headers = { 'retry-after': '7' }
  for (const fields of [
    { status: 429, headers: new Headers(headers) },
    { statusCode: 429, responseHeaders: headers },
    { response: { status: 503, headers } },
    { $response: { statusCode: 503, headers } },
  ])
    expect([classifyError(withFields(fields)), retryAfterMs(withFields(fields), NOW)]).toEqual(['transient', 7_000])
})

test('a connection error that only its class names is transient, as those of openai', () => {
  class APIConnectionTimeoutError extends Error {}
  class APIConnectionError extends Error {}
  for (const error of [new APIConnectionTimeoutError('late'), new APIConnectionError('cut')])
    expect(classifyError(error)).toBe('transient')
})

test.each<[what: string, error: unknown, expected: boolean]>([
  ['an AbortError', new DOMException('aborted', 'AbortError'), true],
  ['a wrapped AbortError', new Error('llm', { cause: new DOMException('aborted', 'AbortError') }), true],
  ['a CanceledError of axios', withFields({ name: 'CanceledError', code: 'ERR_CANCELED' }), true],
  ['an abort of Node', withFields({ code: 'ABORT_ERR' }), true],
  ['a timeout', new DOMException('late', 'TimeoutError'), false],
  ['a status', withFields({ status: 404 }), false],
  ['no error', undefined, false],
])('isAbort of %s', (_, error, expected) => {
  expect(isAbort(error)).toBe(expected)
})

test('an abort is never retried, whatever caused it', () => {
  const cause = withFields({ code: 'ECONNRESET' })
  for (const error of [
    new DOMException('aborted', 'AbortError'),
    withFields({ name: 'AbortError', cause }),
    withFields({ name: 'CanceledError', code: 'ERR_CANCELED', cause }),
    withFields({ code: 'ABORT_ERR', cause }),
    new Error('wrapped', { cause: withFields({ name: 'AbortError', cause }) }),
  ])
    expect(classifyError(error)).toBe('permanent')
})

test.each([
  ['of a scheme that does not exist', 'foo://x', 'unknown'],
  ['of a text that is not an address', 'no address', 'permanent'],
])('a fetch %s', async (_, address, expected) => {
  const error: unknown = await fetch(address).catch((thrown: unknown) => thrown)
  expect(classifyError(error)).toBe(expected)
})

test('what fetch throws of real sockets is transient: a refused connection, and one that breaks off in the body', async () => {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-length': '1000' })
    response.write('half', () => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const terminated: unknown = await fetch(url)
    .then((response) => response.text())
    .catch((error: unknown) => error)
  await new Promise((resolve) => server.close(resolve))
  const refused: unknown = await fetch(url).catch((error: unknown) => error)
  expect([terminated, refused]).toMatchObject([
    { name: 'TypeError', message: 'terminated' },
    { name: 'TypeError', message: 'fetch failed' },
  ])
  expect([terminated, refused].map(classifyError)).toEqual(['transient', 'transient'])
})

test('only a few causes are looked at, and an error that cannot be read is unknown', () => {
  const circle = withFields({})
  circle.cause = circle
  expect(classifyError(circle)).toBe('unknown')
  let deep: Error = withFields({ code: 'ECONNRESET' })
  for (let depth = 0; depth < 6; depth++) deep = new Error('wrapped', { cause: deep })
  expect(classifyError(deep)).toBe('unknown')
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  const throwing = Object.defineProperty({}, 'code', {
    get: () => {
      throw new Error('no')
    },
  })
  for (const error of [proxy, throwing, undefined, null, 'ECONNRESET', 503, Symbol('x'), () => {}])
    expect(classifyError(error)).toBe('unknown')
})

test.each([
  ['seconds', { 'retry-after': '7' }, 7_000],
  ['a fraction of a second', { 'retry-after': '0.5' }, 500],
  ['zero', { 'retry-after': '0' }, 0],
  ['a number', { 'retry-after': 7 }, 7_000],
  ['blanks around it', { 'retry-after': ' 7 ' }, 7_000],
  ['a date', { 'retry-after': 'Fri, 02 Jan 2026 03:04:15 GMT' }, 10_000],
  ['a date that has passed', { 'retry-after': 'Fri, 02 Jan 2026 03:04:00 GMT' }, 0],
  ['milliseconds, which win', { 'retry-after': '7', 'retry-after-ms': '250' }, 250],
  ['milliseconds that are not a number', { 'retry-after': '7', 'retry-after-ms': 'soon' }, 7_000],
  ['any case', { 'Retry-After': '7' }, 7_000],
  ['several values', { 'retry-after': ['7', '9'] }, 7_000],
  ['Headers', new Headers({ 'Retry-After': '7' }), 7_000],
  ['a map', new Map([['retry-after', '7']]), 7_000],
])('Retry-After is read from %s', (_, headers, expected) => {
  expect(retryAfterMs({ status: 503, headers }, NOW)).toBe(expected)
})

test.each([
  ['nothing', {}],
  ['a word', { 'retry-after': 'soon' }],
  ['a negative number', { 'retry-after': '-7' }],
  ['something that is no date', { 'retry-after': 'Fri, whenever GMT' }],
  ['a date without a zone', { 'retry-after': '2026-01-02' }],
  ['an absurd number', { 'retry-after': '9'.repeat(400) }],
  ['an empty text', { 'retry-after': '' }],
  ['an object', { 'retry-after': {} }],
  ['no headers', undefined],
  ['null', null],
  ['text', 'retry-after: 7'],
  [
    'headers that throw',
    {
      get: () => {
        throw new Error('no')
      },
    },
  ],
])('Retry-After is undefined for %s', (_, headers) => {
  expect(retryAfterMs({ status: 503, headers }, NOW)).toBeUndefined()
})
