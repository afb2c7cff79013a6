import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { openApp } from '../../examples/chat/src/app.ts'
import { reasonToRefuse } from '../../examples/chat/src/guards.ts'
import { quotes } from '../../examples/chat/src/quote.ts'
import { openLibrary, REPOSITORY_PAGES } from '../../examples/chat/src/search/library.ts'

// Asks the chat example the questions of examples/chat/questions/test.json, through its whole pipeline. One of the pages that are
// shown must have the answer. An answer without such a page is wrong; a refusal with the closest pages is not. Weights, synonyms and
// the threshold for refusing come from a separate set: `node scripts/ci/ask.mjs tuning` prints its figures. `--print` shows which
// pages each question gets.

const LEAST_SHOWN = 0.9
const MOST_WRONG = 0.05
const root = join(import.meta.dirname, '../..')
const args = process.argv.slice(2)
const [set = 'test'] = args.filter((arg) => arg !== '--print')
const prints = args.includes('--print')
const questions = JSON.parse(readFileSync(join(root, `examples/chat/questions/${set}.json`), 'utf8'))

const library = openLibrary(root, REPOSITORY_PAGES)
const { graph, close } = openApp({
  reasonToRefuse,
  openLibrary: () => library,
  history: { recent: async () => [], add: async () => {} },
  answerer: quotes,
  secrets: [],
})

const count = { answerable: 0, shown: 0, first: 0, wrong: 0, offTopic: 0, refused: 0 }
for (const { question, pages, refuse = false } of questions) {
  const result = await graph.runSettled({ inputText: question })
  if (result.status === 'failed') throw new Error(`"${question}" failed: ${result.errors[0].message}`)
  const shown = result.data.memory?.pages ?? []
  const isAnswered = result.status === 'completed'
  const place = shown.findIndex(({ path }) => pages?.includes(path))
  if (refuse) {
    count.offTopic += 1
    if (!isAnswered) count.refused += 1
  } else {
    if (!pages.some((page) => existsSync(join(root, page))))
      throw new Error(`None of the pages that ${set}.json names for "${question}" exists: ${pages.join(', ')}.`)
    count.answerable += 1
    if (place === 0) count.first += 1
    if (place >= 0) count.shown += 1
    else if (isAnswered) count.wrong += 1
  }
  const isFault = refuse ? isAnswered : place < 0
  if (!isFault && !prints) continue
  console.log(`${isFault ? '✗' : '✓'} ${question}\n  ${isAnswered ? 'answered' : 'refused'}`)
  for (const { path, sections } of shown) console.log(`  ${path}, "${sections[0]?.trail.join(' > ')}"`)
}
await close()

const share = (part) => `${part} of ${count.answerable} (${Math.round((100 * part) / count.answerable)} %)`
console.log(
  `A right page is shown for ${share(count.shown)} questions, as the first for ${share(count.first)}; ` +
    `${count.wrong} wrong answers. ${count.refused} of ${count.offTopic} off-topic questions refused.`,
)
if (
  count.shown / count.answerable < LEAST_SHOWN ||
  count.wrong / count.answerable > MOST_WRONG ||
  count.refused < count.offTopic
)
  process.exitCode = 1
