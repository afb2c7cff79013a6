import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { pnpmOf } from '../setup/setup.mjs'

/** A copy of what git would keep of the workspace, installed, committed to a repository of its own; `commit`; its removal. */
export function copyWorkspace(root) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-copy-')))
  for (const file of filesOf(root)) cpSync(join(root, file), join(folder, file))
  const run = (command, ...args) => runIn(folder, command, args)
  run('npx', '--yes', pnpmOf(root), 'install', '--frozen-lockfile', '--prefer-offline')
  run('git', 'init', '--quiet', '--initial-branch', 'main')
  const commit = (message) => commitAll(run, message)
  commit('A copy of the workspace')
  return { folder, run, commit, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

/** The files of the workspace that git knows, and those that it would add. */
export function filesOf(root) {
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
  return String(listed)
    .split('\0')
    .filter((file) => file !== '' && existsSync(join(root, file)))
}

function commitAll(run, message) {
  run('git', 'add', '--all')
  const author = ['-c', 'user.name=Stageflow', '-c', 'user.email=stageflow@example.com']
  run('git', ...author, 'commit', '--quiet', '--allow-empty', '--no-verify', '--message', message)
}

function runIn(cwd, command, args) {
  const PATH = `${join(cwd, 'node_modules/.bin')}:${process.env.PATH}`
  const env = {
    ...process.env,
    PATH,
    CI: 'true',
    npm_config_loglevel: 'error',
    TURBO_TELEMETRY_DISABLED: '1',
    NO_COLOR: '1',
  }
  try {
    return execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')} failed:\n${error.stdout ?? ''}${error.stderr ?? error.message}`)
  }
}
