import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, relative, resolve } from 'node:path'
import process from 'node:process'
import type { Readable, Writable } from 'node:stream'

import { HELP } from './help.ts'
import { DEFAULT_MODEL, DEFAULT_PLUGINS, isApp, type AppModel, type AppPlugin, type Kind } from './kinds.ts'
import { FALLBACK, isOnPath, managerOf, type Manager } from './manager.ts'
import { namesOf, type Names } from './naming.ts'
import { Cancelled, askKind, askModel, askName, askPlugins, exampleOf } from './questions.ts'
import { requestOf, type Request } from './request.ts'
import { codeName, templateFiles } from './template-files.ts'
import { UsageError } from './usage-error.ts'

/** What the command has of the process that it runs in. */
export interface Surroundings {
  readonly cwd: string
  readonly input: Readable & { readonly isTTY?: boolean }
  readonly output: Writable & { readonly isTTY?: boolean }
  readonly error: Writable
  /** The package manager that started the command, as it calls itself: `pnpm/12.4.2 node/…`. */
  readonly userAgent?: string | undefined
  readonly nodeVersion: string
}

/** It runs TypeScript files without a build. */
const LOWEST_NODE = { major: 22, minor: 18 }

/** Runs the command, and resolves with its exit code. */
export async function create(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const { output, error } = surroundings
  try {
    const request = requestOf(argv)
    if (request.help) output.write(HELP)
    else await make(request, surroundings)
    return 0
  } catch (thrown) {
    const { message } = thrown instanceof Error ? thrown : new Error(String(thrown))
    if (thrown instanceof UsageError) {
      error.write(`${message} --help lists the options.\n`)
      return 2
    }
    error.write(`${message}\n`)
    return thrown instanceof Cancelled ? 130 : 1
  }
}

/** Makes the app or plugin that a request asks for, after asking for what it leaves open. */
async function make(request: Request, surroundings: Surroundings): Promise<void> {
  const { cwd, output } = surroundings
  const kind = request.kind ?? (await missingKind(request, surroundings))
  const names = namesOf(kind, request.name ?? (await missingName(kind, request, surroundings)))
  const model = isApp(kind) ? (request.model ?? (await missingModel(request, surroundings))) : undefined
  const plugins = kind === 'app' ? (request.plugins ?? (await missingPlugins(request, surroundings))) : []
  const files = templateFiles(kind, names, plugins, model)
  const folder = resolve(cwd, request.folder ?? names.folder)
  refuseFull(folder)
  writeFiles(folder, files)
  output.write(`Made ${names.packageName}: ${files.size} files.\n`)
  const inCode = codeName(kind, names)
  if (inCode !== names.name)
    output.write(`Its code says ${inCode}, because "${names.name}" means something else there.\n`)
  const manager = managerOf(surroundings.userAgent)
  const isInstalled = request.install && (await installWith(manager, surroundings, folder))
  output.write(nextSteps(kind, names, manager ?? FALLBACK, isInstalled, relative(cwd, folder)))
  output.write(nodeProblem(surroundings.nodeVersion))
}

/** What is made would end with an error that names no version. */
function nodeProblem(version: string): string {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const { major: lowest, minor: lowestMinor } = LOWEST_NODE
  if (major > lowest || (major === lowest && minor >= lowestMinor)) return ''
  return `\nIt needs Node ${lowest}.${lowestMinor} or newer, and this is Node ${version}.\n`
}

/** Nothing is overwritten. A repository may have been made before. */
function refuseFull(folder: string): void {
  const file = fileIn(folder)
  if (file !== undefined) throw new Error(`${file} is a file. Choose another name, or another --folder.`)
  const isFull = existsSync(folder) && readdirSync(folder).some((name) => name !== '.git')
  if (isFull) throw new Error(`The folder ${folder} isn't empty. Choose another name, or another --folder.`)
}

/** The file that a path goes through or leads to, where a folder should be. */
function fileIn(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (stats !== undefined) return stats.isDirectory() ? undefined : path
  return fileIn(dirname(path))
}

