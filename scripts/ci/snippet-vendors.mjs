import { join } from 'node:path'

import { readPackages, readText } from '../lib/workspace.mjs'
import { installsOf, snippetsOf } from './readme-snippets.mjs'

// Prints the packages of other authors that the READMEs install or import, with the versions that the workspace has.

const root = join(import.meta.dirname, '../..')
const packages = readPackages(root)
const found = new Set(['@types/node@^24.0.0'])
for (const each of packages) {
  const { dependencies = {}, devDependencies = {}, peerDependencies = {} } = each.manifest
  const ranges = { ...peerDependencies, ...dependencies, ...devDependencies }
  for (const name of installsOf(readText(join(root, each.folder, 'README.md')), snippetsOf(root, each))) {
    if (name.startsWith('@stageflow/') || name.startsWith('node:')) continue
    found.add(ranges[name] === undefined ? name : `${name}@${ranges[name]}`)
  }
  for (const [name, range] of Object.entries(devDependencies))
    if (name.startsWith('@types/')) found.add(`${name}@${range}`)
}
console.log([...found].join(' '))
