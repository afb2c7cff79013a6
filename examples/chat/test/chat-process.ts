import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url))

const PAGES: Readonly<Record<string, string>> = {
  'stages.md':
    '# Stages\n\nA stage is the unit of work of a pipeline.\n\n## Kinds\n\nA kind says what a stage is for.\n',
  'outcomes.md':
    "# Outcomes\n\nEach stage ends with an output.\n\n## How do I stop a pipeline from inside a stage?\n\nReturn `StageOutput.cancel(reason)`:\n\n```ts\nconst guard = () => StageOutput.cancel('no')\n```\n",
}

export interface Folder {
  /** A folder with a few pages, for `--docs`. */
  readonly docs: string
  /** Where the sessions of this test are. */
  readonly data: string
  write(page: string, text: string): void
}

/** A folder of its own for one test. */
export function makeFolder(): Folder {
  const root = mkdtempSync(join(tmpdir(), 'stageflow-chat-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const docs = join(root, 'docs')
  const write = (page: string, text: string): void => {
    mkdirSync(dirname(join(docs, page)), { recursive: true })
    writeFileSync(join(docs, page), text)
  }
  for (const [page, text] of Object.entries(PAGES)) write(page, text)
  return { docs, data: join(root, 'data'), write }
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface ChatProcess {
  readonly child: ChildProcessWithoutNullStreams
  readonly ended: Promise<Ended>
}

/** Starts the example as a person does: a process of its own, without this process's environment. */
export function startChat(
  folder: Folder,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): ChatProcess {
  const child = spawn(process.execPath, [MAIN, '--docs', folder.docs, ...args], {
    env: {
      PATH: process.env['PATH'] ?? '',
      NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'] ?? '',
      STAGEFLOW_CHAT_DATA: folder.data,
      ...env,
    },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
  child.stdin.on('error', () => {})
  const ended = new Promise<Ended>((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })))
  return { child, ended }
}

export function runChat(
  folder: Folder,
  args: readonly string[],
  { input = '', env = {} }: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const { child, ended } = startChat(folder, args, env)
  child.stdin.end(input)
  return ended
}
