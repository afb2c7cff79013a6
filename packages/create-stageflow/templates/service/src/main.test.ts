import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

/** Starts the process, stops it once it listens, and returns what it printed. */
async function startAndStop(settings: NodeJS.ProcessEnv) {
  const folder = mkdtempSync(join(tmpdir(), 'main-'))
  const env = { ...process.env, PORT: '0', METRICS_PORT: '0', DATABASE: join(folder, 'service.db'), ...settings }
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  child.stdout.once('data', () => child.kill())
  const [printed, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  rmSync(folder, { recursive: true })
  return { printed, code }
}

test('it prints a request to try, and ends when it is told to', async () => {
  const { printed, code } = await startAndStop({ JWKS_URI: '', JWT_SECRET: '' })
  assert.match(printed, /curl .*Authorization: Bearer ey/)
  if (process.platform !== 'win32') assert.equal(code, 0) // Windows has no signals
})

test('with a secret of its own it prints no token, because logs are read by others', async () => {
  const { printed } = await startAndStop({ JWKS_URI: '', JWT_SECRET: 'a secret of at least thirty-two characters' })
  assert.match(printed, /Listening/)
  assert.doesNotMatch(printed, /Bearer/)
})