function writeFiles(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [path, text] of files) {
    const file = join(folder, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
}

const mayAsk = ({ yes }: Request, { input, output }: Surroundings): boolean =>
  !yes && input.isTTY === true && output.isTTY === true

async function missingKind(request: Request, surroundings: Surroundings): Promise<Kind> {
  if (mayAsk(request, surroundings)) return askKind(surroundings)
  if (request.yes) return 'app'
  throw new UsageError('What shall be made? Pass it after --: npm create stageflow@latest my-app -- --template app.')
}

async function missingName(kind: Kind, request: Request, surroundings: Surroundings): Promise<string> {
  const { cwd } = surroundings
  const folder = resolve(cwd, request.folder ?? '')
  if (folder !== resolve(cwd)) return basename(folder)
  if (mayAsk(request, surroundings)) return askName(kind, surroundings)
  if (isApp(kind)) return exampleOf(kind)
  throw new UsageError(
    `What is the ${kind} called? Pass its name: npm create stageflow@latest quota -- --template ${kind}.`,
  )
}

async function missingModel(request: Request, surroundings: Surroundings): Promise<AppModel> {
  return mayAsk(request, surroundings) ? askModel(surroundings) : DEFAULT_MODEL
}

async function missingPlugins(request: Request, surroundings: Surroundings): Promise<readonly AppPlugin[]> {
  return mayAsk(request, surroundings) ? askPlugins(surroundings) : DEFAULT_PLUGINS
}

/** Lets the package manager install if it can be found. Resolves with whether it did. */
async function installWith(manager: Manager | undefined, surroundings: Surroundings, folder: string): Promise<boolean> {
  const { output, userAgent = '' } = surroundings
  if (manager === undefined) {
    const [name = ''] = userAgent.split('/', 1)
    output.write(`Nothing was installed: the package manager ${name} isn't known. Known are npm, pnpm, yarn and bun.\n`)
    return false
  }
  if (!isOnPath(manager.name)) {
    output.write(`Nothing was installed: ${manager.name} isn't on the PATH.\n`)
    return false
  }
  await install(manager, folder, output)
  return true
}

/** Lets the package manager install. What it prints is shown only if it fails. */
async function install({ name, installFlags }: Manager, folder: string, output: Writable): Promise<void> {
  output.write(`${name} install …\n`)
  // On Windows the package managers are scripts of the shell.
  const options = { cwd: folder, shell: process.platform === 'win32' }
  const child = spawn(name, ['install', ...installFlags], options)
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text: Buffer) => (printed += text.toString()))
  const code = await new Promise<number | null>((done, failed) => child.on('close', done).on('error', failed))
  if (code !== 0)
    throw new Error(
      `${name} install failed with ${code} in ${folder}. The files are there. It printed:\n${printed.trim()}`,
    )
  output.write('Installed what it depends on.\n')
}

/** The commands to type next, with what they do. */
function nextSteps(kind: Kind, names: Names, manager: Manager, isInstalled: boolean, folder: string): string {
  const steps: [string, string][] = []
  if (folder !== '') steps.push([`cd ${asArgument(folder)}`, ''])
  if (!isInstalled) steps.push([`${manager.name} install`, ''])
  if (isApp(kind)) {
    if (kind === 'service') steps.push([manager.try, 'sends it requests, and shows the responses'])
    steps.push([manager.start, kind === 'app' ? 'runs the pipeline' : 'serves it, and prints a request to try'])
    steps.push([manager.test, 'tests it with a fake model'])
  } else {
    steps.push([manager.test, `runs the contract of every ${kind}, and the tests of ${names.name}`])
    steps.push([manager.check, 'checks the types and the package'])
    steps.push([manager.publish, 'checks, tests, builds and publishes it'])
  }
  const width = Math.max(...steps.map(([command]) => command.length)) + 3
  const lines = steps.map(([command, does]) => `  ${command.padEnd(width)}${does}`.trimEnd())
  return `\nNext:\n${lines.join('\n')}\n`
}

/** A path as a shell reads it: quoted if it has characters with a meaning of their own. */
function asArgument(path: string): string {
  const isWindows = process.platform === 'win32'
  const isPlain = isWindows ? /^[\w.@+:\\/-]+$/ : /^[\w.@+:/-]+$/
  const safe = path.startsWith('-') ? `./${path}` : path
  if (isPlain.test(safe)) return safe
  return isWindows ? `"${safe}"` : `'${safe.replaceAll("'", String.raw`'\''`)}'`
}
