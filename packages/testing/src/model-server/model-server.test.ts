import { execFile } from 'node:child_process'
import { request } from 'node:http'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { fakeModelServer } from './model-server.ts'
import type { ServedAnswer } from './script.ts'

async function started(...script: readonly ServedAnswer[]) {
  const server = await fakeModelServer(script)
  onTestFinished(() => server.close())
  const ask = (path = '/v1/chat/completions') =>
    fetch(server.url + path, { method: 'POST', headers: { authorization: 'Bearer key' }, body: '{"model":"tiny"}' })
  return { server, ask }
}

test('the answers are given in their order, the last one again and again', async () => {
  const { ask } = await started({ text: ['one'] }, { status: 503 })
  expect(await (await ask()).text()).toContain('one')
  expect([(await ask()).status, (await ask()).status]).toEqual([503, 503])
})

test('each request is kept with its path, its headers and its body', async () => {
  const { server, ask } = await started({})
  await (await ask()).text()
  expect(server.requests).toMatchObject([
    { path: '/v1/chat/completions', headers: { authorization: 'Bearer key' }, body: { model: 'tiny' } },
  ])
})

test('a path of no protocol is answered with 404', async () => {
  const { ask } = await started({ text: ['one'] })
  expect((await ask('/v2/chat')).status).toBe(404)
})

test('a request without a body is kept without one', async () => {
  const { server } = await started({ text: ['one'] })
  expect((await fetch(`${server.url}/v1/models`)).status).toBe(404)
  expect(server.requests).toMatchObject([{ path: '/v1/models', body: undefined }])
})

test('a body that is not JSON is answered with 400, and kept as its text', async () => {
  const { server } = await started({ text: ['one'] })
  const { status } = await fetch(`${server.url}/v1/chat/completions`, { method: 'POST', body: '{"model":' })
  expect(status).toBe(400)
  expect(server.requests).toMatchObject([{ body: '{"model":' }])
})

test('a client that breaks off in the middle of its request leaves the server working', async () => {
  const { server, ask } = await started({ text: ['one'] })
  const client = request(`${server.url}/v1/chat/completions`, { method: 'POST', headers: { 'content-length': 100 } })
  client.on('error', () => {}) // it is broken off on purpose
  client.write('{"model":')
  while ((await server.connections()) === 0) await nextTurn()
  client.destroy()
  while ((await server.connections()) > 0) await nextTurn()
  expect(await (await ask()).text()).toContain('one')
})

test('a script that leaves the server open ends as soon as its work is done', async () => {
  const program = `
    import { fakeModelServer } from ${JSON.stringify(new URL('../model-server.ts', import.meta.url).href)}
    const { url } = await fakeModelServer([{ text: ['one'] }])
    await (await fetch(url + '/v1/chat/completions', { method: 'POST', body: '{}' })).text()
    const doneAt = performance.now()
    process.on('exit', () => console.log(performance.now() - doneAt))`
  const args = ['--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 60_000 })
  expect(Number(stdout)).toBeLessThan(2_000) // an open connection would keep it for five seconds
}, 120_000) // starts a process
