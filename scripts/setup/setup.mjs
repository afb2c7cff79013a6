import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { npx } from './npx.mjs'
import { linkPeers } from './peer-links.mjs'

// Runs on any Node from 20 on, before anything is installed: nothing but built-in modules here.

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..')
const STAMP = 'node_modules/.stageflow-setup.json'

/** The scope with all packages and tools. */
const ALL = 'all'

/**
 * Installs what `scope` needs, once per lockfile, and returns the path of the workspace's own Node. The scope is `all`, or the name of an
 * example.
 */
export async function setUp(scope, root = ROOT, say = sayOnTerminal) {
  const stamp = readStamp(root)
  const key = keyOf(root)
  // Never less than what is there: an example started after a pull must not take away the tools, or another example's packages.
  const scopes = [...new Set([...(stamp?.scopes ?? []), scope])].sort()
  const wanted = scopes.includes(ALL) ? [ALL] : scopes
  const binary = join(
    root,
    scope === ALL ? '.' : homeOf(scope),
    'node_modules/node/bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  )
  if (stamp?.key === key && stamp.scopes?.join() === wanted.join() && existsSync(binary)) return binary
  const pnpm = pnpmOf(root)
  // Gone before the install starts: an install that is cut short must never look like a finished one.
  rmSync(join(root, STAMP), { force: true })
  await step(say, pnpm, () => npx(root, [pnpm, '--version']))
  await step(say, saysOf(wanted[0] === ALL ? ALL : scope), () =>
    npx(root, [pnpm, 'install', '--frozen-lockfile', ...filtersOf(wanted)]),
  )
  if (wanted[0] !== ALL) linkPeers(root, wanted.map(homeOf))
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(join(root, STAMP), JSON.stringify({ key, scopes: wanted }))
  return binary
}

const homeOf = (example) => `examples/${example}`
const saysOf = (scope) => (scope === ALL ? 'all packages and tools' : `what the example ${scope} needs`)

/** Without --prod pnpm installs the root's tools too, and an example needs none of them. */
const filtersOf = (scopes) =>
  scopes[0] === ALL ? [] : ['--prod', ...scopes.flatMap((example) => ['--filter', `{${homeOf(example)}}...`])]

/** The package manager that package.json pins, as npx wants it. */
export function pnpmOf(root = ROOT) {
  return JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager
}

function readStamp(root) {
  try {
    return JSON.parse(readFileSync(join(root, STAMP), 'utf8'))
  } catch {
    return undefined // no stamp, or half of one: set up again
  }
}

function keyOf(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}`)
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml']) hash.update(readFileSync(join(root, file)))
  return hash.digest('hex')
}

async function step(say, what, run) {
  const startedAt = performance.now()
  if (process.stderr.isTTY) say(`set up: ${what} …\r`)
  await run()
  say(`set up: ${what} (${((performance.now() - startedAt) / 1000).toFixed(1)} s)\n`)
}

// Standard output belongs to what the user asked for, so set-up speaks on standard error only.
function sayOnTerminal(text) {
  process.stderr.write(text)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await setUp(process.argv[2] ?? 'all').catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
