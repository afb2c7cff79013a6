import { execFile } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** The facts about the machine, so that every case can be tested on any machine. */
export interface Machine {
  /** The folders with programs. */
  readonly path: readonly string[]
  readonly isDebian: boolean
  readonly isRoot: boolean
  run(command: string, args: readonly string[]): Promise<unknown>
  say(line: string): void
}

export interface WantedProgram {
  /** The name of the program, and of the Debian package that contains it. */
  readonly name: string
  /** The package whose tests need it. */
  readonly tests: string
  /** How to avoid the installation: "set REDIS_URL to use your own server". */
  readonly instead: string
  /** Says what to do, after the reason why the program was not found. */
  advice(why: string): string
}

/** Finds a program on the PATH. On Debian, root installs it if it is missing. Otherwise throws an error that says what to do. */
export async function findProgram(wanted: WantedProgram, machine: Machine): Promise<string> {
  const { name, tests, instead, advice } = wanted
  const binary = programIn(machine.path, name)
  if (binary !== undefined) return binary
  const aptGet = programIn(machine.path, 'apt-get')
  if (!machine.isDebian || !machine.isRoot || aptGet === undefined) throw new Error(advice(`The PATH has no ${name}.`))
  machine.say(`${tests} tests: installing ${name} with apt-get; ${instead} …`)
  try {
    await machine.run(aptGet, ['update'])
    await machine.run(aptGet, ['install', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=60', name])
  } catch (cause) {
    throw new Error(advice(`apt-get could not install ${name}: ${(cause as Error).message}`), { cause })
  }
  const installed = programIn(machine.path, name)
  if (installed === undefined) throw new Error(advice(`apt-get installed it, but the PATH still has no ${name}.`))
  machine.say(`${tests} tests: ${name} is installed`)
  return installed
}

function programIn(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

export function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

export function thisMachine(): Machine {
  return {
    path: (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
    isDebian: existsSync('/etc/debian_version'),
    isRoot: process.getuid?.() === 0,
    run: withoutServices,
    say: (line) => process.stderr.write(`${line}\n`),
  }
}

const POLICY = '/usr/sbin/policy-rc.d'

// Debian starts what it installs, unless this file forbids it. That keeps the port of the service free.
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
