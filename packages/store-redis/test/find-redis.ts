import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

// The tests use the Redis at REDIS_URL, otherwise they start a redis-server. On Debian they install it if it is missing. Without
// a server they fail.

/** The facts about the machine, so that every case can be tested on any machine. */
export interface Machine {
  readonly url: string | undefined
  /** The folders with programs. */
  readonly path: readonly string[]
  readonly isDebian: boolean
  readonly isRoot: boolean
  run(command: string, args: readonly string[]): Promise<unknown>
  say(line: string): void
}

export type FoundRedis = { readonly url: string } | { readonly binary: string }

const INSTALL = ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=60', 'redis-server']

export async function findRedis(machine: Machine = thisMachine()): Promise<FoundRedis> {
  if (machine.url) return { url: machine.url }
  const binary = programIn(machine.path, 'redis-server')
  if (binary !== undefined) return { binary }
  const aptGet = programIn(machine.path, 'apt-get')
  if (!machine.isDebian || !machine.isRoot || aptGet === undefined)
    throw new Error(advice('The PATH has no redis-server.'))
  machine.say('store-redis tests: installing redis-server with apt-get; set REDIS_URL to use your own server …')
  try {
    await machine.run(aptGet, ['update'])
    await machine.run(aptGet, INSTALL)
  } catch (cause) {
    throw new Error(advice(`apt-get could not install redis-server: ${(cause as Error).message}`), { cause })
  }
  const installed = programIn(machine.path, 'redis-server')
  if (installed === undefined) throw new Error(advice('apt-get installed it, but the PATH still has no redis-server.'))
  machine.say('store-redis tests: redis-server is installed')
  return { binary: installed }
}

function advice(why: string): string {
  return (
    `The tests of store-redis need a Redis server. ${why} Set REDIS_URL (redis://host:port) to a server that they may ` +
    'write to, or install redis-server (Debian and Ubuntu: apt-get install redis-server, macOS: brew install redis), ' +
    'and run the tests again.'
  )
}

function programIn(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function thisMachine(): Machine {
  return {
    url: process.env['REDIS_URL'],
    path: (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    isDebian: existsSync('/etc/debian_version'),
    isRoot: process.getuid?.() === 0,
    run: withoutServices,
    say: (line) => process.stderr.write(`${line}\n`),
  }
}

const POLICY = '/usr/sbin/policy-rc.d'

// Debian starts what it installs, unless this file forbids it. That keeps port 6379 free.
async function withoutServices(command: string, args: readonly string[]): Promise<unknown> {
  if (existsSync(POLICY)) return runCommand(command, args)
  writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 })
  try {
    return await runCommand(command, args)
  } finally {
    rmSync(POLICY, { force: true })
  }
}

function runCommand(command: string, args: readonly string[]): Promise<unknown> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  return new Promise((resolve, reject) => {
    execFile(command, [...args], { env, timeout: 300_000 }, (error, _, stderr) => {
      if (error === null) resolve(undefined)
      else reject(new Error(stderr.trim().split('\n').at(-1) || error.message))
    })
  })
}
