import { execFile } from 'node:child_process'
import { type AddressInfo, createServer } from 'node:net'
import { promisify } from 'node:util'

import { expect, test } from 'vitest'

import { freePort } from './server-process.ts'

const inAnotherProcess = `import { freePort } from ${JSON.stringify(new URL('server-process.ts', import.meta.url).href)}
console.log(JSON.stringify(await Promise.all(Array.from({ length: 200 }, freePort))))
process.stdin.resume()`

test('a port is given once on this machine, as long as the process that got it lives', async () => {
  const others = Array.from({ length: 2 }, () => {
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', inAnotherProcess])
    const printed = new Promise<number[]>((resolve) =>
      run.child.stdout?.once('data', (line) => resolve(JSON.parse(String(line)) as number[])),
    )
    return { run, printed }
  })
  const mine = Promise.all(Array.from({ length: 200 }, freePort))
  const ports = [await mine, ...(await Promise.all(others.map(({ printed }) => printed)))].flat()
  expect(new Set(ports).size).toBe(600)
  for (const { run } of others) {
    run.child.stdin?.end()
    await run
  }
})

test('a port that a test uses later is not one that the system gives to servers or connections meanwhile', async () => {
  const ports = await Promise.all(Array.from({ length: 50 }, freePort))
  const given = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const { port } = server.address() as AddressInfo
      await new Promise((resolve) => server.close(resolve))
      return port
    }),
  )
  expect(Math.max(...ports)).toBeLessThan(Math.min(...given, 32_768))
})
