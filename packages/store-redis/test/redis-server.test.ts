import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'

import { breakableRedis, relayTo } from './redis-relay.ts'
import { startRedis } from './redis-server.ts'
import { connect, redisBinary, redisUrl } from './redis.ts'

test('a server that was stopped has its data when it is started again', async () => {
  const server = await breakableRedis()
  const client = connect(server.url)
  const key = `stageflow-test:${crypto.randomUUID()}`
  await client.set(key, 'kept', 'PX', 60_000)
  await server.stop()
  await expect(client.get(key)).rejects.toThrow()
  await server.start()
  expect(await client.get(key)).toBe('kept')
  client.disconnect()
  await server.close()
})

test('a relay to a server can be stopped and started again', async () => {
  const relay = await relayTo(redisUrl)
  const client = connect(relay.url)
  expect(await client.ping()).toBe('PONG')
  await relay.stop()
  await expect(client.ping()).rejects.toThrow()
  await relay.start()
  expect(await client.ping()).toBe('PONG')
  client.disconnect()
  await relay.close()
})

if (redisBinary !== undefined) {
  test('a program that is not a server fails with its output', async () => {
    await expect(startRedis(process.execPath)).rejects.toThrow(/redis-server did not start:\n.*bad option/)
  })

  test('when the process that started a server is killed, the server ends and its folder is removed', async () => {
    const script = `
      const { startRedis } = await import(${JSON.stringify(new URL('redis-server.ts', import.meta.url).href)})
      const { url, folder } = await startRedis(${JSON.stringify(redisBinary)})
      console.log(JSON.stringify({ url, folder }))`
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve) => child.stdout.once('data', (data) => resolve(String(data))))
    const { url, folder } = JSON.parse(line) as { url: string; folder: string }
    const client = connect(url)
    expect(await client.ping()).toBe('PONG')
    expect(existsSync(folder)).toBe(true)
    child.kill('SIGKILL')
    await expect.poll(() => existsSync(folder)).toBe(false)
    await expect(client.ping()).rejects.toThrow()
    client.disconnect()
  })
}
