import { expect, test } from 'vitest'
import { estimateTokens } from './index.ts'

test('a token is 4 characters of the JSON of all parts, and a missing part has none', () => {
  expect(estimateTokens([])).toBe(0)
  expect(estimateTokens([undefined, 'ab', undefined])).toBe(1)
  expect(estimateTokens([[{ role: 'user', content: 'Why?' }], 'Be brief.'])).toBe(Math.ceil((34 + 11) / 4))
})

const bytes = new Uint8Array(3_000).fill(200)
const base64 = Buffer.from(bytes).toString('base64')

test.each([
  ['bytes', bytes],
  ['a buffer', Buffer.from(bytes)],
  ['an ArrayBuffer', bytes.buffer],
  ['base64', base64],
  ['base64 for URLs', Buffer.from(bytes).toString('base64url')],
  ['a data URL', `data:image/png;base64,${base64}`],
  ['a URL object with data', new URL(`data:image/png;base64,${base64}`)],
])('%s of a file count as no tokens', (_, data) => {
  const content = (image: unknown) => [{ role: 'user', content: [{ type: 'image', image }] }]
  expect(estimateTokens([content(data)])).toBe(estimateTokens([content('')]))
})

test('long text counts, also without spaces', () => {
  expect(estimateTokens(['word '.repeat(1_000)])).toBe(1_251)
  expect(estimateTokens(['長'.repeat(4_000)])).toBe(1_001)
  expect(estimateTokens(['data: the rest of this text'.padEnd(4_000, '.')])).toBe(1_001)
  expect(estimateTokens(['x'.repeat(3_998)])).toBe(1_000)
})
