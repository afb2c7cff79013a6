import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const WARM_MS = 400

/** Loads the packages of a state, builds the row with them, runs it once and checks its answer. */
export async function openRow(id, { name, folder }) {
  const vendors = createRequire(join(folder, 'packages/defaults/package.json'))
  const entryOf = (part) =>
    existsSync(join(folder, 'packages', part)) ? join(folder, 'packages', part, 'src/index.ts') : vendors.resolve(part)
  const load = (part) => import(pathToFileURL(entryOf(part)).href)
  process.env.STAGEFLOW_CORE = pathToFileURL(entryOf('core')).href
  const { rows } = await import(`./rows.mjs?${name}`)
  const { repeat } = await import(`../measure/loop.mjs?${name}`)
  const { build, warmMs = WARM_MS } = rows.find((row) => row.id === id)
  const { stages, last, answer, ...graph } = await build(load)
  const side = { name, stages, warmMs, repeat: (ms) => repeat(graph, { last, answer, ms }) }
  await side.repeat(0)
  return side
}
