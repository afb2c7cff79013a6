import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const folder = dirname(fileURLToPath(import.meta.url))
export const root = dirname(folder)
export const documentFile = join(folder, 'RESULTS.md')
/** The costs of the items of a map, which a command of its own measures. */
export const mapsFile = join(folder, 'MAPS.md')
/** What faulty models came to, and what a chunk costs. The docs are made from it. */
export const modelsFile = join(folder, 'models', 'results.json')
/** Which engines run a join behind a branch that was not taken. The comparison is made from it. */
export const joinsFile = join(folder, 'joins', 'results.json')
/** What users read of it, and its chart. */
export const userPage = join(root, 'docs', 'concepts', 'performance.md')
export const chartFile = join(root, 'docs', 'images', 'performance.svg')

/** The Node binaries of this folder's own lockfile: measurements never depend on what the machine has. */
export const node24 = join(folder, 'node_modules', 'node', 'bin', 'node')
export const node22 = join(folder, 'node_modules', 'node22', 'bin', 'node')
