import { spawnSync } from 'node:child_process'
import { chmodSync, copyFileSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { StatementSync } from 'node:sqlite'

import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'

import { FIVE, gate, inFile, newPath, open, order } from '../../durable-engine/test/open-runs.ts'
import { durableLocal, openJournal } from './index.ts'

/** What the folder of a path has: names and contents. */
const contents = (path: string): object =>
  Object.fromEntries(
    readdirSync(dirname(path)).map((name) => [name, readFileSync(join(dirname(path), name), 'base64')]),
  )

test('who looks at a journal sees its runs and their details, and changes no file and creates none', async () => {
  const path = newPath()
  const durable = durableLocal({ path })
  await durable.run(order(), FIVE, { runId: 'a' })
  await durable.close()
  const before = contents(path)
  await using reader = openJournal(path, { readOnly: true })
  expect(await reader.list()).toMatchObject([{ runId: 'a', status: 'suspended', owner: undefined }])
  expect(await reader.get('a', { facts: true })).toMatchObject({
    requests: [{ path: ['approve'] }],
    timeline: [{ key: 'price' }, { key: 'approve' }],
    facts: [{ value: { data: { total: 5 } } }, {}],
  })
  expect(await reader.get('b')).toBeUndefined()
  expect(contents(path)).toEqual(before)
  expect(Object.keys(before)).toEqual(['runs.db'])
})

test('it sees what an app has just written, and the app goes on', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), FIVE, { runId: 'a' })
  const reader = openJournal(path, { readOnly: true })
  expect((await reader.list()).map(({ runId }) => runId)).toEqual(['a'])
  const waiting = gate()
  const slow = new Pipeline('slow').withStage('s', async () => (await waiting.promise, {})).build()
  const running = durable.run(slow, {}, { runId: 'b' })
  expect((await durable.list()).length).toBeGreaterThan(0)
  await expect.poll(async () => (await reader.get('b'))?.owner).toBe('elsewhere')
  expect((await reader.get('b'))?.inProgress).toEqual([{ key: 's', startedAt: undefined }])
  inFile(path, 'UPDATE owners SET until = 0')
  expect((await reader.get('b'))?.owner).toBe('gone')
  waiting.resolve()
  expect((await running).status).toBe('completed')
  expect((await reader.get('b'))?.status).toBe('completed')
  // The app ends, and begins again: the reader follows.
  await durable.close()
  expect((await reader.get('b'))?.status).toBe('completed')
  await open(path).run(order(), FIVE, { runId: 'c' })
  expect((await reader.list()).map(({ runId }) => runId)).toContain('c')
})

test.each([
  ['that is missing', (path: string) => path, 'unavailable', /There is no journal ".*" to look at\. Check the path/],
  ['in a folder that is missing', (path: string) => join(path, 'no.db'), 'unavailable', /There is no journal/],
  [
    'that is a folder',
    (path: string) => dirname(path),
    'other-file',
    /it is a folder\. Pass the path of a file, such as ".*runs\.db"/,
  ],
  ['that ends with a slash', (path: string) => `${dirname(path)}/`, 'other-file', /it is a folder/],
  [
    'below a file',
    (path: string) => (writeFileSync(path, 'x'), join(path, 'a', 'runs.db')),
    'other-file',
    /runs\.db" is a file, so nothing can be below it/,
  ],
  ['with a few letters', (path: string) => (writeFileSync(path, 'hi'), path), 'other-file', /isn't an SQLite database/],
  [
    'that is something else',
    (path: string) => (writeFileSync(path, 'x'.repeat(5_000)), path),
    'other-file',
    /isn't an SQLite database, or its beginning was overwritten/,
  ],
  ['that is empty', (path: string) => (writeFileSync(path, ''), path), 'other-file', /is empty\. Check the path/],
  [
    "of another app's database",
    (path: string) => (inFile(path, 'CREATE TABLE mine (a)'), path),
    'other-file',
    /is an SQLite database, but not a journal/,
  ],
])('a path %s is refused, and nothing is created', (_what, make, code, message) => {
  const base = newPath()
  const path = make(base)
  const before = contents(base)
  expect(() => openJournal(path, { readOnly: true })).toThrow(
    expect.objectContaining({
      code: `durable-local/${code}`,
      message: expect.stringMatching(message) as string,
    }) as Error,
  )
  expect(contents(base)).toEqual(before)
})

test('a file that its user may not read is refused, and an empty file becomes a journal', async () => {
  const path = newPath()
  await open(path).run(order(), FIVE, { runId: 'a' })
  chmodSync(path, 0o000)
  chmodSync(dirname(path), 0o755)
  const program = `
    import { durableLocal, openJournal } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    for (const open of [() => openJournal(path, { readOnly: true }), () => durableLocal({ path })])
      try { open() } catch ({ code, message }) { console.log(code, message) }`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--conditions=@stageflow/source',
      '--input-type=module',
      '--no-warnings',
      '-e',
      `const path = ${JSON.stringify(path)};${program}`,
    ],
    { encoding: 'utf8', ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }) },
  )
  expect(stderr).toBe('')
  expect(stdout.trim().split('\n')).toEqual([
    expect.stringMatching(/^durable-local\/unavailable .*give the process the right to open it/),
    expect.stringMatching(/^durable-local\/unavailable .*give the process the right to open it/),
  ])
  const empty = newPath()
  writeFileSync(empty, '')
  await open(empty).run(order(), FIVE, { runId: 'a' })
  expect(await openJournal(empty, { readOnly: true }).list()).toHaveLength(1)
})

