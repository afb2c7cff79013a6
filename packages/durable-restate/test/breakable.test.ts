import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { expect, test } from 'vitest'
import { Worker } from './breakable.ts'

test('a worker that ends before it is ready says why', async () => {
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const { port } = taken.address() as AddressInfo
  const worker = new Worker(new URL('service-worker.ts', import.meta.url), [`${port}`, 'w'])
  await expect(worker.start()).rejects.toThrow(/ended with 1 before it was ready:\n[^]*EADDRINUSE/)
  await new Promise((resolve) => taken.close(resolve))
})
