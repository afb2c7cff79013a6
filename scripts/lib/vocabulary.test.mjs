import { expect, test } from 'vitest'

import { halvesWithoutStatus, otherCode, statusOf } from './vocabulary.mjs'

test.each([
  ['tool-executor/timed-out', 'all calls together took too long', '504'],
  ['store-redis/unavailable', 'Redis does not answer', '503'],
  ['undo/lease-lost', 'another process took the undo over', '503'],
  ['undo/other-work', 'the key was used by another stage', '409'],
  ['suspend/changed-graph', 'the graph is another one', '500'],
  ['tracing/illegal-option', 'an option is unknown', '–'],
])('%s has the status of its second half', (code, when, status) => {
  expect(statusOf(code, when)).toBe(status)
})

test.each([
  ['exporter-otlp/unavailable', 'the receiver is down'],
  ['sink-buffered/timed-out', 'the limit of `flush` has passed'],
  ['testing/not-json', 'the input of `recordRun` has a part that JSON would lose'],
])('%s has no status, because its package ends no request', (code, when) => {
  expect(statusOf(code, when)).toBe('–')
})

test.each([
  ['defaults/timed-out', 'in the report of `close`: a part did not write everything in time'],
  ['undo/full', 'A call completed and cannot be undone (in `tool.undo_failed`).'],
  ['keyed-work/too-large', 'A result is longer than `maxLength`. The call ends as `not-json`.'],
])(
  '%s has no status, because its row says that it is in a report or an event, or the cause of another code',
  (code, when) => {
    expect(statusOf(code, when)).toBe('–')
  },
)

test.each([
  ['durable-engine/illegal-option', 'an option or a `runId` has a wrong value', '400'],
  ['approvals/illegal-option', 'An option or a decision is not valid.', '400'],
  ['core/illegal-option', 'A run option has an illegal value', '500'],
  ['durable-engine/too-large', 'an input or answer is longer than `maxFactLength`', '413'],
  ['store-redis/too-large', 'An output is larger than `maxValueBytes`.', '500'],
  ['auth/too-large', 'the token is longer than `maxTokenBytes`', '401'],
])('%s, if %s, has the status %s: the words of a row say who can fix it', (code, when, status) => {
  expect(statusOf(code, when)).toBe(status)
})

test('a package decides the status of a second half that no other package has', () => {
  expect(statusOf('auth/bad-signature', 'the token was changed')).toBe(undefined)
})

test('a second half of two packages that end requests needs a usual status', () => {
  expect(halvesWithoutStatus(['a/sold-out', 'b/sold-out', 'a/timed-out', 'b/timed-out', 'a/alone'])).toEqual([
    'sold-out',
  ])
  expect(halvesWithoutStatus(['a/sold-out', 'sink-b/sold-out', 'exporter-c/sold-out', 'testing/sold-out'])).toEqual([])
})

test.each(['invalid-option', 'illegal-redaction', 'illegal-seed', 'illegal-time', 'run-option'])(
  'the second half %s is called illegal-option',
  (half) => {
    expect(otherCode(half)).toBe('illegal-option')
  },
)

test.each(['value-too-large', 'output-too-large', 'token-too-large', 'input-too-big', 'oversized'])(
  'the second half %s is called too-large',
  (half) => {
    expect(otherCode(half)).toBe('too-large')
    expect(otherCode('too-large')).toBe(undefined)
  },
)
