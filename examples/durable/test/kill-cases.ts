import { join } from 'node:path'
import { Client } from 'pg'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { isHeavy } from '../../../packages/core/test/property-settings.ts'
import { startRestate } from '../../../packages/durable-restate/test/restate-server.ts'
import { serverFor } from '../../../packages/store-postgres/test/postgres.setup.ts'
import { freePort } from '../src/free-port.ts'
import { readShop } from '../src/shop.ts'
import { start, temporaryFolder } from './order-process.ts'

/** What `--try` prints last. */
export const STORY_END =
  /remind 1×\n {2}charge 3×, declined once\n {2}ship 1×\nEach time with the same key, so it charged once\.\n$/

/**
 * Orders whose processes are killed, in one place. Each place has a file of its own, so that they run at the same time. By day each place has
 * the first three, and SQLite all that `--try` doesn't show. By night each place has all of them.
 */
export function killCases(on: 'sqlite' | 'postgres' | 'restate'): void {
  describe(`with --on ${on}`, () => {
    const ports = { list: '' }
    const env: Record<string, string> = {}
    beforeAll(async () => {
      if (on === 'sqlite') return undefined
      if (on === 'postgres') {
        const server = await serverFor(process.env['POSTGRES_URL'])
        env['POSTGRES_URL'] = server.url
        return server.close
      }
      const server = await startRestate()
      const port = (url: string): string => new URL(url).port
      ports.list = `${port(server.url)},${port(server.admin)},${await freePort()}`
      return server.close
    })

    function shop(orderId: string) {
      const data = temporaryFolder()
      const options = ['--on', on, '--data', data, ...(ports.list === '' ? [] : ['--ports', ports.list])]
      if (on === 'postgres') options.push('--schema', ownSchema(env['POSTGRES_URL'] ?? ''))
      return {
        order: (command: string, ...more: string[]) => start([command, orderId, ...options, ...more], env),
        asked: (what: string) => readShop(join(data, 'shop.jsonl')).filter((call) => call.what === what),
      }
    }

    test('an order whose process is killed while it waits is approved by a second process, and ends there', async () => {
      const { order, asked } = shop('order-1')
      const first = order('start', '--item', 'a table')
      await first.prints('order-1 waits: Pay 107 euros?')
      first.child.kill('SIGKILL')
      expect((await first.ended).code).toBe(null)

      const { code, stdout, stderr } = await order('approve').ended
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
      expect(stdout).toContain('order-1 sent: ship of order-1/ship')
      expect(stdout).toMatch(/^ *order · completed · .* · 5 ok$/m)
      expect(stdout).toMatch(/approve .* answered by ann/)
      for (const what of ['price', 'reserve', 'charge', 'ship']) expect(asked(what)).toHaveLength(1)
      expect(asked('charge')[0]?.key).toBe('order-1/charge')
    })

    test('stages that were in progress at a kill are repeated with the same key, and settled ones are not', async () => {
      const { order, asked } = shop('order-2')
      const first = order('start')
      await first.prints('order-2 waits')
      first.child.kill('SIGKILL')
      const second = order('approve')
      await second.prints('charge begins')
      second.child.kill('SIGKILL')

      const { code, stdout } = await order('start').ended
      expect(code).toBe(0)
      expect(stdout).toContain('charge ends: it was done before, so nothing is done twice')
      expect(asked('charge').map(({ key }) => key)).toEqual(['order-2/charge', 'order-2/charge'])
      for (const what of ['price', 'reserve', 'ship']) expect(asked(what)).toHaveLength(1)
    })

    test('a process that still waits sees the order end when another process approves it', async () => {
      const { order, asked } = shop('order-3')
      const first = order('start')
      await first.prints('order-3 waits')
      const second = await order('approve').ended
      const ends = [second, await first.ended]
      expect(ends.map(({ code }) => code)).toEqual([0, 0])
      for (const { stdout } of ends) expect(stdout).toContain('order-3 sent: ship of order-3/ship')
      expect(asked('ship')).toHaveLength(1)
    })

    if (!isHeavy && on !== 'sqlite') return

    test('a denied order is exit code 3, and an answer that comes later is refused', async () => {
      const { order, asked } = shop('order-4')
      const first = order('start')
      await first.prints('order-4 waits')
      first.child.kill('SIGKILL')
      const denied = await order('deny').ended
      expect(denied).toMatchObject({ code: 3, stderr: '' })
      expect(denied.stdout).toContain('order-4 cancelled: ann refused to pay')
      expect(asked('charge')).toEqual([])
      const late = await order('approve').ended
      expect(late.code).toBe(1)
      expect(late.stderr).toMatch(/^Failed: .*order-4/)
    })

    test('Ctrl-C leaves the order to the next process', async () => {
      const { order } = shop('order-5')
      const first = order('start')
      await first.prints('reserve begins')
      first.child.kill('SIGINT')
      expect((await first.ended).code).toBe(130)
      const second = order('start')
      await second.prints('order-5 waits')
    })

    if (!isHeavy) return

    test('only an approver answers, and only who ordered goes on with an order', async () => {
      const { order, asked } = shop('order-6')
      const first = order('start')
      await first.prints('order-6 waits')
      const attempts = [
        ['approve', 'eve'],
        ['deny', 'eve'],
        ['approve', 'mia'],
        ['start', 'eve'],
        ['retry', 'ann'],
      ] as const
      for (const [command, as] of attempts) {
        const refused = await order(command, '--as', as).ended
        expect(refused, `${command} --as ${as}`).toMatchObject({ code: 4, stderr: expect.stringMatching(/^Refused: /) })
      }
      expect(asked('charge')).toEqual([])
      expect((await order('approve').ended).code).toBe(0)
      expect((await first.ended).code).toBe(0)
    })

    test('a person who does not answer is reminded once, although the process is killed before and after', async () => {
      const { order, asked } = shop('order-8')
      const first = order('start')
      await first.prints('order-8 waits')
      first.child.kill('SIGKILL')
      const second = order('start')
      await second.prints('order-8 waits: Reminder: Pay 107 euros?')
      const reminders = asked('remind')
      second.child.kill('SIGKILL')
      const third = order('start')
      await third.prints('order-8 waits: Reminder: Pay 107 euros?')
      expect(await order('approve').ended).toMatchObject({ code: 0, stderr: '' })
      expect((await third.ended).code).toBe(0)
      expect(asked('remind')).toEqual(reminders)
      // A reminder that was in progress at the first kill is repeated, with the same key.
      expect(new Set(reminders.map(({ key }) => key))).toEqual(new Set(['order-8/approve/reminder']))
    })

    test('a payment that the bank declined is retried with the same key, and what had settled is not repeated', async () => {
      const { order, asked } = shop('order-9')
      const first = order('start')
      await first.prints('order-9 waits')
      first.child.kill('SIGKILL')
      const declined = await order('approve', '--decline').ended
      expect(declined).toMatchObject({ code: 1, stderr: '' })
      expect(declined.stdout).toContain('order-9 failed: The bank declined 107 euros.')
      const again = await order('start').ended
      expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('order-9 failed') })
      expect(asked('charge')).toHaveLength(1)
      expect(await order('retry').ended).toMatchObject({ code: 0, stderr: '' })
      expect(asked('charge').map(({ key }) => key)).toEqual(['order-9/charge', 'order-9/charge'])
      for (const what of ['price', 'reserve', 'ship']) expect(asked(what)).toHaveLength(1)
    })
  })
}

/** A schema that no other test uses. It is removed when the test has ended. */
function ownSchema(url: string): string {
  const schema = `stageflow_test_${crypto.randomUUID().replaceAll('-', '').slice(0, 12)}`
  onTestFinished(async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(`DROP SCHEMA IF EXISTS "${schema}" CASCADE`)
    await client.end()
  })
  return schema
}
