import { readdirSync } from 'node:fs'
import { expect, test, vi } from 'vitest'
import { isHeavy } from '../../../packages/core/test/property-settings.ts'
import { freePort } from '../src/free-port.ts'
import { killCases, STORY_END } from './kill-cases.ts'
import { start, temporaryFolder } from './order-process.ts'

// Each test starts processes, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 })

killCases('restate')

// By day the story runs on SQLite.
if (isHeavy)
  test('--try with Restate starts a server of its own, and ends it', async () => {
    const folder = temporaryFolder()
    const { code, stdout, stderr } = await start(['--try', '--on', 'restate'], { TMPDIR: folder }).ended
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(STORY_END)
    expect(readdirSync(folder)).toEqual([])
  })

test('without a Restate server it says in one line what to do', async () => {
  const ports = `${await freePort()},${await freePort()},${await freePort()}`
  const data = temporaryFolder()
  const { code, stderr } = await start(['start', '--on', 'restate', '--ports', ports, '--data', data]).ended
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(/^Failed: No Restate server at .* npm run example durable -- server --on restate\n$/),
  })
})

test('the command server serves until it is told to stop, and keeps its data', async () => {
  const data = temporaryFolder()
  const options = ['--on', 'restate', '--data', data]
  options.push('--ports', `${await freePort()},${await freePort()},${await freePort()}`)
  const first = start(['server', ...options])
  await first.prints('Restate listens on')
  const order = start(['start', ...options])
  await order.prints('order-7 waits')
  order.child.kill('SIGKILL')
  first.child.kill('SIGTERM')
  expect((await first.ended).code).toBe(0)

  const second = start(['server', ...options])
  await second.prints('Restate listens on')
  expect(await start(['approve', ...options]).ended).toMatchObject({ code: 0, stderr: '' })
  second.child.kill('SIGTERM')
  await second.ended
})
