import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { freePort } from '../../interceptor-idempotency/test/server-process.ts'
import { Proxy, Worker } from '../test/breakable.ts'
import { observed } from '../test/observed.ts'
import { restate, secret } from '../test/restate.ts'
import { durableClient } from './index.ts'

test('of two workers behind one address, one is killed: the other goes on without a timeout of Restate, and repeats nothing that settled', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-workers-'))
  const file = join(folder, 'lines')
  writeFileSync(file, '')
  const lines = (): readonly string[] => readFileSync(file, 'utf8').split('\n').slice(0, -1)
  const ports = [await freePort(), await freePort()]
  const program = new URL('../test/long-worker.ts', import.meta.url)
  const workers = ports.map((port) => new Worker(program, [`${port}`, file, 'two-workers']))
  const proxy = new Proxy(() => ports)
  try {
    await Promise.all(workers.map((worker) => worker.start()))
    await proxy.listen()
    await restate.register(proxy.url)
    const client = durableClient({ url: restate.url, name: 'two-workers', secret })
    await client.start('r')
    await observed(() => lines().length === 2)
    await workers[0]?.kill()
    await observed(() => lines().length === 3) // sooner than the first of those timeouts, after a minute
    const result = await client.attach('r')
    const [first, second, again] = lines().map((line) => line.split(' '))
    expect([first?.[0], second?.[0], again?.[0]]).toEqual(['a', 'b', 'b'])
    expect(again?.[1]).not.toBe(second?.[1])
    expect(result).toMatchObject({
      status: 'completed',
      data: { a: { pid: Number(first?.[1]) }, b: { pid: Number(again?.[1]) } },
    })
  } finally {
    for (const worker of workers) await worker.kill()
    await proxy.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
