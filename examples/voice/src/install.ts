import { accessSync, constants, existsSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { type Environment, runProgram } from './program.ts'

// Imports built-in modules only: it runs before the packages of this example are installed.

/** The programs that speak and recognize. */
const PROGRAMS = ['flite', 'pocketsphinx_continuous']
/** The packages that have them on Debian, with the English model. */
const DEBIAN = ['flite', 'pocketsphinx', 'pocketsphinx-en-us']
const HERE = join(import.meta.dirname, '..')

type Say = (line: string) => void

/** Those of the programs that aren't on the PATH. */
export function missingPrograms(path: string = process.env['PATH'] ?? ''): readonly string[] {
  return PROGRAMS.filter((name) => !path.split(delimiter).some((folder) => isProgram(join(folder, name))))
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return statSync(file).isFile()
  } catch {
    return false // it isn't there, or isn't ours to run
  }
}

/** Whether apt-get can install the programs: Debian, Ubuntu and others that are built on Debian. */
export function isDebian(): boolean {
  return existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get')
}

/** Whether this process may install packages of the system. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** What a person does about missing programs. */
export function adviceFor(missing: readonly string[]): string {
  const what = `Not installed: ${missing.join(', ')}.`
  if (isDebian() && isRoot()) return `${what} Install them, 100 MB on disk: npm run example voice -- --install`
  if (isDebian()) return `${what} Install them, 100 MB on disk: sudo apt-get install ${DEBIAN.join(' ')}`
  return `${what} Install flite 2 and pocketsphinx 0.8 with its model en-us, so that both programs are on the PATH.`
}

/** Installs the programs with apt-get. Throws an Error if that fails. */
export async function installPrograms(say: Say, signal: AbortSignal): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const packages = ['install', '--yes', '--no-install-recommends', ...DEBIAN]
  await install(say, 'the list of Debian packages', 'apt-get', ['update'], env, signal)
  await install(say, 'flite and pocketsphinx, 100 MB on disk', 'apt-get', packages, env, signal)
}

/** Installs the packages of package-lock.json, unless that was done already. Throws an Error if that fails. */
export async function installPackages(say: Say, signal: AbortSignal): Promise<void> {
  if (changedAt('node_modules/.package-lock.json') >= changedAt('package-lock.json')) return
  // Without install scripts: that of onnxruntime-node downloads more, and its binary is in the package.
  const args = ['ci', '--ignore-scripts']
  // npm hands the settings of the workspace down to what it starts. Its silence would hide why an install failed.
  const env = { npm_config_loglevel: 'error' }
  await install(say, 'the speech detector, 115 MB to download and 300 MB on disk', 'npm', args, env, signal)
}

function changedAt(file: string): number {
  return statSync(join(HERE, file), { throwIfNoEntry: false })?.mtimeMs ?? 0
}

async function install(
  say: Say,
  what: string,
  command: string,
  args: readonly string[],
  env: Environment,
  signal: AbortSignal,
): Promise<void> {
  say(`installing ${what}: ${[command, ...args].join(' ')}`)
  const startedAt = performance.now()
  await runProgram(command, args, signal, { cwd: HERE, env: { ...process.env, ...env } })
  say(`installed (${((performance.now() - startedAt) / 1_000).toFixed(1)} s)`)
}
