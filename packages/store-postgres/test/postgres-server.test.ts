import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { Client } from 'pg'
import { expect, test } from 'vitest'

import { startPostgres } from './postgres-server.ts'
import { serverFor } from './postgres.setup.ts'
import { postgresUrl } from './postgres.ts'

test('the start fails with the output of PostgreSQL if a setting is unknown', async () => {
  await expect(startPostgres({ no_such_setting: '1' })).rejects.toThrow(/did not start:\n.*no_such_setting/)
}, 120_000)

test('a given URL is used, and its server is not stopped', async () => {
  const server = await serverFor(postgresUrl, () => Promise.reject(new Error('no server may start here')))
  expect(server.url).toBe(postgresUrl)
  await server.close()
  const client = new Client({ connectionString: postgresUrl })
  await client.connect()
  await client.end()
})

test('a URL without a server fails, and the message has no password', async () => {
  const failing = serverFor('postgres://user:hunter2@127.0.0.1:1/db')
  await expect(failing).rejects.toThrow(
    'Cannot connect to the PostgreSQL at POSTGRES_URL (ECONNREFUSED): start it, or unset',
  )
  await expect(failing).rejects.not.toThrow('hunter2')
})

test('the message says what to set if no server can be started', async () => {
  const failing = serverFor('', () => Promise.reject(new Error('no such binary.')))
  await expect(failing).rejects.toThrow(
    'cannot start one: no such binary. Set POSTGRES_URL (postgres://user:password@host',
  )
})

test('when the process that started a server is killed, the server ends and its folder is removed', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(new URL('postgres-server.ts', import.meta.url).href)})
    const { url, folder } = await startPostgres()
    console.log(JSON.stringify({ url, folder }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
  const { url, folder } = JSON.parse(line) as { url: string; folder: string }
  const client = new Client({ connectionString: url })
  await client.connect()
  await client.end()
  expect(existsSync(folder)).toBe(true)
  child.kill('SIGKILL')
  await expect.poll(() => existsSync(folder)).toBe(false)
  await expect(new Client({ connectionString: url }).connect()).rejects.toThrow('ECONNREFUSED')
}, 120_000)
