import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

import { onTestFinished } from 'vitest'

// A workspace of two packages in which nothing is wrong, for tests that plant one fault in it.

const REAL = join(import.meta.dirname, '../..')

/** Writes the small workspace for one test, with `changes` (path → text, or undefined for no such file) made to it. */
export function smallWorkspace(changes = {}) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'stageflow-small-')))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  cpSync(join(REAL, 'tsconfig.base.json'), join(root, 'tsconfig.base.json'))
  symlinkSync(join(REAL, 'node_modules'), join(root, 'node_modules'))
  for (const [file, text] of Object.entries({ ...FILES, ...changes })) {
    if (text === undefined) continue
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  return root
}

/** The manifest of `short`, with `changes` made to it, as the text of a package.json. */
export function manifestOf(short, changes = {}) {
  const onCore = {
    peerDependencies: { '@stageflow/core': '^1.0.0' },
    devDependencies: { '@stageflow/core': 'workspace:*' },
  }
  const entries = (main) => ({ '.': main, './package.json': './package.json' })
  return JSON.stringify({
    name: `@stageflow/${short}`,
    version: '1.0.0',
    description: 'A small package.',
    keywords: ['stageflow', 'stageflow-interceptor', 'small', 'sample'],
    homepage: `https://github.com/stageflow/stageflow/tree/main/packages/${short}#readme`,
    bugs: { url: 'https://github.com/stageflow/stageflow/issues' },
    license: 'MIT',
    repository: {
      type: 'git',
      url: 'git+https://github.com/stageflow/stageflow.git',
      directory: `packages/${short}`,
    },
    files: ['dist', 'src', 'CHANGELOG.md', '!src/**/*.test.ts', '!src/**/*.test-d.ts'],
    scripts: { prepublishOnly: 'node ../../scripts/release/refuse-publish.mjs' },
    type: 'module',
    sideEffects: false,
    exports: entries({
      '@stageflow/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './src/index.ts',
    }),
    publishConfig: {
      access: 'public',
      provenance: true,
      exports: entries({ types: './dist/index.d.ts', default: './dist/index.js' }),
    },
    ...(short === 'core' ? undefined : onCore),
    engines: { node: '>=22.13' },
    stageflow: { role: short === 'core' ? 'core' : 'plugin' },
    ...changes,
  })
}

/** A README that has what a README has, with `body` below its heading Errors. */
export function readmeOf(short, errors = 'None.', more = '') {
  const headings = `## Install\n\n## Use\n\n${more}## Errors\n\n${errors}\n\n## Compatibility\n`
  return `# @stageflow/${short}\n\nA small package.\n\nUse it if something small is missing.\n\n${headings}`
}

/** The changelog of a package that was released once. */
export function changelogOf(short) {
  return `# @stageflow/${short}\n\n## 1.0.0\n\nDoes a small thing.\n`
}

const config = (references) => JSON.stringify({ extends: '../../tsconfig.base.json', references })
const TEST = `import { test } from 'vitest'\n\ntest('core/broken is what a broken one fails with', () => {})\n`
const ROW = '| code | status | when | fix |\n| --- | --- | --- | --- |\n| `core/broken` | 503 | it is broken | fix it |'

const LICENSE = readFileSync(join(REAL, 'LICENSE'), 'utf8')

const FILES = {
  'packages/core/LICENSE': LICENSE,
  'packages/report/LICENSE': LICENSE,
  LICENSE,
  'README.md': '# Small\n',
  'docs/reference/packages.md': '# Packages\n\n<!-- packages:start -->\n<!-- packages:end -->\n',
  'tsconfig.json': JSON.stringify({ references: [{ path: 'packages/core' }, { path: 'packages/report' }] }),
  'packages/core/package.json': manifestOf('core'),
  'packages/core/CHANGELOG.md': changelogOf('core'),
  'packages/core/README.md': readmeOf('core', ROW),
  'packages/core/tsconfig.json': config([]),
  'packages/core/src/index.ts': `export { broken } from './broken.ts'\n`,
  'packages/core/src/broken.ts': `export const broken = (): Error => new Error('core/broken')\n`,
  'packages/core/src/broken.test.ts': TEST,
  'packages/report/package.json': manifestOf('report'),
  'packages/report/CHANGELOG.md': changelogOf('report'),
  'packages/report/README.md': readmeOf('report'),
  'packages/report/tsconfig.json': config([{ path: '../core' }]),
  'packages/report/src/index.ts': `export { again } from './again.ts'\n`,
  'packages/report/src/again.ts': `import { broken } from '@stageflow/core'\n\nexport const again: () => Error = broken\n`,
  'packages/report/src/again.test.ts': TEST,
}
