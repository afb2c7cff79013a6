import { Pipeline } from '@stageflow/core'
import { expect, test } from 'vitest'
import { sectionsOf } from './search/markdown.ts'
import { quotes } from './quote.ts'

async function quote(...markdown: readonly string[]): Promise<string> {
  const sections = markdown.flatMap((page) => sectionsOf('a.md', page))
  const pages = [{ path: 'a.md', title: 'A', summary: '', sections }]
  const request = { question: '', pages, earlier: [] }
  const graph = new Pipeline('quotes').withStage('llm', (context) => quotes.answer(context, request)).build()
  const run = graph.start()
  let text = ''
  for await (const word of run.chunks('llm')) text += word
  expect((await run.result).data.llm?.text).toBe(text)
  return text
}

test('the text down to the first program is quoted, with the program', async () => {
  expect(await quote('# A\n\nOne.\n\n- two\n- three:\n\n```sh\ninstall\n```\n\n```ts\nrun()\n```\n\nFour.')).toBe(
    'One.\n- two\n- three [1]:\n\n```ts\nrun()\n```',
  )
})

test('a command is quoted if there is no program, and a diagram never', async () => {
  expect(await quote('# A\n\n```mermaid\nflowchart LR\n```\n\nOne.\n\n```sh\ninstall\n```')).toBe(
    'One. [1]\n\n```sh\ninstall\n```',
  )
})

test('the program of the section that comes with it is quoted too', async () => {
  expect(await quote('# A\n\nOne.', '# A\n\n```ts\nrun()\n```')).toBe('One. [1]\n\nFor example:\n\n```ts\nrun()\n```')
})

test('long lists and long programs are cut', async () => {
  const text = await quote(`# A\n\n${'- item\n'.repeat(50)}\n\`\`\`ts\n${'line\n'.repeat(100)}\`\`\``)
  expect(text.match(/- item/g)).toHaveLength(8)
  expect(text.match(/line/g)).toHaveLength(45)
  expect(text).toContain('// … the page has the rest\n```')
})
