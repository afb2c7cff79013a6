import { parseArgs } from 'node:util'

import { rowIds } from './rows.mjs'
import { LEAST_PAIRS } from './statistics.mjs'

// Of an even number of pairs, half starts with either state.
const PAIRS = 12

export const help = `Measures this working tree beside another state of the repository, interleaved, and prints ratios.

  npm run bench:compare -- [base] [options]

  base             the state to compare with: a commit, branch or tag (HEAD^)
  --only a,b       rows whose name contains one of these texts
  --pairs n        pairs of measurements for each row (${PAIRS}); at least ${LEAST_PAIRS}
  --profile row    instead of measuring, prints where each state spends its time in the rows whose name contains this text
  --json file      also writes the figures as JSON
  --help           this text

Exit code: 0, 1 if a row is slower, 2 if nothing could be compared.

Rows:
${rowIds.map((id) => `  ${id}`).join('\n')}`

/** The parsed command line; throws an Error that says what to correct. */
export function readOptions(argv) {
  const { values, positionals } = parseArgs({
    args: argv,
    allowPositionals: true,
    options: {
      only: { type: 'string' },
      pairs: { type: 'string', default: `${PAIRS}` },
      profile: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  })
  if (positionals.length > 1)
    throw new Error(
      `Got ${positionals.length} states (${positionals.join(', ')}), but can compare with only one: pass one commit, such as HEAD~3.`,
    )
  const pairs = Number(values.pairs)
  if (!Number.isInteger(pairs) || pairs < LEAST_PAIRS)
    throw new Error(
      `--pairs is ${values.pairs}, but fewer than ${LEAST_PAIRS} pairs give no 95% interval: pass a whole number such as --pairs ${PAIRS}.`,
    )
  return {
    base: positionals[0] ?? 'HEAD^',
    rows: chosenRows('--only', values.only),
    pairs,
    profiled: values.profile === undefined ? undefined : chosenRows('--profile', values.profile),
    json: values.json,
    help: values.help,
  }
}

function chosenRows(option, text = '') {
  const parts = text.split(',').map((part) => part.trim().toLowerCase())
  const unknown = parts.filter((part) => !rowIds.some((id) => id.toLowerCase().includes(part)))
  if (unknown.length > 0)
    throw new Error(
      `${option}: no row contains "${unknown.join('", "')}". The rows are:\n${rowIds.map((id) => `  ${id}`).join('\n')}`,
    )
  return rowIds.filter((id) => parts.some((part) => id.toLowerCase().includes(part)))
}
