import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createRedactor } from '../src/redaction.ts'
import { CHANGED, EXPECTED, FORMS, HARMLESS, isChanged, isFound, MISSED, nameOf } from './redaction-corpus/corpus.ts'
import { KEPT } from './redaction-corpus/first.ts'

const redactor = createRedactor()
const FOUND = EXPECTED.filter((form) => !MISSED.includes(nameOf(form))).map((form) => [nameOf(form), form] as const)

test.each(FOUND)('the secret in %s is redacted, and nothing more if it is redacted again', (_, form) => {
  expect(isFound(form)).toBe(true)
  expect(JSON.stringify(redactor.value(form.given))).toContain('[redacted]')
  if (typeof form.given !== 'string') return
  const once = redactor.text(form.given)
  expect(redactor.text(once)).toBe(once)
})

test('at least 95% of the forms that are not excluded are found, and the missed ones are listed', () => {
  expect(EXPECTED.filter((form) => !isFound(form)).map(nameOf)).toEqual(MISSED)
  expect(MISSED.length / EXPECTED.length).toBeLessThan(0.05)
  expect(EXPECTED.length).toBeGreaterThan(300)
})

// If one of these is found one day, it is no longer excluded.
test.each(FORMS.filter(({ excluded }) => excluded !== undefined).map((form) => [nameOf(form), form] as const))(
  "the secret in %s isn't found",
  (_, form) => expect(isFound(form)).toBe(false),
)

test('at most two of 200 harmless texts are changed, and these are listed', () => {
  expect(HARMLESS.filter(isChanged)).toEqual(CHANGED)
  expect(CHANGED.length).toBeLessThanOrEqual(2)
  expect(HARMLESS.length).toBeGreaterThanOrEqual(200)
})

test.each(KEPT.map((given) => [given]))('%j stays as it is', (given) => {
  expect(redactor.value(given)).toEqual(given)
})

test('without redaction every secret stays', () => {
  const { value } = createRedactor(false, { maxTextLength: 10_000 })
  for (const { given } of FORMS.filter((each) => typeof each.given === 'string')) expect(value(given)).toBe(given)
})

test('no name and no text occurs twice', () => {
  expect(new Set(FORMS.map(nameOf)).size).toBe(FORMS.length)
  const texts = FORMS.map(({ given }) => given).filter((given) => typeof given === 'string')
  expect(new Set(texts).size).toBe(texts.length)
  expect(new Set(HARMLESS).size).toBe(HARMLESS.length)
})

test('the guide says how many forms are found', () => {
  const guide = readFileSync(new URL('../../../docs/how-to/observe.md', import.meta.url), 'utf8')
  expect(guide).toContain(`${EXPECTED.length - MISSED.length} of ${EXPECTED.length} forms`)
})
