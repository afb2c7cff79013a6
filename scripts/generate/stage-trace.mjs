import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { PAGE, pageProblems, pageWith } from './stage-section.mjs'
import { traceable } from './trace.mjs'
import { conclude, readText } from '../lib/workspace.mjs'

// Follows one stage through the files of core, from graph.run() and back. A person can follow it too if the files and the
// moves between them are few. The way becomes a section of core's ARCHITECTURE.md. With --check nothing is written: then the
// section must be up to date, and both figures have a maximum. The trace runs packages/core/dist: build core first.

const DIST = 'packages/core/dist'

const PART = { name: 'a', onCall: () => () => ({ ended() {} }) }
const wrap = (name) => ({ name, wrap: (next) => (context) => next(context) })

const CASES = [
  { name: 'bare', says: 'no interceptor', interceptors: [], most: { files: 12, moves: 30 } },
  {
    name: 'part',
    says: 'one part, `onCall: () => () => ({ ended() {} })`',
    interceptors: [PART],
    most: { files: 14, moves: 40 },
  },
  {
    name: 'wrap',
    says: 'one wrap, `wrap: (next) => (context) => next(context)`',
    interceptors: [wrap('a')],
    most: { files: 15, moves: 45 },
  },
  {
    name: 'both',
    says: 'that wrap around that part',
    interceptors: [wrap('w'), PART],
    most: { files: 16, moves: 55 },
  },
]

/** Traces one stage in each case: its stays in files, the files, and the number of moves between files. */
async function traceStage(root) {
  const { module, trace } = await traceable(join(root, DIST))
  const cases = []
  for (const each of CASES) {
    const pipeline = new module.Pipeline('x').withStage('s0', async ({ inputs }) => ({
      n: inputs === undefined ? 0 : 1,
    }))
    const graph = pipeline.build({ interceptors: each.interceptors })
    for (let warmUp = 0; warmUp < 3; warmUp++) await graph.run()
    const stays = staysOf(await trace(() => graph.run({ inputText: 'x' })))
    const files = [...new Set(stays.map(({ file }) => file))]
    cases.push({ ...each, stays, files, moves: stays.length - 1 })
  }
  return cases
}

/** Joins functions that are entered one after the other in one file to one stay in that file. */
function staysOf(entered) {
  const stays = []
  for (const { file, name } of entered) {
    if (stays.at(-1)?.file !== file) stays.push({ file, names: [] })
    const { names } = stays.at(-1)
    if (names.at(-1) !== name) names.push(name)
  }
  return stays
}

function barProblems({ name, files, moves, most }) {
  const advice = 'Put functions that are entered together into one file.'
  const problem = (count, what, limit) => `${name}: one stage takes ${count} ${what}; at most ${limit}. ${advice}`
  return [
    ...(files.length > most.files ? [problem(files.length, 'files', most.files)] : []),
    ...(moves > most.moves ? [problem(moves, 'moves between files', most.moves)] : []),
  ]
}

async function main(root, mustCheck) {
  if (!existsSync(join(root, DIST, 'index.js'))) {
    return { problems: [`${DIST} does not exist: run \`npx tsc -b packages/core\`.`] }
  }
  const cases = await traceStage(root)
  for (const { name, files, moves, most } of cases) {
    console.log(`${name}: ${files.length} files entered (${most.files}), ${moves} moves between files (${most.moves})`)
  }
  const path = join(root, PAGE)
  const problems = pageProblems(root)
  if (problems.length === 0) {
    const page = pageWith(readText(path), cases)
    if (!mustCheck) writeFileSync(path, page)
    else if (page !== readText(path)) problems.push(`${PAGE} is stale: run \`npm run generate\`.`)
  }
  if (mustCheck) problems.push(...cases.flatMap(barProblems))
  const figures = cases.map(({ name, files, moves }) => `${name} ${files.length}/${moves}`)
  return { problems, summary: `files/moves of one stage: ${figures.join(', ')}` }
}

if (import.meta.main) {
  const { problems, summary } = await main(process.cwd(), process.argv.includes('--check'))
  conclude(problems, summary)
}
