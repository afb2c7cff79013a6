import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createRedactor } from '../src/redaction.ts'
import { KEPT, SECRET, SHAPES } from './redaction-corpus.ts'

const redactor = createRedactor()
const shown = (given: unknown): string => JSON.stringify(redactor.value(given)).toUpperCase()
const HELD = SHAPES.filter(({ leaks }) => leaks === undefined)
const LEAKS = SHAPES.filter(({ leaks }) => leaks !== undefined)

test.each(HELD)('the secret in $name is redacted', ({ given }) => {
  expect(shown(given)).not.toContain(SECRET.toUpperCase())
  expect(shown(given)).toContain('[REDACTED]')
  if (typeof given !== 'string') return
  const once = redactor.text(given)
  expect(once).not.toContain(SECRET)
  expect(redactor.text(once)).toBe(once)
})

// If one of these is found one day, it moves to the others.
test.each(LEAKS)("the secret in $name isn't found, because $leaks", ({ given }) => {
  const isEncoded = !JSON.stringify(given).includes(SECRET)
  if (isEncoded) expect(redactor.value(given)).toEqual(given)
  else expect(shown(given)).toContain(SECRET.toUpperCase())
})

test.each(KEPT.map((given) => [given]))('%j stays as it is', (given) => {
  expect(redactor.value(given)).toEqual(given)
})

test('without redaction every secret stays', () => {
  const { value } = createRedactor(false, { maxTextLength: 10_000 })
  for (const { given } of SHAPES.filter((each) => typeof each.given === 'string')) expect(value(given)).toBe(given)
})

test('no name occurs twice, and the guide says how many shapes are held', () => {
  expect(new Set(SHAPES.map(({ name }) => name)).size).toBe(SHAPES.length)
  const guide = readFileSync(new URL('../../../docs/how-to/observe.md', import.meta.url), 'utf8')
  expect(guide).toContain(`${HELD.length} of ${SHAPES.length} shapes`)
})
