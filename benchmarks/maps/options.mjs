import { parseArgs } from 'node:util'
import { subjectIds } from './subjects.mjs'

export const help = `Measures what an item of a map costs, beside p-map, p-limit and Effect.forEach.

  node benchmarks/maps.mjs [options]      (or: npm run bench:maps -- [options])

  (no option)    everything, 5 rounds, about 15 minutes; writes benchmarks/MAPS.md
  --quick        one round of 10,000 items, about a minute; writes nothing
  --only a,b     these: ${subjectIds.join(', ')}; writes nothing
  --rounds n     rounds; the medians count (5; 1 with --quick)
  --json         prints the figures as JSON; writes nothing
  --help         this text

STAGEFLOW_CORE=<file> measures another build of core than packages/core/dist, and writes nothing.`

/** The parsed command line. Throws an error that says what to correct. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const { quick, only, json, help } = values
  const rounds = Number(values.rounds ?? (quick ? 1 : 5))
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a whole number of 1 or more, not "${values.rounds}".`)
  const chosen = only?.split(',') ?? subjectIds
  const unknown = chosen.filter((id) => !subjectIds.includes(id))
  if (unknown.length > 0)
    throw new Error(`--only does not know "${unknown.join('", "')}"; it takes ${subjectIds.join(', ')}.`)
  return {
    rounds,
    subjects: subjectIds.filter((id) => chosen.includes(id)),
    sizes: quick ? [10_000] : [10_000, 100_000],
    page: !quick && only === undefined && !json,
    json,
    help,
  }
}
