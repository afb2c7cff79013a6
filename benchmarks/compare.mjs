import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { styleText } from 'node:util'

import { setUp } from '../scripts/setup/setup.mjs'
import { help, readOptions } from './compare/options.mjs'
import { inProcess } from './compare/spawn.mjs'
import { prepareStates, resolveBase, temporaryFolder } from './compare/states.mjs'
import { judgeRow } from './compare/statistics.mjs'
import { profileLines, summaryLine, tableLines } from './compare/table.mjs'
import { root } from './places.mjs'
import { createProgress } from './progress.mjs'

// Runs on any Node from 20 on; what it measures runs under the Node of the workspace.

const STYLES = { head: 'dim', slower: 'red', faster: 'green', error: 'yellow' }

try {
  process.exitCode = await main(readOptions(process.argv.slice(2)))
} catch (error) {
  process.stderr.write(`${error.message}\n`)
  process.exitCode = 2
}

async function main(options) {
  if (options.help) return print(help)
  const { commit, title } = resolveBase(root, options.base)
  const node = await setUp('all')
  process.stderr.write('copying and installing both states …\n')
  const folder = temporaryFolder()
  const states = await prepareStates(root, commit, folder)
  const environment = { node, compileCache: join(folder, 'compiled') }
  print(title)
  if (options.profiled !== undefined) return await profileRows(options.profiled, states, environment)
  const measured = await measureRows(options, states, environment)
  const results = options.rows.map((id) => {
    const { pairs, errors } = measured.get(id)
    return errors === undefined ? { id, ...judgeRow(pairs) } : { id, errors }
  })
  for (const { text, verdict } of tableLines(results)) print(text, STYLES[verdict])
  print(summaryLine(results))
  if (options.json !== undefined)
    writeFileSync(options.json, `${JSON.stringify({ title, pairs: options.pairs, results })}\n`)
  return results.some(({ verdict }) => verdict === 'slower') ? 1 : 0
}

/** The pairs of every row: all rows once, then all again, so that a slow minute of the machine meets all of them. */
async function measureRows({ rows, pairs }, states, environment) {
  const measured = new Map(rows.map((id) => [id, { pairs: [] }]))
  const progress = createProgress(rows.length * pairs)
  for (let pair = 0; pair < pairs; pair += 1) {
    const order = pair % 2 === 0 ? states : states.toReversed()
    for (const [index, row] of rows.entries()) {
      const figures = measured.get(row)
      if (figures.errors !== undefined) continue
      progress.at(pair * rows.length + index, `pair ${pair + 1} of ${pairs}`, row)
      const { micros, errors } = await inProcess({ row, states: order }, environment)
      if (errors === undefined) figures.pairs.push(micros)
      else figures.errors = errors
    }
  }
  progress.end()
  return measured
}

async function profileRows(rows, states, environment) {
  for (const row of rows) {
    const functions = {}
    for (const state of states) {
      const profile = await inProcess({ row, states: [state], profile: true }, environment)
      if (profile.errors !== undefined)
        print(`${row}: ${state.name} cannot run: ${profile.errors[state.name]}`, 'yellow')
      functions[state.name] = profile.functions ?? []
    }
    print(`\n${row}`, 'bold')
    for (const line of profileLines(functions)) print(line)
  }
  return 0
}

function print(text, style = 'reset') {
  process.stdout.write(`${styleText(style, text, { stream: process.stdout })}\n`)
  return 0
}
