import { execFileSync, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { publishTarball } from './publish.mjs'

// A real registry on this machine, empty and thrown away at the end. What is not published yet installs from it by name.
// verdaccio and its lockfile are in registry/, because no other command needs them.

const TOOLS = join(import.meta.dirname, 'registry')

const AT_ONCE = 3

/**
 * Starts the registry. `npmrc` is the text of an .npmrc with which npm and pnpm install everything from there, and may publish;
 * `userconfig` is the path of such a file. What `@stageflow/*`, `stageflow`, `create-stageflow` and `stageflow-*` mean is only what
 * was published there. All other packages come from the registry that npm uses on this machine.
 */
export async function localRegistry() {
  installTools()
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-registry-'))
  const server = fork(join(TOOLS, 'server.mjs'), [folder, publicRegistry()], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let log = ''
  for (const stream of [server.stdout, server.stderr]) stream.on('data', (text) => (log += text))
  const ended = once(server, 'exit')
  const port = await Promise.race([once(server, 'message'), ended.then(() => [])]).then(([message]) => message)
  const close = async () => {
    if (server.connected) server.disconnect()
    await ended
    rmSync(folder, { recursive: true, force: true })
  }
  if (port === undefined) {
    await close()
    throw new Error(`The local registry did not start:\n${log}`)
  }
  const host = `127.0.0.1:${port}`
  const npmrc = `registry=http://${host}/\n//${host}/:_authToken=local\n`
  const userconfig = join(folder, 'npmrc')
  writeFileSync(userconfig, npmrc)
  return { url: `http://${host}/`, npmrc, userconfig, close }
}

/** Publishes every tarball of `folder` to a local registry. */
export async function publishFolder(folder, registry) {
  const tarballs = readdirSync(folder).filter((name) => name.endsWith('.tgz'))
  const waiting = tarballs.values()
  const lane = async () => {
    for (const name of waiting) await publishTarball(resolve(folder, name), registry)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, lane))
}

/** Installs verdaccio, unless its lockfile was installed already. */
function installTools() {
  const modifiedAt = (file) => statSync(join(TOOLS, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
  if (modifiedAt('node_modules/.package-lock.json') >= modifiedAt('package-lock.json')) return
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: TOOLS, stdio: ['ignore', 2, 2] })
}

const publicRegistry = () => String(execFileSync('npm', ['config', 'get', 'registry'], { cwd: TOOLS })).trim()
