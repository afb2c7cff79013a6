import { expect, test } from 'vitest'
import { relatedTerms, stem, terms } from './terms.ts'

test('the forms of a word meet in one term', () => {
  const forms = ['cancel', 'cancels', 'cancelled', 'cancelling', 'cancellation'].map(stem)
  expect(new Set(forms).size).toBe(1)
  expect(stem('stages')).toBe(stem('stage'))
  expect(stem('retries')).toBe(stem('retry'))
  expect(stem('stopping')).toBe(stem('stops'))
})

test('an identifier is found as itself, as its parts and as their words', () => {
  expect(terms('StageOutput.cancel')).toEqual([
    'stageoutput.cancel',
    'stageoutput',
    stem('stage'),
    stem('output'),
    'cancel',
  ])
  expect(terms('input_guard')).toContain(stem('guard'))
  expect(terms('graceMs')).toContain(stem('grace'))
})

test('words without a subject do not count as terms, and neither do hashes', () => {
  expect(terms('What is it, and how do I do that?')).toEqual([])
  expect(terms('f'.repeat(61))).toEqual([])
})

test('a time-out is a timeout', () => {
  expect(terms('time-outs')).toEqual(terms('timeout'))
})

test('people say stop where the documentation says cancel', () => {
  expect(relatedTerms(stem('stopping'))).toContain('cancel')
  expect(relatedTerms('constructor')).toEqual([])
})
