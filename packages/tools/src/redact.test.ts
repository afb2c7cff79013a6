import { expect, test } from 'vitest'
import { bench, tool } from '../test/tool-bench.ts'
import { cleanText, payloadSummary } from './redact.ts'

const secret = tool('login', () => 1, { redact: ['pin', /^card/] })
const all = tool('login', () => 1, { redact: 'all' })

test('a summary is bounded: strings of 200 characters, 20 entries, 4 levels, 2,000 characters in all', () => {
  const summary = payloadSummary(undefined, {
    text: 'x'.repeat(300),
    list: Array.from({ length: 30 }, (_, n) => n),
    deep: { a: { b: { c: { d: 1 } } } },
  }) as any
  expect(summary.text).toBe(`${'x'.repeat(200)}… (300 characters)`)
  expect(summary.list).toHaveLength(21)
  expect(JSON.stringify(summary.deep)).toBe('{"a":{"b":{"c":"[object]"}}}')
  const wide = payloadSummary(
    undefined,
    Array.from({ length: 20 }, () => 'y'.repeat(200)),
  )
  expect(JSON.stringify(wide).length).toBeLessThan(2_600)
})

test('summaries leave out secrets: by common names, by those of the tool, or everything', () => {
  const input = { password: 'hunter2', pin: 1234, cardNumber: '4111', note: 'Bearer abcdefghi' }
  expect(payloadSummary(undefined, input)).toMatchObject({
    password: '[redacted]',
    pin: '[redacted]',
    cardNumber: '4111',
  })
  expect(payloadSummary(secret, input)).toEqual({
    password: '[redacted]',
    pin: '[redacted]',
    cardNumber: '[redacted]',
    note: 'Bearer [redacted]',
  })
  expect(payloadSummary(all, input)).toBe('[redacted]')
})

test('error messages leave out what the input has under secret names', () => {
  const input = {
    cardNumber: '4111-1111',
    nested: [{ pin: 98765 }],
    tokens: { a: 'longsecret', b: 'longsecretlonger' },
    ok: 'kept',
  }
  const text = 'card 4111-1111 with 98765 and longsecretlonger, longsecret is kept'
  expect(cleanText(secret, text, input)).toBe('card [redacted] with [redacted] and [redacted], [redacted] is kept')
  expect(cleanText(secret, 'x'.repeat(2_000), input)).toHaveLength(1_000 + '… (2000 characters)'.length)
})

test('strings of less than four characters, hostile inputs and deep ones are not secrets and do no harm', () => {
  const circle: any = { pin: 'abc' }
  circle.self = circle
  expect(cleanText(secret, 'abc', circle)).toBe('abc')
  const trap = new Proxy({}, { ownKeys: () => { throw new Error('trap') } }) // prettier-ignore
  expect(cleanText(secret, 'text', trap)).toBe('text')
})

test('no event and no error of a call shows its secrets', async () => {
  const login = tool(
    'login',
    (input, { partial, progress }) => {
      partial({ token: input.token, seen: `token=${input.token}` })
      progress({ message: `password=${input.pin}` })
      throw new Error(`user ${input.user}: pin ${input.pin} with token ${input.token} is wrong`)
    },
    { redact: ['pin'], retry: { attempts: 2, baseMs: 1, isRetryable: () => true }, undo: () => {} },
  )
  const b = bench([login])
  const call = b.call('login', { user: 'ada', pin: 'pin-0815', token: 'tok-4711-abc' })
  await b.clock.runAll()
  const text = JSON.stringify([b.events, await call])
  expect(text).toContain('user ada: pin [redacted] with token [redacted] is wrong')
  const shown = JSON.stringify(b.events)
  for (const value of ['pin-0815', 'tok-4711-abc']) expect(shown).not.toContain(value)
})

test('redact: all leaves input, output, partial results and error messages out of every event', async () => {
  const fails = tool('fails', (input) => { throw new Error(`no ${input.word}`) }, { redact: 'all' }) // prettier-ignore
  const works = tool('works', (input, { partial }) => { partial(input); return input }, { redact: 'all' }) // prettier-ignore
  const b = bench([fails, works])
  await b.calls([
    ['fails', { word: 'sesame' }],
    ['works', { word: 'sesame' }],
  ])
  expect(JSON.stringify(b.events)).not.toContain('sesame')
  expect(b.of('tool.failed')).toMatchObject([{ errorMessage: '[redacted]', errorCode: 'tools/handler-failed' }])
})

test('error messages leave out a secret however it is written: in JSON, in a URL, in a form', () => {
  const password = 'p"w\n&é% x'
  const form = new URLSearchParams({ password }).toString().slice('password='.length)
  for (const text of [password, JSON.stringify({ a: [password] }), encodeURIComponent(password), form])
    expect(cleanText(undefined, `sent ${text}.`, { password })).toMatch(/^sent (\{"a":\[")?\[redacted\]("\]\})?\.$/)
})

test('a secret is found in any place of an input, and half a surrogate hides none', () => {
  const deep = { a: { b: { c: { d: { e: { f: { password: 'hunter22' } } } } } } }
  const many = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`k${n}`, { password: `number-${n}` }]))
  const map = new Map([['password', new Set(['hunter22'])]])
  const odd = { password: 'abc\ud800', secret: 'hunter22', pin: 123456n }
  expect(cleanText(undefined, 'no hunter22', deep)).toBe('no [redacted]')
  expect(cleanText(undefined, 'no number-59', many)).toBe('no [redacted]')
  expect(cleanText(undefined, 'no hunter22', map)).toBe('no [redacted]')
  expect(cleanText(undefined, 'no hunter22, abc\ud800, 123456', odd)).toBe('no [redacted], [redacted], [redacted]')
})

test('the search for secrets takes little time, whatever the input is', () => {
  const input = { rows: Array.from({ length: 300 }, () => Array.from({ length: 300 }, (_, n) => ({ password: `${n}-password` }))) } // prettier-ignore
  const cpu = process.threadCpuUsage()
  cleanText(undefined, 'x'.repeat(1e5), input)
  expect(process.threadCpuUsage(cpu).user / 1_000).toBeLessThan(2_000)
})

test('partial results, outputs and their keys leave out secrets of the input', async () => {
  const echo = tool('echo', ({ password }, { partial }) => {
    partial(`it is ${password}`)
    partial({ [password]: 1 })
    return { text: `${'x'.repeat(195)}${password}`, list: [password], number: 98765.4321, kept: 12 }
  })
  const b = bench([echo])
  const result: any = await b.call('echo', { password: 'hunter22', pin: 98765.4321 })
  expect(JSON.stringify(b.events)).not.toMatch(/hunte|98765\.4321/)
  expect(b.of('tool.updated').map(({ partialSummary }) => partialSummary)).toEqual([
    'it is [redacted]',
    { '[redacted]': 1 },
  ])
  expect(b.of('tool.completed')[0].outputSummary).toMatchObject({
    list: ['[redacted]'],
    number: '[redacted]',
    kept: 12,
  })
  // The result is the program's, and what it was.
  expect(result.output.list).toEqual(['hunter22'])
})

test('a handler that removes a secret from its input does not hide it from the search', async () => {
  const rude = tool('rude', (input) => {
    const { password } = input
    delete input.password
    throw new Error(`refused: ${password}`)
  })
  const b = bench([rude])
  expect(await b.call('rude', { password: 'hunter22' })).toMatchObject({ error: { message: 'refused: [redacted]' } })
  expect(JSON.stringify(b.events)).not.toContain('hunter22')
})
