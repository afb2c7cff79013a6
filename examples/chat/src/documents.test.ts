import { randomBytes } from 'node:crypto'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { ALL_DOCUMENTS, readDocuments, REPOSITORY_DOCUMENTS } from './documents.ts'
import { passagesOf } from './passages.ts'
import { indexPassages } from './search-index.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'stageflow-chat-'))
})
afterEach(() => rm(root, { recursive: true }))

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true })
  await writeFile(join(root, path), text)
}

test('a repository is read from its README, its docs and the READMEs of its packages', async () => {
  for (const path of [
    'README.md',
    'docs/start/quickstart.md',
    'docs/concepts/stages.md',
    'packages/core/README.md',
    'packages/core/src/notes.md',
    'CONTRIBUTING.md',
    'docs/image.png',
  ]) {
    await write(path, '# A\n\ntext\n')
  }
  const documents = await readDocuments(root, REPOSITORY_DOCUMENTS)
  expect(documents.map((document) => document.path)).toEqual([
    'README.md',
    'docs/concepts/stages.md',
    'docs/start/quickstart.md',
    'packages/core/README.md',
  ])
})

test('copies in node_modules, dist and hidden folders are not read', async () => {
  for (const path of [
    'a.md',
    'node_modules/x/README.md',
    'packages/a/node_modules/b/README.md',
    'dist/a.md',
    '.hidden/a.md',
  ])
    await write(path, 'text')
  expect((await readDocuments(root, ALL_DOCUMENTS)).map((document) => document.path)).toEqual(['a.md'])
})

test('a document that was added is found by a word that stands in it alone', async () => {
  await write('docs/stage.md', '# Stage\n\nA stage is the unit of work.\n')
  const word = `z${randomBytes(6).toString('hex')}`
  const search = async () =>
    indexPassages(passagesOf(await readDocuments(root, REPOSITORY_DOCUMENTS))).search(`What is ${word}?`, 3)
  expect(await search()).toEqual([])

  await write('docs/how-to/new.md', `# New\n\n## Below\n\nThe ${word} turns left.\n`)
  expect((await search()).map((one) => one.passage.id)).toEqual(['docs/how-to/new.md#below'])
})

test('a folder that is not there has no documents', async () => {
  expect(await readDocuments(join(root, 'none'), ALL_DOCUMENTS)).toEqual([])
})

test('a folder with the name of a document is none', async () => {
  await write('notes.md/inside.md', 'text')
  expect((await readDocuments(root, ALL_DOCUMENTS)).map((document) => document.path)).toEqual(['notes.md/inside.md'])
})

test('a document that cannot be read is an error that names it', async () => {
  await symlink(join(root, 'gone.txt'), join(root, 'link.md'))
  await expect(readDocuments(root, ALL_DOCUMENTS)).rejects.toMatchObject({
    code: 'chat/document-unreadable',
    message: expect.stringContaining('"link.md"') as string,
  })
})
