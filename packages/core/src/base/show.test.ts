import { expect, test } from 'vitest'
import { show } from './show.ts'

class Account {
  readonly secret = 'hunter2'
}
test.each<[value: unknown, shown: string]>([
  ['text', '"text"'],
  ['line\nend', '"line\\nend"'],
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
