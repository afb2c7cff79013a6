import { parseArgs } from 'node:util'
import { peerIds } from './peers/index.mjs'
import { shapeNames } from './shapes.mjs'

export const help = `Measures Stageflow beside its peers, each case in a process of its own, on Node 24.

  node benchmarks/run.mjs [options]          (or: npm run bench -- [options])

  (no option)          everything, 3 rounds, about 15 minutes; writes benchmarks/RESULTS.md and docs/concepts/performance.md
  --quick              one round of five shapes, about a minute; writes nothing
  --only a,b           these peers: ${peerIds.join(', ')}
  --shapes a,b         these shapes: ${shapeNames.join(', ')}
  --rounds n           rounds (3; 1 with --quick)
  --profile shape      where core spends its time on that shape (with --only: another peer)
  --save file          also writes the raw figures as JSON
  --compare file       also prints what changed since figures saved earlier
  --render file        measures nothing: prints figures saved earlier; of a full run, writes the page again
  --page file          writes the page of a full run there instead of to benchmarks/RESULTS.md
  --help               this text

STAGEFLOW_CORE=<file> measures another build of core than packages/core/dist. benchmarks/RESULTS.md always shows one full
run of the built package: with STAGEFLOW_CORE, --only, --shapes or --quick it is left alone.`

const quickShapes = ['chat', 'chain1000', 'fan1000', 'layers10x10', 'random1000']

/** The parsed command line; throws an Error that says what to correct. */
export function readOptions(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      help: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      shapes: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'string' },
      save: { type: 'string' },
      compare: { type: 'string' },
      render: { type: 'string' },
      page: { type: 'string' },
    },
  })
  const { quick } = values
  const rounds = values.rounds === undefined ? (quick ? 1 : 3) : Number(values.rounds)
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds takes a whole number of 1 or more, not "${values.rounds}".`)
  if (values.profile !== undefined) chosen('--profile', values.profile, shapeNames)
  return {
    ...values,
    rounds,
    full: !quick && values.only === undefined && values.shapes === undefined,
    peers: chosen('--only', values.only, peerIds) ?? peerIds,
    shapes: chosen('--shapes', values.shapes, shapeNames) ?? (quick ? quickShapes : shapeNames),
  }
}

function chosen(option, text, known) {
  if (text === undefined) return undefined
  const names = text.split(',')
  const unknown = names.filter((name) => !known.includes(name))
  if (unknown.length > 0)
    throw new Error(`${option} does not know "${unknown.join('", "')}"; it takes ${known.join(', ')}.`)
  return known.filter((name) => names.includes(name))
}
