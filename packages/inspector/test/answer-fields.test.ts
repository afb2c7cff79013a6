import { expect, test } from 'vitest'

import { answerFields, answerFrom } from '../page/acts/answer-fields.ts'

const ORDER = {
  type: 'object',
  properties: {
    approved: { type: 'boolean', title: 'Approved', description: 'Whether it is paid.' },
    limit: { type: 'number', default: 900 },
    channel: { enum: ['mail', 7] },
    note: { type: 'string' },
    tags: { type: 'array' },
  },
  required: ['approved'],
}

test('an object has a field for each property, with its kind and its default', () => {
  expect(answerFields(ORDER)).toEqual([
    {
      property: 'approved',
      kind: 'flag',
      label: 'Approved',
      about: 'Whether it is paid.',
      isRequired: true,
      initial: '',
    },
    { property: 'limit', kind: 'number', label: 'limit', isRequired: false, initial: '900' },
    { property: 'channel', kind: 'choice', label: 'channel', isRequired: false, choices: ['mail', 7], initial: '' },
    { property: 'note', kind: 'text', label: 'note', isRequired: false, initial: '' },
    { property: 'tags', kind: 'json', label: 'tags', isRequired: false, initial: '' },
  ])
})

test('the answer has the types of the schema, and leaves out optional fields without a text', () => {
  const fields = answerFields(ORDER)
  expect(answerFrom(fields, ['true', '12.5', '1', '', '["a"]'])).toEqual({
    answer: { approved: true, limit: 12.5, channel: 7, tags: ['a'] },
  })
  expect(answerFrom(fields, ['false', '', '', '', ''])).toEqual({ answer: { approved: false } })
})

test.each([
  [['', '', '', '', ''], 'Approved is missing.'],
  [['true', 'much', '', '', ''], "limit isn't a number: much"],
  [['true', '', '', '', '[a'], 'tags isn\'t JSON. A text needs quotes: "yes"'],
])('the texts %o are refused: %s', (texts, problem) => {
  expect(answerFrom(answerFields(ORDER), texts)).toEqual({ problem })
})

test.each<[object | undefined, string, unknown]>([
  [undefined, '{"approved":true}', { approved: true }],
  [{}, '"yes"', 'yes'],
  [{ type: 'boolean' }, 'true', true],
  [{ type: 'string' }, '', ''],
  [{ type: 'integer' }, '3', 3],
  [{ enum: ['yes', 'no'] }, '1', 'no'],
  [{ const: 'ok' }, '0', 'ok'],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, '3', 3],
  [{ type: 'object' }, '{}', {}],
])('an answer of the schema %o is the one field %s', (schema, text, answer) => {
  expect(answerFrom(answerFields(schema), [text])).toEqual({ answer })
})

test('the only possible value is chosen at first', () => {
  expect(answerFields({ const: 'ok' })[0]?.initial).toBe('0')
})

test('an answer that is missing as a whole is refused', () => {
  expect(answerFrom(answerFields({ type: 'boolean' }), [''])).toEqual({ problem: 'Answer is missing.' })
})
