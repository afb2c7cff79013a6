import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { folder, node22, node24, root } from './places.mjs'
import { copyPublished } from './published.mjs'

const modifiedAt = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

/** Installs this folder's lockfile unless that was done already. */
export function ensureInstalled() {
  installLockfile(folder, existsSync(node24) && existsSync(node22))
}

/** Installs the lockfile of a folder unless that was done already. `isComplete`: false if something is missing all the same. */
export function installLockfile(at, isComplete = true) {
  const installed = modifiedAt(join(at, 'node_modules', '.package-lock.json'))
  if (isComplete && installed >= modifiedAt(join(at, 'package-lock.json'))) return
  step(`installing the peers (npm ci in ${relative(root, at)}/)`, () => {
    run(
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['ci', '--prefix', at, '--no-audit', '--no-fund', '--loglevel=error'],
      at,
    )
  })
}

/** Starts this program again under the Node of this folder's lockfile, or another one, unless it runs there already. */
export function continueUnderNode24(node = node24) {
  const wanted = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim()
  if (wanted === process.version) return
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: 'inherit' })
  process.exit(status ?? 1)
}

/** The URL of the core to measure: the built one, which is what is published, brought up to date first. */
export function ensureCore() {
  const named = process.env.STAGEFLOW_CORE
  if (named !== undefined && named !== '') return named.startsWith('file:') ? named : pathToFileURL(named).href
  if (!existsSync(join(root, 'packages', 'core', 'src', 'index.ts')))
    throw new Error('packages/core/src/index.ts is missing: there is no core to measure.')
  const compiler = join(root, 'node_modules', '.bin', 'tsc')
  if (!existsSync(compiler)) throw new Error('The workspace is not set up: run `npm run bench`, which does that first.')
  // Core and all that the defaults are made of.
  step('building the packages', () => run(compiler, ['-b', 'packages/defaults'], root))
  return pathToFileURL(join(copyPublished(), '@stageflow', 'core', 'dist', 'index.js')).href
}

function step(title, work) {
  const startedAt = performance.now()
  process.stderr.write(`${title} … `)
  work()
  process.stderr.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`)
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${error?.message ?? `${stdout}${stderr}`}`)
}
