import { systemClock } from '@stageflow/core'
import { expect, test } from 'vitest'
import { all } from '../test/async-values.ts'
import type { EarlierTurn } from './answerer.ts'
import { embeddedAnswerer } from './embedded-answerer.ts'
import { passagesOf } from './passages.ts'
import { indexPassages } from './search-index.ts'

const documents = [
  {
    path: 'docs/output.md',
    text: `# Output

A stage ends with an output.

## Stopping the pipeline

Return \`StageOutput.cancel(reason)\` from any stage. It stops the run: nothing new starts.

\`\`\`ts
const guard = () => StageOutput.cancel('the question is empty')
\`\`\`

## Failing

A stage that throws fails the run.
`,
  },
  {
    path: 'docs/stage.md',
    text: `# Stage

Kinds matter for stages, and a stage of any kind may use a stage helper.

A **stage** is the unit of work of a pipeline.

## Kinds

A kind says what a stage is for:

| kind | purpose |
|---|---|
| \`GUARD\` | checks and refuses |
| \`WORK\` | has effects |
`,
  },
  {
    path: 'docs/testing.md',
    text: '# Testing\n\n## Testing a cancelled run\n\nLook at the result: a cancelled run resolves, so a test needs no try.\n\n## Time in a test\n\nTest time with a manual clock, and no test waits.\n',
  },
  {
    path: 'README.md',
    text: '# Stageflow\n\n## Install\n\n```sh\nnpm install @stageflow/core\n```\n\n## Try it\n\n```sh\nnpm start -- "How do I stop a pipeline from inside a stage?"\n```\n',
  },
]
const index = indexPassages(passagesOf(documents))

async function answer(question: string, earlier: readonly EarlierTurn[] = []) {
  const passages = index.search(question, 8).map((one) => one.passage)
  const stream = embeddedAnswerer(index.weigh).answer(
    { question, passages, earlier },
    { signal: new AbortController().signal, clock: systemClock },
  )
  const chunks: string[] = []
  while (true) {
    const next = await stream.next()
    if (next.done)
      return { text: chunks.join(''), chunks, cited: next.value.map((passage) => passage.id), passages: next.value }
    if (next.value.text) chunks.push(next.value.text)
  }
}

test('it answers with the sentences that speak of the question, cites them, and adds the example below them', async () => {
  const { text, cited } = await answer('How do I stop a pipeline from inside a stage?')
  expect(cited[0]).toBe('docs/output.md#stopping-the-pipeline')
  // The README quotes this very question in a command, which answers nothing.
  expect(cited).not.toContain('README.md#try-it')
  expect(text).toContain(
    'Return `StageOutput.cancel(reason)` from any stage. It stops the run: nothing new starts. [1]',
  )
  expect(text).toContain("```ts\nconst guard = () => StageOutput.cancel('the question is empty')\n```")
})

test('a sentence is also about what it announces', async () => {
  const index = indexPassages(
    passagesOf([
      {
        path: 'a.md',
        text: "# Ends\n\nThere are two:\n\n```ts\nreturn StageOutput.cancel('stop')\n```\n\nOther text about a run.\n",
      },
    ]),
  )
  const passages = index.search('How do I cancel?', 3).map((one) => one.passage)
  const stream = embeddedAnswerer(index.weigh).answer(
    { question: 'How do I cancel?', passages, earlier: [] },
    { signal: new AbortController().signal, clock: systemClock },
  )
  expect((await all(stream)).map(({ text = '' }) => text).join('')).toBe(
    "There are two [1]:\n```ts\nreturn StageOutput.cancel('stop')\n```",
  )
})

test('it opens with the definition where one is asked for', async () => {
  expect((await answer('What is a stage?')).text).toMatch(/^A stage is the unit of work of a pipeline\./)
})

test('a sentence that announces a table brings the table', async () => {
  const { text } = await answer('Which kinds are there?')
  expect(text).toContain('A kind says what a stage is for:\n- `GUARD`: checks and refuses\n- `WORK`: has effects')
})

test('a passage of nothing but code is announced by its headings', async () => {
  expect((await answer('How do I install it?')).text).toBe(
    'Stageflow, Install [1]:\n```sh\nnpm install @stageflow/core\n```',
  )
})

test('it comes in tokens, and every word of it', async () => {
  const { chunks, text } = await answer('What is a stage?')
  expect(chunks.length).toBeGreaterThan(8)
  expect(chunks.every((chunk) => /^\s*\S+$/.test(chunk))).toBe(true)
  expect(text.startsWith(chunks[0] ?? '?')).toBe(true)
})

test('it says so when the documentation has nothing, and cites nothing', async () => {
  const { text, cited } = await answer('What is the capital of France?')
  expect(text).toMatch(/^I found nothing about this/)
  expect(cited).toEqual([])
})

test('a follow-up is read with what was asked before it', async () => {
  const first = await answer('How do I stop a pipeline from inside a stage?')
  const earlier = [
    {
      question: 'How do I stop a pipeline from inside a stage?',
      answer: first.text,
      cited: first.cited,
      passages: first.passages,
    },
  ]
  const alone = await answer('and how do I test that?')
  const followed = await answer('and how do I test that?', earlier)
  expect(followed.cited[0]).toBe('docs/testing.md#testing-a-cancelled-run')
  expect(alone.cited[0]).toBe('docs/testing.md#time-in-a-test')
})

test('a follow-up without a subject of its own is answered from the earlier sources', async () => {
  const [stopping] = index.search('stopping the pipeline', 1).map((one) => one.passage)
  const earlier = [
    { question: 'How do I stop?', answer: '', cited: [], passages: stopping === undefined ? [] : [stopping] },
  ]
  expect((await answer('why?', earlier)).cited).toEqual(['docs/output.md#stopping-the-pipeline'])
})

test('a second follow-up without a subject still knows what the first was about', async () => {
  const [stopping] = index.search('stopping the pipeline', 1).map((one) => one.passage)
  const passages = stopping === undefined ? [] : [stopping]
  const earlier = ['How do I stop?', 'why?'].map((question) => ({ question, answer: '', cited: [], passages }))
  expect((await answer('and then?', earlier)).cited).toEqual(['docs/output.md#stopping-the-pipeline'])
})

test('a question with a subject of its own is not bent by the one before', async () => {
  const earlier = [
    { question: 'How do I stop?', answer: '', cited: [], passages: index.search('stop', 1).map((one) => one.passage) },
  ]
  expect((await answer('What is a stage?', earlier)).text).toBe((await answer('What is a stage?')).text)
})

test('a sentence that announces a diagram gives way to one that says something', async () => {
  const text =
    '# Order\n\nThe order of stages looks like this:\n\n```mermaid\nflowchart LR\n  order --> stages\n```\n\nThe order of stages follows from what each one needs.\n'
  const index = indexPassages(passagesOf([{ path: 'a.md', text }]))
  const question = 'Which order do stages have?'
  const passages = index.search(question, 3).map((one) => one.passage)
  const stream = embeddedAnswerer(index.weigh).answer(
    { question, passages, earlier: [] },
    { signal: new AbortController().signal, clock: systemClock },
  )
  expect((await all(stream)).map(({ text = '' }) => text).join('')).toBe(
    'The order of stages follows from what each one needs. [1]',
  )
})
