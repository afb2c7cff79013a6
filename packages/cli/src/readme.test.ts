import { readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'

import { Pipeline } from '@stageflow/core'
import { BufferedExporter } from '@stageflow/exporter-buffered'
import { JsonlExporter } from '@stageflow/exporter-jsonl'
import { manualClock } from '@stageflow/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeJournal, twoOrders } from '../test/journal.ts'
import { newApp, stageflow } from '../test/stageflow.ts'

// Every command of the README prints what the README says: on the file that it shows, and a real journal and log of runs.

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
const { folder, remove } = newApp()
afterAll(remove)

beforeAll(async () => {
  const [, source = ''] = /^```ts\n([\s\S]*?)^```/m.exec(readme) ?? []
  writeFileSync(join(folder, 'order.ts'), source)
  const manifest = { name: 'shop', type: 'module', dependencies: { '@stageflow/core': '^1.0.0' } }
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest))
  const { order } = (await import(join(folder, 'order.ts'))) as { readonly order: Pipeline<any> }
  await makeJournal(join(folder, 'orders.db'), (durable, clock) => twoOrders(durable, clock, order))
  await writeChats()
})

/** Two chats, in a log and as a report each: the model of the second one fails. */
async function writeChats(): Promise<void> {
  const clock = manualClock({ startAt: Date.now() })
  const exporter = new BufferedExporter(new JsonlExporter({ path: join(folder, 'log.jsonl') }))
  const chat = new Pipeline('chat')
    .withStage('library', () => clock.sleep(240))
    .withStage(
      'llm',
      async ({ snapshot }) => {
        await clock.sleep(950)
        if (snapshot.inputText === 'fail') throw new Error('overloaded')
      },
      { dependencies: ['library'] },
    )
    .build({ clock, eventSink: exporter })
  for (const [pipelineRunId, inputText, file] of [
    ['chat-1', 'answer', 'monday.json'],
    ['chat-2', 'fail', 'tuesday.json'],
  ] as const) {
    const settled = chat.runSettled({ inputText, pipelineRunId })
    await clock.runAll()
    writeFileSync(join(folder, file), JSON.stringify((await settled).report))
  }
  await exporter.close()
}

interface Shown {
  readonly command: string
  readonly output: string
}

/** The commands of the README with their outputs, in its order. */
const shown = [...readme.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) =>
  block
    .split(/^\$ npx stageflow /m)
    .slice(1)
    .map((text): Shown => {
      // A line that is too long for the page is broken with an arrow.
      const [command = '', ...lines] = text.trimEnd().replaceAll('\n  ↪', '').split('\n')
      return { command, output: lines.join('\n') }
    }),
)

/** What differs from run to run: times, the version of Node and the name of the user. With them, the widths of columns. */
const withoutTimes = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, '<date>')
    .replaceAll(/\d+ m \d\d s|[\d.]+ (?:ms|s)\b/g, '<time>')
    .replaceAll(/Node v[\d.]+/g, 'Node <version>')
    .replaceAll(`stageflow-cli: ${userInfo().username}`, 'stageflow-cli: ada')
    .replaceAll(/ +/g, ' ')
    .trimEnd()

test('the README shows every command', () => {
  const commands = new Set(shown.map(({ command }) => command.split(' ', 1)[0]))
  expect([...commands]).toEqual(['runs', 'show', 'answer', 'cancel', 'graph', 'view', 'diff', 'doctor'])
})

test.each(shown)('"stageflow $command" prints what the README says', async ({ command, output }) => {
  const words = [...command.matchAll(/'([^']*)'|\S+/g)].map(([word, quoted]) => quoted ?? word)
  const { code, stdout, stderr } = await stageflow(words, { cwd: folder })
  expect(withoutTimes(stderr + stdout)).toBe(withoutTimes(output))
  expect(code).toBe(/--check$|^diff /.test(command) ? 1 : 0)
})
