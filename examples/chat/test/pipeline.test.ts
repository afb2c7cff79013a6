import { isStageEvent } from '@stageflow/core'
import { expect, test } from 'vitest'
import { openApp } from '../src/app.ts'
import type { Turn } from '../src/history.ts'
import { Library } from '../src/search/library.ts'
import { sectionsOf } from '../src/search/markdown.ts'
import type { Answerer } from '../src/pipeline.ts'
import { quotes } from '../src/quote.ts'

const PAGES = [
  sectionsOf('stages.md', '# Stages\n\nA stage is the unit of work.\n\n## Kinds\n\nA kind says what a stage is for.'),
  sectionsOf('runs.md', '# Runs\n\nA run ends once.'),
]

function openChat({ answerer = quotes, secrets = [] as readonly string[], earlier = [] as readonly Turn[] } = {}) {
  const stored: Turn[] = [...earlier]
  const app = openApp({
    openLibrary: async () => new Library(PAGES),
    history: { recent: async () => [...stored], add: async (_session, turn) => void stored.push(turn) },
    answerer,
    secrets,
  })
  return { ...app, stored }
}

const says = (text: string): Answerer => ({
  model: 'tiny',
  provider: 'test',
  async *answer() {
    yield { text, usage: { inputTokens: 3, outputTokens: 2 } }
    yield { finishReason: 'stop' }
  },
})

test('the guard, the history and the library start before any of them has ended', async () => {
  const { graph } = openChat()
  const run = graph.start({ inputText: 'What is a stage?' })
  const seen: string[] = []
  for await (const event of run)
    if (isStageEvent(event, 'started') || isStageEvent(event, 'completed') || isStageEvent(event, 'skipped'))
      seen.push(event.type)
  expect(seen.slice(0, 3)).toEqual(['stage.input_guard.started', 'stage.profile.started', 'stage.library.started'])
  expect((await run.settled).status).toBe('completed')
})

test('an answer is stored with its question, and its tokens are in the report', async () => {
  const { graph, stored } = openChat({ answerer: says('A unit [1].') })
  const { data, report } = await graph.run({ inputText: ' What is a stage? ' })
  expect(data.output_guard).toEqual({
    answer: 'A unit [1].',
    sources: [{ number: 1, path: 'stages.md', heading: 'Stages' }],
  })
  expect(stored).toEqual([{ question: 'What is a stage?', answer: 'A unit [1].' }])
  expect(report.stages['llm']?.notes.usage).toEqual({ inputTokens: 3, outputTokens: 2 })
})

test('a follow-up finds what was asked before', async () => {
  const { graph } = openChat({ earlier: [{ question: 'What is a stage?', answer: 'A unit.' }] })
  const { data } = await graph.run({ inputText: 'and which kinds of them are there?' })
  expect(data.output_guard?.sources[0]?.heading).toBe('Stages > Kinds')
})

test.each([
  ['a secret', 'The key is plain-key [1].', 'looks like a secret'],
  ['a source that is not there', 'A unit [9].', 'cites [9]'],
  ['nothing', ' ', 'empty'],
])('an answer with %s is withheld and not stored', async (_, text, reason) => {
  const { graph, stored } = openChat({ answerer: says(text), secrets: ['plain-key'] })
  const result = await graph.runSettled({ inputText: 'What is a stage?' })
  expect(result).toMatchObject({ status: 'cancelled', reason: expect.stringContaining(reason) as string })
  expect(stored).toEqual([])
})

test('no model is asked if the documentation has no answer', async () => {
  const { graph } = openChat({ answerer: says('Made up.') })
  const result = await graph.runSettled({ inputText: 'How do I bake bread?' })
  expect(result).toMatchObject({
    status: 'cancelled',
    reason: expect.stringMatching(/^The documentation has no answer/) as string,
  })
  expect(result.report.stages['llm']?.attempts).toEqual([])
})
