import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { folder, root } from './places.mjs'

const packages = join(root, 'packages')
const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'))

/**
 * A copy of every built package as npm would install it: its dist, the entries that are published, and what it depends
 * on beside it. A build while the benchmark runs would else mix two versions in one table.
 */
export function copyPublished() {
  const own = join(folder, '.stageflow')
  mkdirSync(own, { recursive: true })
  const copy = mkdtempSync(join(own, 'published-'))
  process.on('exit', () => rmSync(copy, { recursive: true, force: true }))
  process.on('SIGINT', () => process.exit(130))
  const modules = join(copy, 'node_modules')
  for (const name of readdirSync(packages)) {
    const from = join(packages, name)
    if (!existsSync(join(from, 'dist'))) continue
    const { publishConfig, ...manifest } = readJson(join(from, 'package.json'))
    const to = join(modules, manifest.name)
    cpSync(join(from, 'dist'), join(to, 'dist'), { recursive: true })
    writeFileSync(join(to, 'package.json'), JSON.stringify({ ...manifest, exports: publishConfig.exports }))
    linkVendors(from, manifest, modules)
  }
  return modules
}

function linkVendors(from, { dependencies, peerDependencies, devDependencies }, modules) {
  for (const vendor of Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies })) {
    const link = join(modules, vendor)
    const target = join(from, 'node_modules', vendor)
    if (vendor.startsWith('@stageflow/') || existsSync(link) || !existsSync(target)) continue
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync(realpathSync(target), link)
  }
}
