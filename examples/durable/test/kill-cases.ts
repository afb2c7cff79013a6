import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { startRestate } from '../../../packages/durable-restate/test/restate-server.ts'
import { freePort } from '../src/free-port.ts'
import { readShop } from '../src/shop.ts'
import { start, temporaryFolder } from './order-process.ts'

/** Orders whose processes are killed, on one engine. Each engine has a file of its own, so that they run at the same time. */
export function killCases(engine: 'local' | 'restate'): void {
  describe(`with --engine ${engine}`, () => {
    const ports = { list: '' }
    beforeAll(async () => {
      if (engine !== 'restate') return undefined
      const server = await startRestate()
      const port = (url: string): string => new URL(url).port
      ports.list = `${port(server.url)},${port(server.admin)},${await freePort()}`
      return server.close
    })

    function shop(orderId: string) {
      const data = temporaryFolder()
      const options = ['--engine', engine, '--data', data, ...(ports.list === '' ? [] : ['--ports', ports.list])]
      return {
        order: (command: string, ...more: string[]) => start([command, orderId, ...options, ...more]),
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
      expect(stdout).toMatch(/^order · completed · .* · 5 ok$/m)
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

    test('a denied order is exit code 3, and an answer that comes later is refused', async () => {
      const { order, asked } = shop('order-4')
      const first = order('start')
      await first.prints('order-4 waits')
      first.child.kill('SIGKILL')
      const denied = await order('deny', '--by', 'Bo').ended
      expect(denied).toMatchObject({ code: 3, stderr: '' })
      expect(denied.stdout).toContain('order-4 cancelled: Bo refused to pay')
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
  })
}
