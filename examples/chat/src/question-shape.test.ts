import { expect, test } from 'vitest'
import { defines, likeness, subjectOf } from './question-shape.ts'

const defined = (question: string, sentence: string) => defines(sentence, subjectOf(question) ?? [])

test.each(['What is a stage?', "what's the stage", 'Explain stages.', 'describe a stage'])(
  '%j asks what a stage is',
  (question) => {
    expect(defined(question, 'A stage is the unit of work.')).toBe(true)
  },
)

test.each([
  'How do I stop a stage?',
  'What is it?',
  'Is a stage a class?',
  'What is the best way to run a stage in a test with a clock?',
])('%j asks for no definition', (question) => {
  expect(subjectOf(question)).toBeUndefined()
})

test.each([
  ['A stage is the unit of work.', true],
  ['Stages are units of work.', true],
  ['The `stage` names a unit of work.', true],
  ['Stage outputs are frozen.', false],
  ['Stages that are ready start together.', false],
  ['A `StageOutput` says how it ended.', false],
  ['Every pipeline is a list of stages.', false],
  ['It is a stage.', false],
])('%j defines a stage: %s', (sentence, expected) => {
  expect(defined('What is a stage?', sentence)).toBe(expected)
})

test('a subject of two words, or an identifier, is defined by either spelling', () => {
  expect(defined('What is a stage output?', 'A `StageOutput` says how a stage ended.')).toBe(true)
  expect(defined('What is StageOutput?', 'A `StageOutput` says how a stage ended.')).toBe(true)
  expect(defined('What is a stage output?', 'A stage is a unit of work.')).toBe(false)
})

test('a heading that asks the question itself is most like it, and small words count', () => {
  const question = 'What happens when a stage fails?'
  expect(likeness(question, 'what happens when a stage fails')).toBe(1)
  expect(likeness(question, 'How do I let a stage fail?')).toBeLessThan(0.5)
  expect(likeness(question, 'Clock')).toBe(0)
  expect(likeness('?', '!')).toBe(0)
})
