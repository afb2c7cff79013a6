import { type ChildProcess, spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'

/** A server that a test starts on a free port, and can stop and start again. */
export interface TestServer {
  readonly url: string
  /** The folder of its files. */
  readonly folder: string
  /** Stops the server. Its data stays on disk. */
  stop(): Promise<void>
  /** Starts it again. Does nothing while it runs. */
  start(): Promise<void>
  /** Stops it and removes its folder. */
  close(): Promise<void>
}

export interface ServerProgram {
  readonly name: string
  readonly command: readonly string[]
  readonly folder: string
  /** The server prints this once it accepts connections. */
  readonly readyLine: string
  /** Ends it without waiting for its clients. With `KILL` it can't write anything anymore. */
  readonly endSignal: 'INT' | 'TERM' | 'KILL'
  /** The user that runs it. Default: the user of the tests. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined
}

/** Starts the program. The folder is removed if it does not start, or when this process dies. */
export async function startServer(url: string, program: ServerProgram): Promise<TestServer> {
  const { folder } = program
  let running: Running | undefined
  const server: TestServer = {
    url,
    folder,
    start: async () => {
      running ??= await launch(program)
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

async function launch(program: ServerProgram): Promise<Running> {
  const { name, command, folder, readyLine, endSignal, user } = program
  const [file = '', ...options] = command
  const child = spawn(file, options, { ...user, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const guard = startGuard(child, program)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`${name} did not start:\n${log}`)))
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-10_000)
      if (log.includes(readyLine)) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  return {
    end: () => {
      guard?.kill('SIGKILL')
      child.kill(`SIG${endSignal}`)
      return ended
    },
  }
}

/** Ends the server and removes its folder when this process dies, also by SIGKILL: the input of the guard closes then. */
function startGuard({ pid }: ChildProcess, { endSignal, folder }: ServerProgram): ChildProcess | undefined {
  if (process.platform === 'win32' || pid === undefined) return undefined
  const script = 'cat >/dev/null; kill -s "$3" "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"'
  const guard = spawn('sh', ['-c', script, 'guard', `${pid}`, folder, endSignal], {
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
