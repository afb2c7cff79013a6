import { expect, test } from 'vitest'
import { show, someOf } from './show.ts'

class Account {
  readonly secret = 'hunter2'
}
test.each<[value: unknown, shown: string]>([
  ['text', '"text"'],
  ['line\nend', '"line\\nend"'],
  ['a\u0085b\u2028c\u202ed\u{e0001}', '"a\\x85b\\u2028c\\u202ed\\u{e0001}"'],
  [new Error('down\nforged'), 'an error (down\\nforged)'],
  ['postgres://bob:hunter2@db/app', '"postgres://…@db/app"'],
  [5, '5'],
  [7n, '7n'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'Symbol(s)'],
  [() => {}, 'a function'],
  [[1, 2], 'an array'],
  ['{}', '"{}"'],
  [Promise.resolve(1), 'an instance of Promise'],
  [{ password: 'hunter2' }, 'an object'],
  [Object.create(null), 'an object'],
  [new Account(), 'an instance of Account'],
  [new Map(), 'an instance of Map'],
  [new Error('down'), 'an error (down)'],
])('%s is shown as %s', (value, shown) => {
  expect(show(value)).toBe(shown)
})

test('a shown value is short, and a value that cannot be read is shown too', () => {
  expect(show('x'.repeat(1_000_000))).toHaveLength(80)
  expect(show({ a: 'x'.repeat(1_000_000) })).toBe('an object')
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  expect(() => show(proxy)).not.toThrow()
})

test('of many names or problems the first 12 are listed, and how many more there are', () => {
  const names = Array.from({ length: 14 }, (_, index) => `s${index}`)
  expect(someOf([])).toBe('')
  expect(someOf(['a', 'b'])).toBe('a, b')
  expect(someOf(names.slice(0, 12))).toMatch(/^s0, .*, s10, s11$/)
  expect(someOf(names)).toMatch(/s10, s11 and 2 more$/)
  expect(someOf(names, '; ')).toMatch(/s10; s11; and 2 more$/)
  expect(someOf(names, ', ', 1)).toBe('s0 and 13 more')
})
