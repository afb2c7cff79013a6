import { chmodSync, readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { isHeavy } from '../../../packages/core/test/property-settings.ts'
import { killCases, STORY_END } from './kill-cases.ts'
import { start, temporaryFolder } from './order-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

killCases('postgres')

// By day the story runs on SQLite.
if (isHeavy)
  test('--try with PostgreSQL starts a server of its own, and removes it', async () => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o755) // root starts PostgreSQL as another user
    const { code, stdout, stderr } = await start(['--try', '--on', 'postgres'], { TMPDIR: folder }).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(STORY_END)
    expect(readdirSync(folder)).toEqual([])
  })

test('without a server it says in one line what to do', async () => {
  const { code, stderr } = await start(['start', '--on', 'postgres', '--data', temporaryFolder()]).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^Failed: Set POSTGRES_URL\. .* npm run example durable -- server --on postgres\n$/),
  })
})

test('the command server serves until it is told to stop', async () => {
  const server = start(['server', '--on', 'postgres'])
  await server.prints('PostgreSQL listens on')
  const url = /export POSTGRES_URL=(.*)/.exec(await server.prints('start order-7'))?.[1] ?? ''
  const order = start(['start', '--on', 'postgres', '--data', temporaryFolder()], { POSTGRES_URL: url })
  await order.prints('order-7 waits')
  order.child.kill('SIGKILL')
  await order.ended
  server.child.kill('SIGTERM')
  expect((await server.ended).code).toBe(0)
})
