import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { rmSync } from 'node:fs'
import { createServer } from 'node:net'

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

/** Ports that systems don't give to connections, or to servers that ask for any port. */
const FIRST_PORT = 12_000
const PORTS = 20_000

/**
 * A port of TCP that no other test gets as long as this process lives, so that a server can leave it and come back. The UDP port of the
 * same number marks it as taken.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS)
    if ((await mark(port)) && (await isFree(port))) return port
  }
}

/** Marks a port for this process. Returns false if it is marked already. */
function mark(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').unref()
    socket.once('error', () => socket.close(() => resolve(false)))
    socket.bind({ port, address: '127.0.0.1', exclusive: true }, () => resolve(true))
  })
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)))
  })
}
