import { isStageEvent, type StageflowEvent } from '@stageflow/core'
import { expect, test } from 'vitest'
import { openApp } from '../src/app.ts'
import { reasonToRefuse } from '../src/guards.ts'
import type { Turn } from '../src/history.ts'
import { Library } from '../src/search/library.ts'
import { sectionsOf } from '../src/search/markdown.ts'
import type { Answerer } from '../src/pipeline.ts'
import { quotes } from '../src/quote.ts'

const PAGES = [
  sectionsOf('stages.md', '# Stages\n\nA stage is the unit of work.\n\n## Kinds\n\nA kind says what a stage is for.'),
  sectionsOf('runs.md', '# Runs\n\nA run ends once.'),
]

function openChat({
  answerer = quotes,
  secrets = [] as readonly string[],
  earlier = [] as readonly Turn[],
  guard = reasonToRefuse,
} = {}) {
  const stored: Turn[] = [...earlier]
  const app = openApp({
    reasonToRefuse: guard,
    openLibrary: async () => new Library(PAGES),
    history: { recent: async () => [...stored], add: async (_session, turn) => void stored.push(turn) },
    answerer,
    secrets,
  })
  return { ...app, stored }
}

const says = (text: string): Answerer => ({
  name: 'tiny',
  async *answer() {
    yield text
    return { text }
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

test('an answer is stored with its question', async () => {
  const { graph, stored } = openChat({ answerer: says('A unit [1].') })
  const { data } = await graph.run({ inputText: ' What is a stage? ' })
  expect(data.output_guard).toEqual({ answer: 'A unit [1].' })
  expect(stored).toEqual([{ question: 'What is a stage?', answer: 'A unit [1].' }])
})

test('a follow-up finds what was asked before', async () => {
  const { graph } = openChat({ earlier: [{ question: 'What is a stage?', answer: 'A unit.' }] })
  const { data } = await graph.run({ inputText: 'and which kinds of them are there?' })
  expect(data.memory?.pages[0]?.sections[0]?.trail).toEqual(['Stages', 'Kinds'])
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
  let asked = 0
  const answerer: Answerer = {
    ...says('Made up.'),
    answer(...args) {
      asked += 1
      return says('Made up.').answer(...args)
    },
  }
  const { graph, stored } = openChat({ answerer })
  const result = await graph.runSettled({ inputText: 'How do I bake bread?' })
  expect(result).toMatchObject({
    status: 'cancelled',
    reason: expect.stringMatching(/^The documentation has no answer/) as string,
  })
  expect([asked, stored]).toEqual([0, []])
})

/** A model that says two words, and a guard that decides `turns` of the event loop after the model has said `guardAfter` of them. */
function slowGuard(guardAfter: number, turns: number, verdict: string | undefined) {
  const said = Promise.withResolvers<void>()
  const answerer: Answerer = {
    name: 'tiny',
    async *answer({ signal }) {
      const words = ['Plain-words ', 'plain-words [1].']
      for (const [index, text] of words.entries()) {
        if (index === guardAfter) {
          said.resolve()
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
          signal.throwIfAborted()
        }
        yield text
      }
      said.resolve()
      return { text: words.join('') }
    },
  }
  async function guard(): Promise<string | undefined> {
    await said.promise
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve))
    return verdict
  }
  return openChat({ answerer, guard })
}

test.each([
  ['in the middle of the answer', 1, 0],
  ['as the answer ends', 2, 0],
  ['after the answer has ended', 2, 5],
])(
  'of an answer to a question that the guard refuses %s, nothing is shown, stored or in the report',
  async (_, guardAfter, turns) => {
    const { graph, stored } = slowGuard(guardAfter, turns, 'Not this.')
    const events: StageflowEvent[] = []
    const eventSink = { emit: () => {}, tryEmit: (event: StageflowEvent) => void events.push(event), chunks: true }
    const run = graph.start({ inputText: 'What is a stage?' }, { eventSink })
    const shown: string[] = []
    for await (const text of run.chunks('llm')) shown.push(text)
    const result = await run.settled
    expect(result).toMatchObject({ status: 'cancelled', reason: 'Not this.' })
    expect([shown, stored]).toEqual([[], []])
    expect(JSON.stringify([events, result.data, result.report]).toLowerCase()).not.toContain('plain-words')
  },
)

test('an answer is made while the guard still decides, and shown and stored when it has allowed it', async () => {
  const { graph, stored } = slowGuard(2, 5, undefined)
  const run = graph.start({ inputText: 'What is a stage?' })
  const shown: string[] = []
  for await (const text of run.chunks('llm')) shown.push(text)
  expect(shown.slice(0, 2)).toEqual(['Plain-words ', 'plain-words [1].'])
  expect((await run.settled).status).toBe('completed')
  expect(stored).toEqual([{ question: 'What is a stage?', answer: 'Plain-words plain-words [1].' }])
})

test('a refused question that the documentation does not answer either gets the reason of the guard', async () => {
  const searched = Promise.withResolvers<void>()
  const { graph } = openChat({
    guard: async () => {
      await searched.promise
      return 'Not this.'
    },
  })
  const eventSink = {
    emit: () => {},
    tryEmit: ({ type }: StageflowEvent) => {
      if (type === 'stage.llm.started') setImmediate(searched.resolve)
    },
  }
  const result = await graph.runSettled({ inputText: 'How do I bake bread?' }, { eventSink })
  expect(result).toMatchObject({ status: 'cancelled', reason: 'Not this.' })
})
