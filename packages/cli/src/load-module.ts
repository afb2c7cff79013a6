import { existsSync, statSync } from 'node:fs'
import { basename, extname, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { codeOf, plainLine, read } from '@stageflow/core/kit'
import { lt } from 'semver'

import { CommandError } from './command-error.ts'
import { paint } from './terminal.ts'
import type { Terminal } from './terminal.ts'

/** The code of a file threw while it was imported. */
export class LoadError extends CommandError {
  /** The lines of its stack, to print below the message. */
  readonly trace: string

  constructor(message: string, trace: string, options: ErrorOptions) {
    super(message, options)
    this.trace = trace
  }
}

/** Imports a file, which runs it, and says so before. Throws a `CommandError` if Node can't load it: its message says how it can. */
export async function loadModule(file: string, terminal: Terminal): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file)
  if (!existsSync(path)) throw new CommandError(`There is no file "${file}". Check the path.`)
  if (statSync(path).isDirectory()) throw new CommandError(`"${file}" is a folder. Pass a file that exports pipelines.`)
  terminal.error.write(`${paint(terminal.error, 'dim', `Importing ${plainLine(file)} runs its code.`)}\n`)
  try {
    return await importAlone(path, () => {
      const said = `"${file}" ended the process while it was imported, or waits for ever. Give a file that only exports.`
      terminal.error.write(`${paint(terminal.error, 'red', 'stageflow:')} ${plainLine(said)}\n`)
    })
  } catch (error) {
    const advice = adviceFor(error, file, process.version)
    if (advice !== undefined) throw new CommandError(advice, { cause: error })
    throw new LoadError(`"${file}" threw while it was imported.`, traceOf(error), { cause: error })
  }
}

/** Imports a file. What it prints goes to standard error, because a program may read the output of the command. */
async function importAlone(path: string, sayEnded: () => void): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr } = process
  const write = stdout.write.bind(stdout)
  const failOnExit = (): void => {
    sayEnded()
    process.exitCode = 1
  }
  stdout.write = stderr.write.bind(stderr)
  process.once('exit', failOnExit)
  try {
    return (await import(pathToFileURL(path).href)) as Readonly<Record<string, unknown>>
  } finally {
    process.off('exit', failOnExit)
    stdout.write = write
  }
}

/** How Node can load what it could not; undefined if the code itself threw. One sentence each, with the command to type. */
export function adviceFor(error: unknown, file: string, nodeVersion: string): string | undefined {
  const withTsx = `Install tsx (npm install --save-dev tsx), and run: ${again(file, '--import tsx')}`
  const message = String(read(error, 'message'))
  const code = codeOf(error)
  if (code === 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX')
    return `Node can't load "${file}", because it or a file that it imports has TypeScript that must be compiled (${firstLine(message)}). ${withTsx}`
  if (code === 'ERR_UNKNOWN_FILE_EXTENSION') return adviceForExtension(message, file, nodeVersion, withTsx)
  if (code === 'ERR_UNSUPPORTED_DIR_IMPORT')
    return `Node can't load "${file}", because an import in it names a folder (${firstLine(message)}). Import its index file, or do this. ${withTsx}`
  if (code === 'ERR_MODULE_NOT_FOUND') return adviceForMissing(error, message, file, withTsx)
  return undefined
}

/** Since this version, Node loads TypeScript without a flag. */
const LOADS_TYPESCRIPT = '22.18.0'

function adviceForExtension(message: string, file: string, nodeVersion: string, withTsx: string): string {
  const isPlain = /"\.[mc]?ts"/.test(message)
  if (isPlain && lt(nodeVersion, LOADS_TYPESCRIPT))
    return `Node ${nodeVersion} loads TypeScript only with a flag. Run: ${again(file, '--experimental-strip-types')}`
  if (isPlain)
    return `This Node was started without its loading of TypeScript. Leave out --no-strip-types, or do this. ${withTsx}`
  if (!/\.[cm]?[jt]sx?$/.test(file))
    return `"${file}" is not a TypeScript or JavaScript file. Pass one that exports pipelines.`
  return `Node can't load "${file}", because it or a file that it imports has another extension (${firstLine(message)}). ${withTsx}`
}

function adviceForMissing(error: unknown, message: string, file: string, withTsx: string): string {
  const [, name] = /^Cannot find package '([^']+)'/.exec(message) ?? []
  if (name !== undefined)
    return `Node can't load "${file}", because the package "${name}" isn't installed. Install it. If "${name}" is one of the paths of tsconfig.json, do this instead. ${withTsx}`
  const source = sourceOf(read(error, 'url'))
  if (source === undefined) return `Node can't load "${file}": ${firstLine(message)}. Check the path of that import.`
  return `Node can't load "${file}", because an import doesn't end as the file does: it is "${basename(source)}". Write the extension into the import, or do this. ${withTsx}`
}

/** The TypeScript file that an import without `.ts`, or with `.js`, means. */
function sourceOf(url: unknown): string | undefined {
  if (typeof url !== 'string' || !url.startsWith('file:')) return undefined
  const path = fileURLToPath(url)
  const stem = /^\.[mc]?js$/.test(extname(path)) ? path.slice(0, -extname(path).length) : path
  return ['.ts', '.tsx', '.mts', '.cts'].map((extension) => stem + extension).find((each) => existsSync(each))
}

const again = (file: string, flags: string): string =>
  `node ${flags} ${relative('', process.argv[1] ?? 'node_modules/stageflow/dist/bin.js')} graph ${file}`

const firstLine = (message: string): string => plainLine(message.split('\n')[0] ?? '').replace(/\.$/, '')

/** The error with the frames of the file, and without those that imported it. */
function traceOf(error: unknown): string {
  const lines = String(read(error, 'stack') ?? error).split('\n')
  const importing = lines.findIndex((line) => line.includes('(node:internal/modules/'))
  const shown = lines.slice(0, importing === -1 ? MOST_LINES : Math.min(importing, MOST_LINES))
  return shown.map((line) => `  ${plainLine(line)}\n`).join('')
}
const MOST_LINES = 12
