import { execFileSync } from 'node:child_process'
import { globSync, lstatSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { conclude, isOurs, readJson, readPackages } from '../../lib/workspace.mjs'
import { succeeded, withConsumers } from './consumers.mjs'

// `node scripts/ci/registry/installs.mjs <tarballs> [--write]`: what arrives if an app installs core and one package, for each of the
// packages, with npm and with pnpm. Compares it with what installs.json records. With --write, records it.

const RECORD = join(import.meta.dirname, 'installs.json')
/** More growth than this fails, so that you look at it before you record it. */
const MOST_GROWTH = 1.1
const AT_ONCE = 2

/** What differs between what was installed and what is recorded. */
export function surprises(short, measured, recorded) {
  if (recorded === undefined) return [`${short}: installs.json has no record of it.`]
  const more = measured.packages.filter((name) => !recorded.packages.includes(name))
  const fewer = recorded.packages.filter((name) => !measured.packages.includes(name))
  const grown = ['kB', 'ours'].filter((key) => measured[key] > recorded[key] * MOST_GROWTH)
  return [
    ...more.map((name) => `${short}: ${name} arrives too.`),
    ...fewer.map((name) => `${short}: ${name} no longer arrives.`),
    ...grown.map((key) => `${short}: ${key} was ${recorded[key]}, and is ${measured[key]}.`),
  ]
}

async function measure(app, { short, manifest }) {
  const needsCore = manifest.peerDependencies?.['@stageflow/core'] !== undefined
  const names = needsCore ? ['@stageflow/core', manifest.name] : [manifest.name]
  const byNpm = app(`npm-${short}`)
  const byPnpm = app(`pnpm-${short}`)
  await Promise.all([succeeded(byNpm.npm('install', ...names)), succeeded(byPnpm.pnpm('add', ...names))])
  const packages = packagesOf(byNpm.folder)
  const other = packagesOfPnpm(byPnpm.folder)
  const kB = (folders) => Math.round(folders.reduce((sum, each) => sum + sizeOf(join(byNpm.folder, each)), 0) / 1000)
  const ours = packages.filter((name) => isOurs(name)).map((name) => `node_modules/${name}`)
  const problem = `${short}: npm installs ${packages.join(', ')}, but pnpm ${other.join(', ')}.`
  return {
    measured: { packages, kB: kB(['node_modules']), ours: kB(ours) },
    problems: packages.join() === other.join() ? [] : [problem],
  }
}

/** The packages that npm installed, by name: what lies in node_modules, nested or not. */
function packagesOf(folder) {
  const { packages } = readJson(join(folder, 'package-lock.json'))
  const paths = Object.keys(packages).filter((path) => path !== '')
  return namesOf(paths.map((path) => path.split('node_modules/').at(-1)))
}

function packagesOfPnpm(folder) {
  const found = globSync('node_modules/.pnpm/*/node_modules/{[!.@]*,@*/*}', { cwd: folder })
  const own = found.filter((path) => !lstatSync(join(folder, path)).isSymbolicLink())
  return namesOf(own.map((path) => path.replaceAll('\\', '/').split('/node_modules/').at(-1)))
}

const namesOf = (names) => [...new Set(names)].sort()

function sizeOf(folder) {
  const files = globSync('**/*', { cwd: folder, exclude: ['.bin', '.package-lock.json'] })
  const stats = files.map((file) => lstatSync(join(folder, file)))
  return stats.reduce((sum, stat) => sum + (stat.isFile() ? stat.size : 0), 0)
}

if (import.meta.main) {
  const [tarballs] = process.argv.slice(2)
  const packages = readPackages(process.cwd())
  const found = new Map()
  const problems = []
  await withConsumers(tarballs, async ({ app }) => {
    const waiting = packages.values()
    const lane = async () => {
      for (const each of waiting) {
        const { measured, problems: more } = await measure(app, each)
        found.set(each.short, measured)
        problems.push(...more)
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, lane))
  })
  const installs = Object.fromEntries(packages.map(({ short }) => [short, found.get(short)]))
  if (process.argv.includes('--write')) {
    writeFileSync(RECORD, `${JSON.stringify(installs, undefined, 2)}\n`)
    execFileSync(join(process.cwd(), 'node_modules/.bin/oxfmt'), [RECORD])
  } else {
    const recorded = readJson(RECORD)
    problems.push(...Object.entries(installs).flatMap(([short, each]) => surprises(short, each, recorded[short])))
  }
  for (const [short, { packages: names, kB, ours }] of Object.entries(installs))
    console.log(
      `${short.padEnd(28)} ${String(names.length).padStart(3)} packages ${String(kB).padStart(6)} kB, ours ${ours} kB`,
    )
  if (problems.length > 0)
    problems.push(`If that is right: node scripts/ci/registry/installs.mjs <tarballs> --write, then npm run generate.`)
  conclude(problems, `${packages.length} packages bring what installs.json says, with npm and pnpm`)
}
