import { join } from 'node:path'

import { contenders } from '../../benchmarks/models/contenders.mjs'
import { costGroups } from '../../benchmarks/models/costs.mjs'
import { faults } from '../../benchmarks/models/faults.mjs'
import { readJson, readText } from '../lib/workspace.mjs'
import { generateTables, table } from './generated-tables.mjs'

// The tables of which library falls back to another model, and of what a chunk and a budget cost, from what `npm run bench:models` has recorded.

const ROOT = join(import.meta.dirname, '../..')
const { faults: ran, costs } = readJson(join(ROOT, 'benchmarks/models/results.json'))

/** How often something was seen is said only if the runs differ. */
const cellOf = (outcomes) =>
  outcomes.length === 1
    ? outcomes[0].outcome
    : outcomes.map(({ outcome, count }) => `${outcome}: ${count} of ${ran.runs}`).join('; ')
const outcomesIn = (shown) =>
  table(
    ['', ...shown.map(({ title }) => title)],
    contenders.map((contender) => [contender.title, ...shown.map(({ id }) => cellOf(ran.outcomes[contender.id][id]))]),
  )
const isBeforeText = ({ main: { status, fault } }) => status !== undefined || fault?.afterChunks === 0
const settings = contenders.map(({ id, title, settings: given }) => [title, ran.versions[id].join(', '), given])

generateTables('docs/start/comparison.md', {
  fallbacks: `The first model fails before its text:

${outcomesIn(faults.filter(isBeforeText))}

It fails later, or the reader stops:

${outcomesIn(faults.filter((fault) => !isBeforeText(fault)))}

Measured on ${ran.measuredOn} with Node ${ran.node}.

${table(['', 'versions', 'how it was set up'], settings)}`,
})

const times = ([least, most]) => `${least.toFixed(2)} to ${most.toFixed(2)}`
const rowsOf = ({ id, subjects }) =>
  Object.entries(subjects).map(([subject, title]) => {
    const { micros, ratio, interval } = costs.groups[id][subject]
    const compared = subject === 'alone' ? ['', ''] : [`${ratio.toFixed(2)}×`, times(interval)]
    return [title, micros.toPrecision(2), ...compared]
  })
const speeds = costGroups.filter(({ chunks }) => chunks > 1).flatMap(rowsOf)
const budgets = costGroups.filter(({ chunks }) => chunks === 1).flatMap(rowsOf)
const measured = (of) =>
  `Measured on ${costs.measuredOn} with Node ${costs.node}: medians of ${costs.processes} processes${of}.`

const sizes = new Map(
  [...readText(join(ROOT, 'docs/reference/sizes.md')).matchAll(/^\| `([^`]+)` \| ([\d,]+) \|$/gm)].map(
    ([, name, bytes]) => [name, bytes],
  ),
)
const installs = readJson(join(ROOT, 'scripts/ci/registry/installs.json'))
const footprints = ['models', 'provider-ai-sdk', 'provider-openai'].map((short) => {
  const { packages, kB } = installs[short]
  return [
    `[\`${short}\`](../../packages/${short}/README.md)`,
    sizes.get(`@stageflow/${short}`),
    `${packages.length}`,
    kB.toLocaleString('en-US'),
  ]
})

generateTables('docs/how-to/call-models.md', {
  speeds: `${table(['', 'µs a chunk', '÷ the client alone', '95% interval'], speeds)}

${measured(' for each client')}`,
  footprints: table(['package', 'bytes more in a bundle', 'packages installed', 'kB installed'], footprints),
})

generateTables('docs/how-to/limit-spending.md', {
  budgets: `${table(['a run with one request', 'µs', '÷ without a limit', '95% interval'], budgets)}

${measured('')}`,
})
