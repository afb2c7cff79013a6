import { join } from 'node:path'

import { transformerTwoslash } from '@shikijs/vitepress-twoslash'
import type { MarkdownRenderer } from 'vitepress'

import { readPackages, sourceOf } from '../../scripts/lib/workspace.mjs'
import { ROOT } from './pages.ts'

// The pages whose point is the types: a reader sees the type of each name in their code. The errors that pages show are those of the
// compiler of the workspace, which is newer than the one that reads this code.

const PAGES = new Set([
  'docs/index.md',
  'docs/start/quickstart.md',
  'docs/concepts/pipelines.md',
  'docs/concepts/stages.md',
  'docs/how-to/pass-data.md',
  'packages/core/README.md',
])

type Core = Parameters<Parameters<MarkdownRenderer['core']['ruler']['push']>[1]>[0]

/** Marks the TypeScript blocks of these pages for `typesOnHover`. */
export function markTyped({ tokens, env }: Core): void {
  if (!PAGES.has((env.realPath ?? env.path).slice(ROOT.length))) return
  for (const token of tokens) if (token.type === 'fence' && token.info.trim() === 'ts') token.info = 'ts twoslash'
}

/** Where the compiler finds our packages: in their sources. */
const sources = Object.fromEntries(
  readPackages(ROOT).flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports as Record<string, unknown>).map(([entry, target]) => [
      join(manifest.name, entry),
      [join(ROOT, folder, sourceOf(target))],
    ]),
  ),
)

export function typesOnHover(): ReturnType<typeof transformerTwoslash> {
  return transformerTwoslash({
    twoslashOptions: {
      vfsRoot: ROOT,
      compilerOptions: {
        strict: true,
        noUncheckedIndexedAccess: true,
        exactOptionalPropertyTypes: true,
        target: 10, // ES2023
        module: 199, // NodeNext
        moduleResolution: 99, // NodeNext
        lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.asynciterable.d.ts'],
        allowImportingTsExtensions: true,
        noEmit: true,
        skipLibCheck: true,
        types: ['node'],
        typeRoots: [join(ROOT, 'node_modules/@types')],
        customConditions: ['@stageflow/source'],
        paths: sources,
      },
      // A block may import a file of its page, which the compiler doesn't see. The check of snippets compiles all of them.
      handbookOptions: { noErrors: true },
    },
  })
}
