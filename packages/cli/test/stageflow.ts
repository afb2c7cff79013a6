import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'

import { runCommand } from '../src/command.ts'

const PACKAGE = fileURLToPath(new URL('..', import.meta.url))
const BIN = join(PACKAGE, 'src/bin.ts')

export interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs the real command in a process of its own. */
export function stageflow(
  words: readonly string[],
  { cwd, env = {}, flags = [] }: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv; readonly flags?: string[] },
): Promise<Ended> {
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env
  const options = { cwd, env: { ...inherited, TZ: 'UTC', ...env }, timeout: 60_000 }
  const args = ['--conditions=@stageflow/source', ...flags, BIN, ...words]
  return new Promise((resolve) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error === null ? 0 : -1, stdout, stderr })
    })
  })
}

/** A folder of an app, which has the packages that this one has. Remove it after the tests. */
export function newApp(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-cli-'))
  symlinkSync(join(PACKAGE, 'node_modules'), join(folder, 'node_modules'), 'junction')
  return { folder, remove: () => rmSync(folder, { recursive: true }) }
}

/** The command in this process, on a terminal of so many columns; undefined: into a file. */
export async function stageflowHere(
  words: readonly string[],
  {
    columns,
    env = {},
    onServing = () => Promise.reject(new Error('Nothing is served.')),
  }: {
    readonly columns?: number
    readonly env?: NodeJS.ProcessEnv
    /** Called with what was printed, while a page is served. When it resolves, the person stops the command. */
    readonly onServing?: (printed: string) => Promise<void>
  } = {},
): Promise<Ended> {
  const stdout = new Collected(columns)
  const stderr = new Collected(undefined)
  const code = await runCommand(words, {
    output: stdout,
    error: stderr,
    env,
    untilStopped: () => onServing(stdout.text),
  })
  return { code, stdout: stdout.text, stderr: stderr.text }
}

class Collected extends Writable {
  readonly columns: number | undefined
  text = ''

  constructor(columns: number | undefined) {
    super()
    this.columns = columns
  }
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString()
    done()
  }
}
