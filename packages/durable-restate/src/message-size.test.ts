import { expect, test } from 'vitest'
import { CALL_FACTS, checkAnswerSize, checkStopSize, factsTooLarge, limited, resultTooLarge } from './message-size.ts'

const text = 'x'.repeat(15 * 1024 ** 2)

test('a value that is too large is replaced, and a smaller one is kept', () => {
  const serde = limited<{ readonly data?: string; readonly bytes?: number }>((_, bytes) => ({ bytes }))
  expect(serde.deserialize(serde.serialize({ data: text }))).toEqual({ bytes: text.length + '{"data":""}'.length })
  expect(serde.deserialize(serde.serialize({ data: 'x' }))).toEqual({ data: 'x' })
})

test('an answer that is too large is refused', () => {
  checkAnswerSize('r', 'approve', 'yes')
  expect(() => checkAnswerSize('r', 'approve', text)).toThrow(
    /^The answer for "approve" of the run "r" has 15728642 bytes as JSON, and at most 15728640 are kept/,
  )
})

test('a reason to cancel that is too large is refused', () => {
  checkStopSize('r', 'The reason to cancel', 'too late')
  expect(() => checkStopSize('r', 'The reason to cancel', text)).toThrow(
    expect.objectContaining({
      code: 'durable-restate/too-large',
      message: expect.stringMatching(/^The reason to cancel the run "r" has 15728642 bytes as JSON/) as string,
    }),
  )
})

test('facts that are too large become a failure with the times and attempts of the call', () => {
  const facts = { status: 'ok', data: { text }, startedAt: 1, endedAt: 2, after: 3, attempts: [] } as const
  expect(CALL_FACTS.deserialize(CALL_FACTS.serialize(facts))).toMatchObject({
    status: 'fail',
    error: { code: 'durable-restate/too-large' },
    startedAt: 1,
    endedAt: 2,
    after: 3,
    attempts: [],
  })
  expect(factsTooLarge(1, 3, 40).error?.message).toMatch(/^The call on another machine carries .* 40 bytes as JSON/)
  expect(resultTooLarge('r', { bytes: 40 }).message).toMatch(/^The run "r" has ended, but its result has 40 bytes/)
})
