import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'
import { expect, test } from 'vitest'

const SRC = fileURLToPath(new URL('../src', import.meta.url))
/** Without core, which every app of Stageflow has. */
const MOST = 12_000

/** The bundle of everything that these files of `src` export. */
async function bundleOf(
  ...entries: readonly string[]
): Promise<{ readonly gzipped: number; readonly files: readonly string[] }> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entries.map((entry) => `export * from './${entry}'`).join('\n'), resolveDir: SRC },
    bundle: true,
    minify: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2023',
    external: ['@stageflow/core', '@stageflow/core/*'],
    conditions: ['@stageflow/source'],
    mainFields: ['module', 'main'],
    write: false,
  })
  const code = outputFiles[0]?.text ?? ''
  const files = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs))
  return { gzipped: gzipSync(code, { level: 9 }).length, files }
}

test(`the whole main entry costs an app at most ${MOST} bytes, minified and gzipped`, async () => {
  const { gzipped, files } = await bundleOf('index.ts')
  expect(gzipped).toBeLessThanOrEqual(MOST)
  // What only streams need.
  expect(files.filter((file) => /partial-json|provider-types|written-call/.test(file))).toEqual([])
})

test('what puts streams together comes with the entry /stream', async () => {
  const { files } = await bundleOf('index.ts', 'stream.ts')
  expect(files.some((file) => file.includes('partial-json'))).toBe(true)
})
