import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { HARMLESS, SENTENCES } from './corpus.mjs'
import { codeOfPage, measure, PAGE, SOUGHT } from './measure.mjs'

// The tables of the page are compared by `check:generated`. Here: the corpus is what the page says, and a stream is cleaned as its text is.

const code = await codeOfPage()
const results = measure(code)
const page = readFileSync(join(import.meta.dirname, '../../..', PAGE), 'utf8')

/** Longer than the window, so that what stands between two of them passes through all of it. */
const FILLER =
  'The weather is fine today, and the train to the lake leaves every hour from the same platform as it did last year.'

test('at least 95% of what has check digits or an address is found, and at most 2% of the harmless sentences are changed', () => {
  const sure = SENTENCES.filter(({ kind }) => ['E-mail address', 'Payment card', 'IBAN'].includes(kind))
  const missed = results.without.missed.filter((sentence) => sure.includes(sentence))
  expect(sure.length).toBeGreaterThan(60)
  expect(missed.length / sure.length).toBeLessThan(0.05)
  expect(results.without.changed.length / HARMLESS.length).toBeLessThan(0.02)
})

test('a country finds most national telephone numbers, and takes more numbers for one', () => {
  const missedOf = (way) => results[way].missed.filter(({ kind }) => kind === 'Telephone number, national').length
  expect(missedOf('with')).toBeLessThan(missedOf('without') / 4)
  expect(results.with.changed.length).toBeGreaterThan(results.without.changed.length)
})

test('names and postal addresses are not found', () => {
  const stay = SENTENCES.filter(({ kind }) => kind === 'Name' || kind === 'Postal address')
  expect(results.without.missed.filter((sentence) => stay.includes(sentence))).toEqual(stay)
})

test('every sentence occurs once, and those of a kind that is sought have their values in them', () => {
  const texts = [...SENTENCES, ...HARMLESS].map(({ text }) => text)
  expect(new Set(texts).size).toBe(texts.length)
  for (const { text, values } of SENTENCES) {
    expect(values.length).toBeGreaterThan(0)
    for (const value of values) expect(text).toContain(value)
  }
  const kinds = new Set(SENTENCES.map(({ kind }) => kind))
  expect(SOUGHT.filter((kind) => !kinds.has(kind))).toEqual([])
})

test('the page says how many sentences and languages there are', () => {
  const languages = new Set(SENTENCES.map(({ language }) => language))
  expect(page).toContain(
    `${SENTENCES.length} sentences with personal data, and ${HARMLESS.length} without, in ${languages.size} languages`,
  )
})

test.each([1, 7, 40])('a stream in chunks of %i characters comes out as its whole text does', async (size) => {
  // The chunks of one character take the longest: each kind has its turn.
  const sentences = [...SENTENCES, ...HARMLESS].filter((_, place) => size > 1 || place % 8 === 0)
  for (const { text } of sentences) {
    const whole = `${FILLER} ${text} ${FILLER} ${FILLER}`
    expect((await partsOf(whole, size)).join('')).toBe(code.clean(whole))
  }
})

test('a stream comes while it is read, at most its window and a word late', async () => {
  const text = `${FILLER} ${FILLER} ${FILLER}`
  const chunks = text.split(/(?<= )/)
  let given = 0
  let taken = 0
  async function* source() {
    for (const chunk of chunks) {
      given += chunk.length
      yield chunk
      if (given > 200) expect(given - taken).toBeLessThan(130)
    }
  }
  for await (const part of code.cleanStream(source(), code.clean)) taken += part.length
  expect(taken).toBe(text.length)
})

test('a token without spaces is found however long it is', async () => {
  const token = `eyJ${'hbGciOiJIUzI1NiJ9'.repeat(10)}.${'eyJzdWIiOiIxIn0'.repeat(30)}.${'c2lnbmF0dXJl'.repeat(5)}`
  const whole = `${FILLER} ${token} ${FILLER}`
  const shown = (await partsOf(whole, 10)).join('')
  expect(shown).toBe(`${FILLER} [redacted] ${FILLER}`)
})

test('an answer without spaces comes at its end', async () => {
  expect(await partsOf('x'.repeat(1_000), 10)).toEqual(['x'.repeat(1_000)])
})

async function partsOf(text, size) {
  async function* chunks() {
    for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
  }
  return await Array.fromAsync(code.cleanStream(chunks(), code.clean))
}
