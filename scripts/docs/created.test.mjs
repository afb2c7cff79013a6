import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, test } from 'vitest'

import { createdBy } from './created.mjs'
import { guideSteps } from './guide-steps.mjs'

const ROOT = join(import.meta.dirname, '../..')
const readPage = (page) => readFileSync(join(ROOT, page), 'utf8')

test('a command makes the files of its kind, in the folder of the package', () => {
  const [created, ...others] = createdBy(
    '```sh\nnpm create stageflow@latest quota -- --template interceptor\ncd there\n```',
  )
  expect(others).toEqual([])
  expect(created).toMatchObject({ kind: 'interceptor', folder: 'stageflow-interceptor-quota' })
  expect(created.files.get('src/quota.ts')).toContain('export function quota')
  expect(created.packages).toEqual(expect.arrayContaining(['@stageflow/core', '@stageflow/testing', 'typescript']))
})

test.each([
  ['docs/how-to/write-a-sink.md', 4],
  ['docs/how-to/write-an-exporter.md', 5],
  ['docs/how-to/write-a-store.md', 5],
])('%s shows the files that its command makes as they are', (page, count) => {
  const text = readPage(page)
  const [{ folder, files }] = createdBy(text)
  const written = guideSteps(text).filter((step) => step.folder === folder && step.write !== undefined)
  const shown = written.filter(({ write }) => files.has(write))
  expect(shown).toHaveLength(count)
  for (const { write, text: body } of shown) expect(body).toBe(`// ${write}\n${files.get(write)}`)
})
