import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { expect, test } from 'vitest'

import { FIVE, newPath, open, order } from '../../durable-engine/test/open-runs.ts'
import { durableLocal, openJournal } from './index.ts'

const refused = (code: string, message: RegExp): Error =>
  expect.objectContaining({
    code: `durable-local/${code}`,
    message: expect.stringMatching(message) as string,
  }) as Error

/** Runs a program in a folder of its own, with `durableLocal`, `openJournal` and `tried`, which logs how a call ends. */
function printed(program: string, folder = mkdtempSync(join(tmpdir(), 'paths-'))): string {
  const start = `
    import { durableLocal, openJournal } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))}
    const tried = (call) => { try { call(); console.log('opened') } catch ({ code, message }) { console.log(code, message) } };`
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--conditions=@stageflow/source', '--input-type=module', '--no-warnings', '-e', start + program],
    { encoding: 'utf8', cwd: folder, timeout: 60_000 },
  )
  expect(stderr).toBe('')
  return stdout.trim()
}

test.each([
  'file::memory:',
  'file:x.db',
  'file:x.db?mode=memory',
  'file:x.db?immutable=1',
  'file:///tmp/x.db',
  'file:',
  ':memory:',
  '',
])('the path %j, which SQLite would not read as the path of a file, is refused', (path) => {
  const before = readdirSync('.')
  const message = /must be the path of a file, such as 'runs\.db'/
  expect(() => durableLocal({ path })).toThrow(refused('illegal-option', message))
  expect(() => openJournal(path, { readOnly: true })).toThrow(refused('illegal-option', message))
  expect(readdirSync('.')).toEqual(before)
})

test('other relative paths with signs of a URL are those of files, which only their user may read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'paths-'))
  const paths = ['./file:y.db?mode=memory', 'x.db?mode=memory', 'FILE:x.db', ':memory: 2', '%41#.db']
  printed(`for (const path of ${JSON.stringify(paths)}) await durableLocal({ path }).close()`, folder)
  expect(readdirSync(folder).toSorted()).toEqual(paths.map((path) => path.replace('./', '')).toSorted())
  for (const path of paths) expect(statSync(join(folder, path)).mode & 0o777).toBe(0o600)
})

test('a process that changes its folder goes on with the journal of a relative path, and reads on', () => {
  const program = `
    import { mkdirSync } from 'node:fs'
    import { Pipeline } from ${JSON.stringify(join(import.meta.dirname, '../../core/src/index.ts'))}
    const graph = new Pipeline('p').withStage('a', () => ({ a: 1 })).build()
    const runs = durableLocal({ path: 'runs.db' })
    await runs.run(graph, {}, { runId: 'before' })
    const reader = openJournal('runs.db', { readOnly: true })
    mkdirSync('other')
    process.chdir('other')
    await runs.run(graph, {}, { runId: 'after' })
    console.log((await reader.list()).map(({ runId }) => runId).toSorted().join(' '))
    await runs.close()`
  expect(printed(program)).toBe('after before')
})

test('a link to a file that is missing creates that file, for its user only', async () => {
  const folder = dirname(newPath())
  const target = join(folder, 'target.db')
  const link = join(folder, 'link.db')
  const linked = join(folder, 'linked.db')
  symlinkSync('target.db', link)
  symlinkSync('link.db', linked)
  expect(() => openJournal(linked, { readOnly: true })).toThrow(refused('unavailable', /There is no journal/))
  const durable = open(linked)
  await durable.run(order(), FIVE, { runId: 'a' })
  for (const end of ['', '-wal', '-shm']) expect(statSync(target + end).mode & 0o777).toBe(0o600)
})

test('a link into a folder that is missing, and links in a circle, are refused', () => {
  const folder = dirname(newPath())
  symlinkSync(join(folder, 'no', 'runs.db'), join(folder, 'into.db'))
  symlinkSync('b.db', join(folder, 'a.db'))
  symlinkSync('a.db', join(folder, 'b.db'))
  expect(() => durableLocal({ path: join(folder, 'into.db') })).toThrow(
    refused('unavailable', /into\.db" is a link into a folder that doesn't exist: create that folder first/),
  )
  expect(() => durableLocal({ path: join(folder, 'a.db') })).toThrow(refused('unavailable', /symbolic links/))
  expect(readdirSync(folder).toSorted()).toEqual(['a.db', 'b.db', 'into.db'])
})

test('a pipe, a link to a pipe, and a device are refused at once', () => {
  const folder = dirname(newPath())
  const pipe = join(folder, 'pipe.db')
  execFileSync('mkfifo', [pipe])
  symlinkSync(pipe, join(folder, 'link.db'))
  const paths = [pipe, join(folder, 'link.db'), '/dev/null', '/dev/zero']
  const out = printed(
    `for (const path of ${JSON.stringify(paths)}) {
      tried(() => openJournal(path, { readOnly: true }))
      tried(() => durableLocal({ path }))
    }`,
  )
  expect(out.split('\n')).toEqual(
    paths.flatMap((path) => {
      const line = `durable-local/other-file There is no journal at "${path}": it is a pipe, a socket or a device. Pass the path of a file, such as 'runs.db'.`
      return [line, line]
    }),
  )
})

test('a file that becomes a folder or a pipe while a reader has it open is refused', async () => {
  const path = newPath()
  await open(path).close()
  const reader = openJournal(path, { readOnly: true })
  execFileSync('rm', [path])
  mkdirSync(path)
  await expect(reader.list()).rejects.toEqual(refused('other-file', /it is a folder/))
  execFileSync('rmdir', [path])
  execFileSync('mkfifo', [path])
  await expect(reader.list()).rejects.toEqual(refused('other-file', /it is a pipe/))
  execFileSync('rm', [path])
  writeFileSync(path, '')
  await expect(reader.list()).rejects.toEqual(refused('other-file', /is empty/))
})