test('a mistyped path creates no file', () => {
  const path = newPath()
  expect(() => openJournal(path, { readOnly: true })).toThrow('There is no journal')
  expect(readdirSync(dirname(path))).toEqual([])
})

test('a path with signs of a URL, and a link to the file, are that file', async () => {
  const path = join(dirname(newPath()), 'what?mode=rwc&a #%41.db')
  await open(path).run(order(), FIVE, { runId: 'a' })
  const link = join(dirname(newPath()), 'link.db')
  symlinkSync(path, link)
  for (const each of [path, link]) {
    const reader = openJournal(each, { readOnly: true })
    expect(await reader.list()).toHaveLength(1)
  }
})

test('another user who may only read the files sees the runs of the live app', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), FIVE, { runId: 'a' })
  const isRoot = process.getuid?.() === 0
  const folder = dirname(path)
  for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o444)
  chmodSync(folder, 0o555)
  try {
    const program = `
      import { openJournal } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
      const reader = openJournal(${JSON.stringify(path)}, { readOnly: true })
      console.log(JSON.stringify((await reader.list()).map(({ runId }) => runId)))`
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--conditions=@stageflow/source', '--input-type=module', '--no-warnings', '-e', program],
      {
        encoding: 'utf8',
        ...(isRoot && { uid: 65_534, gid: 65_534 }),
      },
    )
    expect(stderr).toBe('')
    expect(stdout.trim()).toBe('["a"]')
  } finally {
    chmodSync(folder, 0o755)
    for (const name of readdirSync(folder)) chmodSync(join(folder, name), 0o600)
  }
  expect((await durable.resume(order(), 'a', { approve: 1 })).status).toBe('completed')
})

test.each([
  ['list', [{ limit: 1 }, { token: 'x' }], 'list() was given 2 arguments; call list(options).'],
  ['get', ['a', {}, { token: 'x' }], 'get() was given 3 arguments; call get(runId, options).'],
  ['get', ['a', { token: 'x' }], 'unknown option "token"'],
  ['close', [{ timeoutMs: 5 }], 'close() was given 1 argument; call close().'],
] as const)('%s with %j is refused: a reader checks no rights', async (method, given, message) => {
  const path = newPath()
  await open(path).run(order(), FIVE, { runId: 'a' })
  await using reader = openJournal(path, { readOnly: true })
  const wrongly = reader as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Promise<unknown>>>
  await expect(wrongly[method]?.(...given)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
    message: expect.stringContaining(message) as string,
  })
  expect(await reader.list()).toHaveLength(1)
})

test('what runs something is not there, and a reader that is closed reads nothing', async () => {
  const path = newPath()
  open(path)
  const reader = openJournal(path, { readOnly: true })
  expect(Object.keys(reader).toSorted()).toEqual(['close', 'get', 'list'])
  await expect(reader.list({ status: 'done' } as never)).rejects.toMatchObject({
    code: 'durable-engine/illegal-option',
  })
  await expect(reader.get('')).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  await expect(reader.get('a', { facts: 1 } as never)).rejects.toMatchObject({ code: 'durable-engine/illegal-option' })
  await reader.close()
  await expect(reader.list()).rejects.toMatchObject({ code: 'durable-engine/closed' })
})

test.each([
  undefined,
  {},
  { readOnly: false },
  { readOnly: true, retentionMs: 1 },
  { readOnly: true, busyTimeoutMs: -1 },
])('openJournal() refuses the options %j', (options) => {
  const path = newPath()
  expect(() => openJournal(path, options as never)).toThrow(
    expect.objectContaining({ code: 'durable-local/illegal-option' }) as Error,
  )
  expect(readdirSync(dirname(path))).toEqual([])
})

test('what an app that was killed has left is read with its log, and stays as it is', async () => {
  const path = newPath()
  const durable = open(path)
  await durable.run(order(), FIVE, { runId: 'a' })
  // The app has not closed the file, so all of it is still in the log.
  const left = newPath()
  for (const end of ['', '-wal', '-shm']) copyFileSync(path + end, left + end)
  const before = [left, `${left}-wal`].map((each) => readFileSync(each, 'base64'))
  const reader = openJournal(left, { readOnly: true })
  expect(await reader.list()).toMatchObject([{ runId: 'a', status: 'suspended' }])
  await reader.close()
  expect([left, `${left}-wal`].map((each) => readFileSync(each, 'base64'))).toEqual(before)
  expect(readdirSync(dirname(left)).toSorted()).toEqual(['runs.db', 'runs.db-shm', 'runs.db-wal'])
})

test('a read during which an app opens the file is refused, and works when it is done again', async () => {
  const path = newPath()
  const first = durableLocal({ path })
  await first.run(order(), FIVE, { runId: 'a' })
  await first.close()
  const reader = openJournal(path, { readOnly: true })
  const all = StatementSync.prototype.all
  StatementSync.prototype.all = function (this: StatementSync, ...values: readonly never[]) {
    StatementSync.prototype.all = all
    open(path)
    return all.apply(this, values as never)
  }
  try {
    await expect(reader.list()).rejects.toMatchObject({
      code: 'durable-local/unavailable',
      message: expect.stringContaining('while it was being read') as string,
    })
  } finally {
    StatementSync.prototype.all = all
  }
  expect(await reader.list()).toHaveLength(1)
})
