import { join } from 'node:path'

import { isRun } from '../docs/snippets.mjs'
import { readPackages } from '../lib/workspace.mjs'
import { snippetsOf, writeSnippets } from './readme-snippets.mjs'

// `node scripts/ci/write-snippets.mjs <folder>`: the README snippets of all packages, a folder each; prints those that run.

const root = join(import.meta.dirname, '../..')
const [folder] = process.argv.slice(2)
for (const each of readPackages(root)) {
  for (const { script, ...snippet } of writeSnippets(join(folder, each.short), snippetsOf(root, each)))
    if (isRun(snippet)) console.log(script)
}
