import { expect, test } from 'vitest'
import { changeSyntax } from './change-syntax.ts'

const source = `
class Counter {
  #count = 0
  add(by: number): void {
    if (by > 0) this.#count += by // only up
  }
  #reset(): void {
    this.#count = 0
  }
}
`
const changed = (find: string, instead: string, inside?: string): string =>
  changeSyntax(source, { find, instead, ...(inside === undefined ? undefined : { inside }) })

test('syntax is found whatever its layout, its parentheses and its casts', () => {
  expect(changed('if ((by as number)\n > 0) this.#count += by', '')).toBe(
    source.replace('if (by > 0) this.#count += by', ';'),
  )
})

test('a $name stands for any expression, and is kept in the replacement', () => {
  expect(changed('$a > 0', '$a > 1')).toBe(source.replace('by > 0', 'by > 1'))
})

test('the same $name twice stands for the same expression', () => {
  expect(() => changed('if ($a > 0) this.#count += $b', '')).not.toThrow()
  expect(() => changed('if ($a > 0) $a += $b', '')).toThrow('occurs 0 times, not once')
})

test('syntax that occurs twice is refused, unless the function to look in is named', () => {
  const twice = `${source}\nfunction other() { this.#count = 0 }`
  const change = { find: 'this.#count = 0', instead: 'this.#count = 1' }
  expect(() => changeSyntax(twice, change)).toThrow('this.#count = 0 occurs 2 times, not once')
  expect(changeSyntax(twice, { ...change, inside: '#reset' })).toBe(
    twice.replace('    this.#count = 0', '    this.#count = 1'),
  )
  expect(changeSyntax(twice, { ...change, inside: 'other' })).toBe(
    twice.replace('{ this.#count = 0', '{ this.#count = 1'),
  )
})

test('syntax that is missing, or not one statement, is refused', () => {
  expect(() => changed('this.#count -= 1', '')).toThrow('this.#count -= 1 occurs 0 times, not once')
  expect(() => changed('a(); b()', '')).toThrow('a(); b() is not one statement or expression')
})
