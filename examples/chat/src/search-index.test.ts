import { expect, test } from 'vitest'
import { passagesOf } from './passages.ts'
import { indexPassages } from './search-index.ts'

const documents = [
  {
    path: 'docs/output.md',
    text: '# Output\n\nA stage ends with an output.\n\n## Stopping\n\nReturn `StageOutput.cancel(reason)`: nothing new starts.\n',
  },
  { path: 'docs/stage.md', text: '# Stage\n\nA stage is the unit of work.\n\n## Kinds\n\nA stage has a kind.\n' },
  { path: 'docs/interceptor.md', text: '# Interceptor\n\nAn interceptor wraps each stage of a pipeline.\n' },
]
const index = indexPassages(passagesOf(documents))
const found = (question: string) => index.search(question, 5).map((one) => one.passage.id)

test('the passage whose heading says what was asked comes first', () => {
  expect(found('What is a stage?')[0]).toBe('docs/stage.md#stage')
})

test('a question in other words finds what the documentation calls it', () => {
  expect(found('How do I stop it?')).toEqual(['docs/output.md#stopping'])
  expect(found('How does one terminate?')).toEqual(['docs/output.md#stopping'])
})

test('sharing a common word is not speaking of the subject', () => {
  expect(found('Which stage bakes the best pizza?')).toEqual([])
  expect(found('What is the capital of France?')).toEqual([])
})

test('a slip of the pen in a long word finds what was meant', () => {
  expect(found('what is an interceptr')).toEqual(['docs/interceptor.md#interceptor'])
})

test('a question of stop words alone finds nothing', () => {
  expect(found('How do I do that?')).toEqual([])
  expect(index.weigh('what is it')).toEqual([])
})

test('a rare word of a question weighs more than a common one', () => {
  const [stage, interceptor] = index.weigh('stage interceptor')
  expect(interceptor?.weight).toBeGreaterThan(stage?.weight ?? Infinity)
})

test('the number of passages found is bounded', () => {
  expect(index.search('stage', 2)).toHaveLength(2)
})

test('an earlier passage is found by its id, until the documents lose it', () => {
  expect(index.passage('docs/stage.md#kinds')?.heading).toBe('Kinds')
  expect(index.passage('docs/stage.md#gone')).toBeUndefined()
})

test('a heading that says more than was asked is about more than was asked', () => {
  const both = indexPassages(
    passagesOf([
      {
        path: 'a.md',
        text: '# Ideas\n\n## Stages\n\nA stage is one of a few ideas of many on this page.\n\n## Stage output\n\nA stage and a stage.\n',
      },
    ]),
  )
  expect(both.search('What is a stage?', 2).map((one) => one.passage.heading)).toEqual(['Stages', 'Stage output'])
})
