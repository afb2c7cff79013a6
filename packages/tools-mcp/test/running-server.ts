import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import type { StdioServer } from '../src/index.ts'
import type { ServerPlan } from './offered-tools.ts'

const PROGRAM = fileURLToPath(new URL('./server-program.ts', import.meta.url))
const ARGUMENTS = ['--no-warnings', PROGRAM]

/** A real MCP server in a process of its own, or what starts one. */
export interface RunningServer extends AsyncDisposable {
  readonly url: string
  /** For a server of the kind `stdio`. */
  readonly command: StdioServer
  /** What its tools have done, and what has happened to their answers. */
  readonly lines: () => readonly string[]
  /** Its processes, the last one last. */
  readonly pids: () => readonly number[]
  /** Cuts the answers to all calls that run. */
  readonly cut: () => void
  /** Sets the tools that it lists from now on. Doesn't tell clients. */
  readonly offer: (...names: readonly string[]) => void
  /** The next call to `look` kills it, or every one. */
  readonly dieAtLook: (how?: 'always') => void
  /** Whether it doesn't answer requests for its list. */
  readonly silence: (isSilent: boolean) => void
  readonly start: () => Promise<void>
  /** Kills it. */
  readonly kill: () => Promise<void>
}

export async function startServer(kind: ServerPlan['kind'], ...tools: readonly string[]): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), 'tools-mcp-'))
  const inFolder = (name: string): string => join(folder, name)
  const plan: ServerPlan = {
    kind,
    port: await freePort(),
    linesFile: inFolder('lines'),
    toolsFile: inFolder('tools'),
    deathFile: inFolder('death'),
    silenceFile: inFolder('silence'),
  }
  const env = { MCP_TEST: JSON.stringify(plan) }
  const allLines = (): readonly string[] => readFileSync(plan.linesFile, 'utf8').split('\n').filter(Boolean)
  let child: ChildProcess | undefined
  const server: RunningServer = {
    url: `http://127.0.0.1:${plan.port}/mcp`,
    command: { command: process.execPath, args: ARGUMENTS, env },
    lines: () => allLines().filter((line) => !line.startsWith('pid ')),
    pids: () => allLines().flatMap((line) => (line.startsWith('pid ') ? [Number(line.slice(4))] : [])),
    cut: () => void child?.kill('SIGUSR2'),
    offer: (...names) => writeFileSync(plan.toolsFile, JSON.stringify(names)),
    dieAtLook: (how) => writeFileSync(plan.deathFile, how ?? ''),
    silence: (isSilent) => (isSilent ? writeFileSync(plan.silenceFile, '') : rmSync(plan.silenceFile)),
    start: async () => {
      child = spawn(process.execPath, ARGUMENTS, {
        env: { ...process.env, ...env },
        stdio: ['pipe', 'pipe', 'inherit'],
      })
      if (child.stdout !== null) await once(child.stdout, 'data')
    },
    kill: async () => {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return
      const exit = once(child, 'exit')
      child.kill('SIGKILL')
      await exit
    },
    [Symbol.asyncDispose]: async () => {
      await server.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  writeFileSync(plan.linesFile, '')
  server.offer(...tools)
  if (kind !== 'stdio') await server.start()
  return server
}
