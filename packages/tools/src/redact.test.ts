import { expect, test } from 'vitest'
import { tool } from '../test/any-tool.ts'
import { cleanText, payloadSummary } from './redact.ts'

const secret = tool('login', () => 1, { redaction: { keys: ['pin', /^card/] } })
const all = tool('login', () => 1, { data: false })

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

test('with redaction: false secrets stay in, and values are still bounded', () => {
  const open = tool('login', () => 1, { redaction: false })
  expect(payloadSummary(open, { password: 'hunter22' }, { password: 'hunter22' })).toEqual({ password: 'hunter22' })
  expect(String(payloadSummary(open, 'x'.repeat(500))).length).toBeLessThan(250)
})

test('the redaction of a tool has its own bounds', () => {
  const short = tool('login', () => 1, { redaction: { maxTextLength: 10 } })
  expect(String(payloadSummary(short, 'x'.repeat(500))).length).toBeLessThan(60)
})
