import { expect, test } from 'vitest'
import { wordWrap } from './word-wrap.ts'

function wrapped(width: number, pieces: readonly string[]): string {
  const wrap = wordWrap(width)
  return pieces.map((piece) => wrap.push(piece)).join('') + wrap.end()
}

const TEXT = 'A stage is the unit of work of a pipeline: a name, a kind and code.'

test('lines break between words and stay within the width', () => {
  const lines = wrapped(20, [TEXT]).split('\n')
  expect(lines.every((line) => line.length <= 20)).toBe(true)
  expect(lines.join(' ')).toBe(TEXT)
})

test('it makes no difference how the text comes in', () => {
  expect(wrapped(20, TEXT.split(''))).toBe(wrapped(20, [TEXT]))
  expect(wrapped(20, TEXT.split(/(?<=[aeiou])/))).toBe(wrapped(20, [TEXT]))
})

test('a word longer than the line stays whole', () => {
  expect(wrapped(5, ['a verylongword b'])).toBe('a\nverylongword\nb')
})

test('line ends start again', () => {
  expect(wrapped(5, ['1234 \n1234 12'])).toBe('1234\n1234\n12')
})

test('code in a fence is not broken, and what follows it is', () => {
  const code = '```ts\nconst answer = ask(question)\n```'
  expect(wrapped(12, [`${code}\nand so it goes on`])).toBe(`${code}\nand so it\ngoes on`)
})

test('a text that ends within a fence leaves the next one alone', () => {
  const wrap = wordWrap(12)
  wrap.push('```ts\ncode')
  wrap.end()
  expect(wrap.push('and so it goes on ')).toBe('and so it\ngoes on')
})

test('a word is held back only until it is known to be whole', () => {
  const wrap = wordWrap(20)
  expect([wrap.push('one tw'), wrap.push('o '), wrap.end()]).toEqual(['one', ' two', ''])
})

test('a line may fill the width exactly: the space after it does not wrap onto the next one', () => {
  expect(wrapped(5, ['12345 1234 1'])).toBe('12345\n1234\n1')
  expect(wrapped(5, ['12 45 1'])).toBe('12 45\n1')
})

test('characters that take up two columns count as two, and invisible ones as none', () => {
  expect(wrapped(6, ['日本 日本'])).toBe('日本\n日本')
  expect(wrapped(5, ['e\u0301a e\u0301a'])).toBe('e\u0301a e\u0301a')
})
