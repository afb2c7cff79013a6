import { describe, expect, test } from 'vitest'
import { StageflowError } from '../src/index.ts'
import { DELAY, checkOptions, fingerprint, isAbort, isError, isThenable, lostInJson, show } from '../src/kit.ts'
import { classifyError, codeOf, onRejection, optionProblems, read, textOf } from '../src/kit.ts'

const fails = (): never => {
  throw new Error('not today')
}
const values: [string, () => object][] = [
  [
    'a revoked proxy',
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  ['a proxy whose traps throw', () => new Proxy({}, { get: fails, has: fails, ownKeys: fails, getPrototypeOf: fails })],
  ['an object whose getter throws', () => Object.defineProperty({}, 'then', { get: fails, enumerable: true })],
  ['options whose getter throws', () => Object.defineProperty({}, 'limitMs', { get: fails, enumerable: true })],
]

describe.each(values)('%s', (_, make) => {
  const readers = { isThenable, isError, isAbort, lostInJson, show, textOf, classifyError, codeOf }
  test.each(Object.entries(readers))('does not make %s() throw', (_name, reader) => {
    expect(() => reader(make())).not.toThrow()
  })

  test('does not make read() and onRejection() throw', () => {
    expect(() => read(make(), 'then')).not.toThrow()
    expect(() => onRejection(make(), fails)).not.toThrow()
  })

  test('is named by lostInJson()', () => {
    expect(lostInJson(make())).toContain('cannot be read')
  })

  test('is refused by fingerprint() with the TypeError that it promises', () => {
    expect(() => fingerprint({ inside: make() })).toThrow(TypeError)
  })
})

test('options that cannot be read are a problem with its place and its cause', () => {
  const [, revoked] = values[0] as [string, () => object]
  const [, getter] = values[3] as [string, () => object]
  expect(optionProblems(getter(), { limitMs: DELAY }, 'breaker.')).toEqual(['breaker cannot be read: not today'])
  for (const make of [revoked, getter])
    expect(() => checkOptions('limit()', 'acme/illegal-option', make(), { limitMs: DELAY })).toThrow(StageflowError)
  expect(() => checkOptions('limit()', 'acme/illegal-option', getter(), { limitMs: DELAY })).toThrow(
    'limit(): the options cannot be read: not today.',
  )
})

test.each([
  ['postgres://bob:hunter2@db', '"postgres://…@db"'],
  ['postgres://bob:hun/ter2@db/main', '"postgres://…@db/main"'],
  ['postgres://bob:hun@ter2@db', '"postgres://…@db"'],
  ['redis://:hun?ter2#x@db', '"redis://…@db"'],
  ['sk-proj-a1B2c3D4e5F6g7H8i9J0', '"sk-…"'],
  ['Bearer sk_live_51H8x0aBcDeFgHiJkLm', '"Bearer sk_…"'],
  ['eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ.c2ln', '"eyJ…"'],
  ['sk-learn-classifier-stage', '"sk-learn-classifier-stage"'],
  ['see https://docs.example/page and mail@example.com', '"see https://docs.example/page and mail@example.com"'],
])('the credentials in %s are not shown', (text, shown) => {
  expect(show(text)).toBe(shown)
})
