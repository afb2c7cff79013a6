import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { afterAll, beforeAll, expect, test } from 'vitest'

import { findRedis } from '../../packages/store-redis/test/find-redis.ts'
import { serverOf } from '../../packages/store-redis/test/redis.setup.ts'
import { linkModules, runCommand } from './snippet-runner.mjs'
import { snippetsOf } from './snippets.mjs'

// The program of this page needs a server, which the check of snippets doesn't start.
const ROOT = resolve(import.meta.dirname, '../..')
const PAGE = 'docs/how-to/run-many-processes.md'

let server
let folder

beforeAll(async () => {
  server = await serverOf(await findRedis())
  folder = mkdtempSync(join(tmpdir(), 'stageflow-redis-page-'))
  linkModules(ROOT, folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
})

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await server.close()
})

test('the second process of the page finds what the first one stored in Redis', async () => {
  const markdown = readFileSync(join(ROOT, PAGE), 'utf8')
  const program = snippetsOf(PAGE, markdown).snippets.find(({ body }) => body.includes('new Redis('))
  writeFileSync(join(folder, 'redis-shop.ts'), program.body)
  const options = { cwd: folder, env: { REDIS_URL: server.url } }
  const order = randomUUID()
  const first = await runCommand(process.execPath, ['redis-shop.ts', order], options)
  const second = await runCommand(process.execPath, ['redis-shop.ts', order], options)
  const promised = /```text\n(?<lines>[^`]+)```/.exec(markdown).groups.lines
  expect(first.output + second.output).toBe(promised)
})
