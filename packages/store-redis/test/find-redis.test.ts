import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

import { findRedis, type Machine } from './find-redis.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stageflow-path-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const bare = (): Machine => ({
  url: undefined,
  path: [],
  isDebian: true,
  isRoot: true,
  run: () => Promise.reject(new Error('no program may run here')),
  say: () => {},
})

test('REDIS_URL wins over a program on the PATH', async () => {
  const machine = { ...bare(), url: 'redis://example.test:6379', path: [withProgram('redis-server')] }
  expect(await findRedis(machine)).toEqual({ url: 'redis://example.test:6379' })
})

test('an empty REDIS_URL counts as not set', async () => {
  const path = [withProgram('redis-server')]
  expect(await findRedis({ ...bare(), url: '', path })).toEqual({ binary: join(folder, 'redis-server') })
})

test('a redis-server on the PATH is used, without an installation', async () => {
  const path = [join(folder, 'no-such-folder'), withProgram('redis-server')]
  expect(await findRedis({ ...bare(), path })).toEqual({ binary: join(folder, 'redis-server') })
})

test('a file named redis-server that cannot be executed is ignored', async () => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'redis-server'), '')
  await expect(findRedis({ ...bare(), path: [folder] })).rejects.toThrow('The PATH has no redis-server')
})

test('on Debian, root installs it: the package lists are updated first, and a line tells the user', async () => {
  const log: string[] = []
  const machine: Machine = {
    ...bare(),
    path: [withProgram('apt-get')],
    run: (command, args) => {
      log.push([command.slice(folder.length), ...args].join(' '))
      if (args[0] === 'install') withProgram('redis-server')
      return Promise.resolve()
    },
    say: (line) => log.push(line),
  }
  expect(await findRedis(machine)).toEqual({ binary: join(folder, 'redis-server') })
  expect(log).toEqual([
    'store-redis tests: installing redis-server with apt-get; set REDIS_URL to use your own server …',
    '/apt-get update',
    '/apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=60 redis-server',
    'store-redis tests: redis-server is installed',
  ])
})

const WHAT_TO_DO = /Set REDIS_URL \(redis:\/\/host:port\).*install redis-server \(Debian and Ubuntu: apt-get install/

test.each([
  ['an empty PATH', {}, []],
  ['a user that is not root', { isRoot: false }, ['apt-get']],
  ['a system that is not Debian', { isDebian: false }, ['apt-get']],
])('with %s it fails, and says what to install or set', async (_, differs, programs) => {
  const path = programs.map(withProgram)
  await expect(findRedis({ ...bare(), path, ...differs })).rejects.toThrow(WHAT_TO_DO)
})

test('a failed installation says why, and what to do instead', async () => {
  const run = (): Promise<void> => Promise.reject(new Error('E: Unable to locate package redis-server'))
  const finding = findRedis({ ...bare(), path: [withProgram('apt-get')], run })
  await expect(finding).rejects.toThrow(
    'apt-get could not install redis-server: E: Unable to locate package redis-server',
  )
  await expect(finding).rejects.toThrow(WHAT_TO_DO)
})

test('an installation without the program fails too', async () => {
  const finding = findRedis({ ...bare(), path: [withProgram('apt-get')], run: () => Promise.resolve() })
  await expect(finding).rejects.toThrow('the PATH still has no redis-server')
})

function withProgram(name: string): string {
  writeFileSync(join(folder, name), '#!/bin/sh\n')
  chmodSync(join(folder, name), 0o755)
  return folder
}
