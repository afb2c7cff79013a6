import { join } from 'node:path'

import { engines } from '../../benchmarks/joins/engines.mjs'
import { graphs } from '../../benchmarks/joins/graphs.mjs'
import { readJson } from '../lib/workspace.mjs'
import { generateTables, table } from './generated-tables.mjs'

// The table of which engines run a join behind a branch that was not taken, from what `npm run bench:joins` has recorded.

const ran = readJson(join(import.meta.dirname, '../../benchmarks/joins/results.json'))
const head = ['', 'how it joins', ...graphs.map(({ question }) => question)]
const rows = engines.map(({ id, title, join: joined }) => [
  title,
  joined,
  ...graphs.map((graph) => ran.outcomes[id][graph.id].outcome),
])
const versions = [...new Set(Object.values(ran.versions))].filter((version) => !version.startsWith('@stageflow/'))

generateTables('docs/start/comparison.md', {
  joins: `${table(head, rows)}

Run on ${ran.measuredOn} with Node ${ran.node}, ${versions.slice(0, -1).join(', ')} and ${versions.at(-1)}.`,
})
