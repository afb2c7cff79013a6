import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openSandbox } from './sandbox.ts'

let folder: string
let root: string
const { signal } = new AbortController()

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'stageflow-sandbox-'))
  root = join(folder, 'root')
  mkdirSync(root)
  writeFileSync(join(folder, 'secret.txt'), 'secret')
})
afterEach(() => rmSync(folder, { recursive: true }))

test.each([
  '../secret.txt',
  'a/../../secret.txt',
  'a/b/../../../secret.txt',
  '..\\secret.txt',
  '..',
  '/etc/passwd',
  'C:\\secret.txt',
  '\\etc\\passwd',
  '\\\\server\\share',
  'a\0b',
])('the path %j is refused, to read, to write and to remove', async (path) => {
  const sandbox = openSandbox(root)
  await expect(sandbox.read(path, signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
  await expect(sandbox.write(path, 'x', signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
  await expect(sandbox.remove(path)).rejects.toMatchObject({ code: 'sandbox/refused' })
  expect(readFileSync(join(folder, 'secret.txt'), 'utf8')).toBe('secret')
})

test('a link is refused, as a folder on the way and as the file itself', async () => {
  symlinkSync(folder, join(root, 'up'))
  symlinkSync(join(folder, 'secret.txt'), join(root, 'link.txt'))
  symlinkSync(join(folder, 'new.txt'), join(root, 'dangling.txt'))
  const sandbox = openSandbox(root)
  for (const path of ['up/secret.txt', 'link.txt', 'dangling.txt']) {
    await expect(sandbox.read(path, signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
    await expect(sandbox.write(path, 'x', signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
  }
  expect(readFileSync(join(folder, 'secret.txt'), 'utf8')).toBe('secret')
  expect(existsSync(join(folder, 'new.txt'))).toBe(false)
})

test.runIf(process.platform === 'linux')(
  'a folder on the way that becomes a link between the look and the opening leads nowhere',
  async () => {
    mkdirSync(join(root, 'here'))
    writeFileSync(join(root, 'here', 'secret.txt'), 'mine')
    symlinkSync(folder, join(root, 'there'))
    const sandbox = openSandbox(root)
    const found = new Set<string>()
    let isOver = false
    const reading = (async () => {
      for (let time = 0; time < 300; time++)
        found.add(await sandbox.read('here/secret.txt', signal).catch(() => 'refused'))
      isOver = true
    })()
    // Again and again the folder and the link change places.
    while (!isOver) {
      renameSync(join(root, 'here'), join(root, 'kept'))
      renameSync(join(root, 'there'), join(root, 'here'))
      await new Promise((resolve) => setImmediate(resolve))
      renameSync(join(root, 'here'), join(root, 'there'))
      renameSync(join(root, 'kept'), join(root, 'here'))
      await new Promise((resolve) => setImmediate(resolve))
    }
    await reading
    expect([...found].filter((one) => one !== 'mine' && one !== 'refused')).toEqual([])
  },
)

test('a pipe is not waited for, and a file without text is not taken for one, to read or to replace', async () => {
  execFileSync('/usr/bin/env', ['mkfifo', join(root, 'pipe')])
  writeFileSync(join(root, 'picture'), Buffer.from([0xff, 0xd8, 0xff]))
  const sandbox = openSandbox(root)
  for (const path of ['pipe', 'picture']) {
    await expect(sandbox.read(path, signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
    await expect(sandbox.write(path, 'x', signal)).rejects.toMatchObject({ code: 'sandbox/refused' })
  }
  expect(readFileSync(join(root, 'picture'))).toEqual(Buffer.from([0xff, 0xd8, 0xff]))
})

test('who was told to stop writes nothing', async () => {
  const sandbox = openSandbox(root)
  await expect(sandbox.write('new.txt', 'x', AbortSignal.abort())).rejects.toMatchObject({ code: 'sandbox/unreadable' })
  expect(existsSync(join(root, 'new.txt'))).toBe(false)
})

test('a shorter text replaces all of a longer one', async () => {
  const sandbox = openSandbox(root)
  await sandbox.write('a.txt', 'long text', signal)
  expect(await sandbox.write('a.txt', 'short', signal)).toBe('long text')
  expect(readFileSync(join(root, 'a.txt'), 'utf8')).toBe('short')
})

test('a path that goes up and comes back inside is a path inside', async () => {
  const sandbox = openSandbox(root)
  expect(await sandbox.write('a/../b/./c.txt', 'one', signal)).toBeUndefined()
  expect(await sandbox.write('b/c.txt', 'two', signal)).toBe('one')
  expect(await sandbox.read('b/c.txt', signal)).toBe('two')
  await sandbox.remove('b/c.txt')
  await expect(sandbox.read('b/c.txt', signal)).rejects.toThrow('"b/c.txt" does not exist.')
})

test('errors do not tell where the sandbox is, and large files are not read', async () => {
  mkdirSync(join(root, 'sub'))
  writeFileSync(join(root, 'large.txt'), 'x'.repeat(65 * 1024))
  const sandbox = openSandbox(root)
  const long = 'x'.repeat(300)
  const nowhere = ['sub', 'large.txt/in', long, '']
  const tries = [
    ...['none.txt', 'large.txt', ...nowhere].map((path) => [path, () => sandbox.read(path, signal)] as const),
    ...['large.txt', ...nowhere].map((path) => [path, () => sandbox.write(path, 'x', signal)] as const),
    ...['none.txt', ...nowhere].map((path) => [path, () => sandbox.remove(path)] as const),
  ]
  for (const [path, attempt] of tries) {
    const error: unknown = await attempt().then(
      () => 'it was done',
      (thrown: unknown) => thrown,
    )
    expect(String(error)).toContain(`"${path}"`)
    expect(String(error)).not.toContain(folder)
  }
})
