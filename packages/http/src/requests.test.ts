import { StageflowError } from '@stageflow/core'
import { jwtVerifier } from '@stageflow/interceptor-auth'
import { manualClock } from '@stageflow/testing'
import { expect, onTestFinished, test, vi } from 'vitest'

import { bearerToken, readJson, route, verifyRequest } from './index.ts'

const withToken = (authorization: string) => new Request('http://shop.example/', { headers: { authorization } })
const posted = (body: BodyInit) =>
  new Request('http://shop.example/', { method: 'POST', body, duplex: 'half' } as RequestInit)
const codeOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'resolved',
    (error: { code?: string }) => error.code,
  )

test.each([
  ['Bearer abc', 'abc'],
  ['bearer  abc', 'abc'],
  ['Basic abc', undefined],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
])('the bearer token of %j is %j', (header, token) => {
  expect(bearerToken(withToken(header))).toBe(token)
})

test('a request without a token is http/missing-token', async () => {
  const verify = () => ({ sub: 'ada' })
  expect(await codeOf(verifyRequest(new Request('http://shop.example/'), verify))).toBe('http/missing-token')
})

test('a verifier of interceptor-auth refuses with its own code', async () => {
  const verify = jwtVerifier({ algorithms: ['HS256'], secret: 's'.repeat(32), issuer: false, audience: false })
  expect(await codeOf(verifyRequest(withToken('Bearer nonsense'), verify))).toBe('auth/malformed-token')
})

test('a good token gives its claims', async () => {
  const { token, claims } = await verifyRequest(withToken('Bearer abc'), async () => ({ sub: 'ada' }))
  expect([token, claims.sub]).toEqual(['abc', 'ada'])
})

test('a verifier that throws anything else is http/verify-failed, and the token is not in its message', async () => {
  const failing = verifyRequest(withToken('Bearer s3cret'), () => {
    throw new Error('cannot decode s3cret')
  })
  await expect(failing).rejects.toMatchObject({
    code: 'http/verify-failed',
    message: expect.not.stringContaining('s3cret') as string,
  })
  expect(await codeOf(verifyRequest(withToken('Bearer a'), () => [] as never))).toBe('http/verify-failed')
})

test('a verifier that hangs is http/timed-out, and its signal aborts', async () => {
  const clock = manualClock()
  let signal: AbortSignal | undefined
  const verifying = verifyRequest(
    withToken('Bearer abc'),
    (_token, request) => {
      ;({ signal } = request)
      return new Promise<object>(() => {})
    },
    { clock, timeoutMs: 50 },
  )
  const code = codeOf(verifying)
  await clock.advance(50)
  expect(await code).toBe('http/timed-out')
  expect(signal?.aborted).toBe(true)
  expect(clock.timers).toEqual([])
})

test('readJson reads JSON', async () => {
  expect(await readJson(posted('{"to":"Oslo"}'))).toEqual({ to: 'Oslo' })
})

test.each([['{"to":'], [''], [new Uint8Array([34, 0xff, 34])]])(
  'a body that is not JSON is http/malformed-body (case %#)',
  async (body) => {
    expect(await codeOf(readJson(posted(body as BodyInit)))).toBe('http/malformed-body')
  },
)

test('a body that is too long is http/too-large, and is not read to its end', async () => {
  let pulled = 0
  let isCancelled = false
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      pulled++
      controller.enqueue(new Uint8Array(1_000))
    },
    cancel: () => void (isCancelled = true),
  })
  expect(await codeOf(readJson(posted(endless as BodyInit), { maxBytes: 5_000 }))).toBe('http/too-large')
  expect(pulled).toBeLessThan(10)
  expect(isCancelled).toBe(true)
  expect(await codeOf(readJson(posted('"'.padEnd(65_537))))).toBe('http/too-large')
})

test('route() responds to what a handler throws; only failures of the server go to onError', async () => {
  const seen: unknown[] = []
  const onError = (error: unknown) => void seen.push(error)
  const request = new Request('http://shop.example/')
  const refused = route(() => Promise.reject(new StageflowError('auth/expired', 'x')), { onError })
  expect((await refused(request)).status).toBe(401)
  expect(seen).toEqual([])
  const broken = new Error('the database at 10.0.0.7 is down')
  const failing = route(
    () => {
      throw broken
    },
    { onError, errors: { 'shop/x': 404 } },
  )
  const response = await failing(request)
  expect([response.status, await response.text()]).toEqual([
    500,
    '{"error":{"code":"core/stage-failed","message":"The server failed."}}',
  ])
  expect(seen).toEqual([broken])
})

test('route() passes on what a framework passes after the request', async () => {
  const handler = route((_request, context: { id: string }) => Response.json(context))
  expect(await (await handler(new Request('http://shop.example/'), { id: '7' })).json()).toEqual({ id: '7' })
})

test('a handler without a response is http/no-response, and an onError that throws changes nothing', async () => {
  const logged: unknown[] = []
  const log = vi.spyOn(console, 'error').mockImplementation((error) => void logged.push(error))
  onTestFinished(() => log.mockRestore())
  const broken = new Error('the log is full')
  const handler = route(() => undefined as never, {
    onError: () => {
      throw broken
    },
  })
  const response = await handler(new Request('http://shop.example/'))
  expect([response.status, await response.json()]).toEqual([
    500,
    { error: { code: 'http/no-response', message: 'The server failed.' } },
  ])
  expect(logged).toEqual([expect.objectContaining({ code: 'http/no-response' }), broken])
})

test.each([
  ['nothing', undefined],
  ['a request of node:http', { headers: { authorization: 'Bearer a' }, body: {} }],
])('%s instead of a web request is refused', async (_, request) => {
  const code = 'http/illegal-option'
  expect(() => bearerToken(request as never)).toThrow(expect.objectContaining({ code }))
  expect(await codeOf(readJson(request as never))).toBe(code)
  expect(await codeOf(verifyRequest(request as never, () => ({})))).toBe(code)
})

test('a handler that gets something other than a request responds, and the app sees why', async () => {
  const seen: unknown[] = []
  const handler = route(async (request) => Response.json(await readJson(request)), {
    onError: (error) => void seen.push(error),
  })
  const response = await handler({ req: { raw: new Request('http://shop.example/') } } as never)
  expect([response.status, seen]).toEqual([500, [expect.objectContaining({ code: 'http/illegal-option' })]])
})

test('a missing function is refused at once', async () => {
  const code = 'http/illegal-option'
  expect(() => route(undefined as never)).toThrow(expect.objectContaining({ code }))
  expect(await codeOf(verifyRequest(withToken('Bearer a'), undefined as never))).toBe(code)
})
