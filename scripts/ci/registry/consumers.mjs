import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'

import { runCommand } from '../../docs/snippet-runner.mjs'
import { localRegistry, publishFolder } from '../../release/local-registry.mjs'
import { pnpmOf } from '../../setup/setup.mjs'

// Apps as their authors have them: outside the workspace, in a home with nothing in it, with all packages from a registry.

const LONGEST_COMMAND_MS = 300_000
const ROOT = join(import.meta.dirname, '../../..')
const QUIET = { npm_config_audit: 'false', npm_config_fund: 'false', npm_config_loglevel: 'warn' }

/** Calls `use` with a local registry that has the tarballs of a folder, and a function that makes apps. Removes everything afterwards. */
export async function withConsumers(tarballs, use) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-consumers-')))
  const registry = await localRegistry()
  try {
    if (tarballs !== undefined) await publishFolder(tarballs, registry)
    mkdirSync(join(folder, 'home'))
    return await use({ folder, registry, app: (name, files) => appIn(folder, registry, name, files) })
  } finally {
    await registry.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** An app: its folder, and commands that run in it. Each returns the exit code and what was printed. */
function appIn(root, registry, name, files = {}) {
  const folder = join(root, name)
  write(folder, {
    'package.json': '{ "private": true, "type": "module" }\n',
    '.npmrc': registry.npmrc,
    ...files,
  })
  const env = {
    ...QUIET,
    CI: 'true',
    HOME: join(root, 'home'),
    npm_config_userconfig: registry.userconfig,
    npm_config_cache: join(root, 'home/.npm'),
    PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
  }
  const run = (command, args, more = {}) =>
    runCommand(command, args, { cwd: folder, env: { ...env, ...more }, timeoutMs: LONGEST_COMMAND_MS })
  return {
    folder,
    run,
    write: (more) => write(folder, more),
    npm: (...args) => run('npm', args),
    // pnpm itself comes from the cache of the machine: it is a tool, and nothing that the app installs.
    pnpm: (...args) => {
      // Otherwise pnpm writes an exception here for each version that is less than a day old.
      write(folder, { 'pnpm-workspace.yaml': 'minimumReleaseAge: 0\n' })
      return run('npx', ['--yes', pnpmOf(ROOT), ...args], { npm_config_cache: machineCache() })
    },
    node: (...args) => run(process.execPath, args),
  }
}

let found
function machineCache() {
  found ??= String(execFileSync('npm', ['config', 'get', 'cache'])).trim()
  return found
}

/** What a command printed. Throws if it failed. */
export async function succeeded(command) {
  const { code, output, stdout } = await command
  if (code !== 0) throw new Error(`A command ended with ${code}:\n${output.trim()}`)
  return stdout
}

function write(folder, files) {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
}
