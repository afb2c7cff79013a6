import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openApp } from '../../examples/chat/src/app.ts'
import { reasonToRefuse } from '../../examples/chat/src/guards.ts'
import { openLibrary, REPOSITORY_PAGES } from '../../examples/chat/src/search/library.ts'
import { quotes } from '../../examples/chat/src/quote.ts'

// Asks the chat example the questions of examples/chat/questions/test.json, through its whole pipeline. An answer is right if the
// page that it quotes first is one of those that answer the question. Weights, synonyms and the threshold for refusing come from
// a separate set, tuning.json: `node scripts/ci/ask.mjs tuning` prints its figure.

const LEAST_RIGHT = 0.85
const root = join(import.meta.dirname, '../..')
const [set = 'test'] = process.argv.slice(2)
const questions = JSON.parse(readFileSync(join(root, `examples/chat/questions/${set}.json`), 'utf8'))

const library = openLibrary(root, REPOSITORY_PAGES)
const { graph, close } = openApp({
  reasonToRefuse,
  openLibrary: () => library,
  history: { recent: async () => [], add: async () => {} },
  answerer: quotes,
  secrets: [],
})

const count = { answerable: 0, right: 0, offTopic: 0, refused: 0 }
const missing = new Set()
for (const { question, pages, refuse = false } of questions) {
  const result = await graph.runSettled({ inputText: question })
  if (result.status === 'failed') throw new Error(`"${question}" failed: ${result.errors[0].message}`)
  const cited = result.data.output_guard?.sources[0]?.path
  const isRight = refuse ? cited === undefined : pages.includes(cited)
  count[refuse ? 'offTopic' : 'answerable'] += 1
  if (isRight) count[refuse ? 'refused' : 'right'] += 1
  else console.log(`✗ ${question}\n  ${cited ?? result.reason}`)
  for (const page of pages ?? []) if (!existsSync(join(root, page))) missing.add(page)
}
await close()

for (const page of missing) console.log(`${set}.json names ${page}, which doesn't exist.`)
const share = Math.round((100 * count.right) / count.answerable)
console.log(
  `${count.right} of ${count.answerable} questions answered from the right page (${share} %), ` +
    `${count.refused} of ${count.offTopic} off-topic questions refused`,
)
if (missing.size > 0 || count.right / count.answerable < LEAST_RIGHT || count.refused < count.offTopic)
  process.exitCode = 1
