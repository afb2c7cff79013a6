import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openDrafts } from './drafts.ts'

let folder: string
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'stageflow-drafts-'))))
afterEach(() => rmSync(folder, { recursive: true }))

test.each(['../a.md', '/etc/passwd', 'a/b.md', '..', '.former', 'a\\b.md', 'a\0.md', 'A.md', ''])(
  'the name %j is refused, to read, to write and to restore',
  async (name) => {
    const drafts = await openDrafts(join(folder, 'drafts'))
    await expect(drafts.read(name)).rejects.toThrow('is not the name of a draft')
    await expect(drafts.write(name, 'x', 'key')).rejects.toThrow('is not the name of a draft')
    expect(() => drafts.restore(name, 'x')).toThrow('is not the name of a draft')
  },
)

test('a link is not read, and writing replaces the link, not what it leads to', async () => {
  const drafts = await openDrafts(join(folder, 'drafts'))
  writeFileSync(join(folder, 'secret.md'), 'secret')
  symlinkSync(join(folder, 'secret.md'), join(folder, 'drafts', 'link.md'))
  await expect(drafts.read('link.md')).rejects.toMatchObject({ code: 'ELOOP' })
})

test('work that is repeated with its key returns the text of before its first time', async () => {
  const drafts = await openDrafts(folder)
  expect(await drafts.write('a.md', 'one', 'key-1')).toBeUndefined()
  expect(await drafts.write('a.md', 'two', 'key-2')).toBe('one')
  expect(await drafts.write('a.md', 'two', 'key-2')).toBe('one')
  expect(await (await openDrafts(folder)).write('a.md', 'two', 'key-2')).toBe('one')
  expect(await drafts.read('a.md')).toBe('two')
  expect(await drafts.list()).toEqual(['a.md'])
})

test('restoring brings the former text back, or removes the file', async () => {
  const drafts = await openDrafts(folder)
  await drafts.write('a.md', 'one', 'key')
  await drafts.restore('a.md', 'zero')
  expect(await drafts.read('a.md')).toBe('zero')
  await drafts.restore('a.md', undefined)
  await drafts.restore('a.md', undefined)
  expect(await drafts.list()).toEqual([])
})
