import { expect, test } from 'vitest'
import { hasSigned, keysOf, sign } from './secret.ts'

const first = 'the first secret, of thirty-two bytes'
const second = new Uint8Array(32).fill(7)
const read = (secret: unknown): ReturnType<typeof keysOf> => keysOf('durableClient()', secret, 'if there is none')

test.each<[what: string, secret: unknown]>([
  ['none', undefined],
  ['null', null],
  ['an empty string', ''],
  ['a short string', 'hunter2-hunter2'],
  ['one byte too few', 'x'.repeat(31)],
  ['a number', 1e40],
  ['true', true],
  ['an object', { secret: first }],
  ['no secrets', []],
  ['one secret in an array', [first]],
  ['three secrets', [first, first, first]],
  ['a short one beside a good one', [first, 'hunter2-hunter2']],
  ['false beside a good one', [first, false]],
  ['short bytes', new Uint8Array(16)],
])('%s is refused as a secret, and not shown', (_what, secret) => {
  const refused = expect.objectContaining({
    code: 'durable-restate/illegal-option',
    message: expect.stringMatching(
      /^durableClient\(\): secret must be a string or bytes of at least 32 bytes/,
    ) as string,
  }) as Error
  expect(() => read(secret)).toThrow(refused)
  expect(() => read(secret)).not.toThrow(/hunter2/)
})

test('false means no secret, if that is allowed', () => {
  expect(read(false)).toEqual([])
  expect(() => keysOf('moveRun()', false, undefined)).toThrow(/moveRun\(\): secret must be .* while it changes; it is/)
})

test('32 bytes are enough: 11 letters of three bytes each are 33', () => {
  expect(read('€'.repeat(11))).toHaveLength(1)
  expect(() => read('€'.repeat(10))).toThrow(/it is 30 bytes long/)
})

test('while a secret changes, the first one signs, and both are accepted', () => {
  const [old, both, swapped, now] = [read(first), read([first, second]), read([second, first]), read(second)]
  expect(hasSigned(old, 'text', sign(both, 'text'))).toBe(true)
  expect(hasSigned(now, 'text', sign(both, 'text'))).toBe(false)
  expect(hasSigned(both, 'text', sign(swapped, 'text'))).toBe(true)
  expect(hasSigned(swapped, 'text', sign(old, 'text'))).toBe(true)
  expect(hasSigned(now, 'text', sign(old, 'text'))).toBe(false)
})

test('a secret is read when it is given: later changes of the bytes are not seen', () => {
  const bytes = new Uint8Array(32).fill(1)
  const keys = read(bytes)
  const mac = sign(keys, 'text')
  bytes.fill(2)
  expect(sign(keys, 'text')).toBe(mac)
})

test('every other signature is wrong', () => {
  const keys = read(first)
  const mac = sign(keys, 'text')
  for (const wrong of ['', 'x', mac.slice(1), `${mac}A`, mac.toUpperCase(), '€'.repeat(43), sign(keys, 'text ')])
    expect(hasSigned(keys, 'text', wrong), wrong).toBe(false)
  expect(hasSigned(keys, 'text', mac)).toBe(true)
})
