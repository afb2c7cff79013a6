import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { setUp } from '../../scripts/setup/setup.mjs'
import { filesOf } from '../../scripts/lib/workspace-copy.mjs'

/**
 * Copies the commit `base` and the working tree into `folder` and installs each there, with its own lockfile, so that packages
 * resolve to the sources of their state. Both are copies, so you can go on editing while they are measured.
 */
export async function prepareStates(root, base, folder) {
  const states = ['base', 'now'].map((name) => ({ name, folder: join(folder, name) }))
  extractCommit(root, base, states[0].folder)
  for (const file of filesOf(root)) cpSync(join(root, file), join(states[1].folder, file))
  for (const state of states) await install(state)
  return states
}

async function install({ name, folder }) {
  try {
    await setUp('all', folder, () => {})
  } catch (cause) {
    throw new Error(`The ${name} state could not be installed: ${cause.message}`, { cause })
  }
}

/** A temporary folder that is removed when this process ends, however it ends. */
export function temporaryFolder() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-compare-')))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(130))
  return folder
}

/** The commit that `base` names, and a line that names both states. */
export function resolveBase(root, base) {
  const commit = git(root, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${base}^{commit}`)
  if (commit === undefined)
    throw new Error(
      `There is no commit "${base}" in this clone. Pass another, such as HEAD~2 or a tag; a shallow clone gets its history with: git fetch --unshallow`,
    )
  const changed = git(root, 'status', '--porcelain') !== ''
  const head = git(root, 'rev-parse', '--short', 'HEAD')
  return {
    commit,
    title: `base: ${base} (${commit.slice(0, head.length)})   now: the working tree (${head}${changed ? ' and changes' : ''})`,
  }
}

function extractCommit(root, commit, folder) {
  mkdirSync(folder)
  const archive = `${folder}.tar`
  execFileSync('git', ['archive', '--format=tar', '--output', archive, commit], { cwd: root })
  execFileSync('tar', ['-xf', archive, '-C', folder])
}

function git(cwd, ...args) {
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return undefined
  }
}
