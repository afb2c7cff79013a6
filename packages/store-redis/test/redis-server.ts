import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A redis-server of the tests' own, on a free port, that can be stopped and started again. */
export interface RedisServer {
  readonly url: string
  /** Where it keeps what it holds. */
  readonly folder: string
  /** Stops the server; what it holds stays on disk. */
  stop(): Promise<void>
  /** Starts it again; does nothing while it runs. */
  start(): Promise<void>
  /** Stops it for good and removes what it wrote. */
  close(): Promise<void>
}

/** `settings` are those of redis.conf, beside these: all that it holds is written to disk, in a folder of its own. */
export async function startRedis(
  binary: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-redis-'))
  const port = await freePort()
  const all = { port: `${port}`, bind: '127.0.0.1', dir: folder, save: '', appendonly: 'yes', ...settings }
  const options = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  let running: Running | undefined
  const server: RedisServer = {
    url: `redis://127.0.0.1:${port}`,
    folder,
    start: async () => {
      running ??= await launch(binary, options, folder)
    },
    stop: async () => {
      await running?.end()
      running = undefined
    },
    close: async () => {
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
  try {
    await server.start()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return server
}

interface Running {
  end(): Promise<void>
}

async function launch(binary: string, options: readonly string[], folder: string): Promise<Running> {
  const child = spawn(binary, options, { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const guard = removeWhenThisProcessDies(child, folder)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`redis-server did not start:\n${log}`)))
    const read = (chunk: Buffer): void => {
      log += chunk.toString()
      if (log.includes('Ready to accept connections')) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  return {
    end: () => {
      guard?.kill('SIGKILL')
      child.kill('SIGTERM')
      return ended
    },
  }
}

// Also after a kill -9 of the tests no server stays behind: the guard's input ends with the process that holds it.
function removeWhenThisProcessDies(server: ChildProcess, folder: string): ChildProcess | undefined {
  if (process.platform === 'win32' || server.pid === undefined) return undefined
  const script = 'cat >/dev/null; kill "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"'
  const guard = spawn('sh', ['-c', script, 'guard', `${server.pid}`, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  return guard
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
