import { join } from 'node:path'

import { ERROR_SHAPES } from '../../packages/core/test/error-shapes.ts'
import { SITUATIONS, WITHOUT_HEADERS } from '../../packages/provider-sdks/test/situations.ts'
import { readJson } from '../lib/workspace.mjs'
import { generateTables, table } from './generated-tables.mjs'

// The page of error classes, from the rows that the tests of classifyError and of the SDKs run.

const shapes = Object.entries(ERROR_SHAPES).map(([group, rows]) => {
  const cells = rows.map(({ what, is }) => [is, what])
  return `### ${group}\n\n${table(['class', 'error'], cells)}`
})
const code = (name) => `\`${name}\``
const situations = Object.entries(SITUATIONS).map(([situation, { outcome, except = {} }]) => [
  situation,
  outcome,
  Object.entries(except)
    .map(([sdk, other]) => `${code(sdk)}: ${other}`)
    .join('; '),
])
const { devDependencies } = readJson(join(import.meta.dirname, '../../packages/provider-sdks/package.json'))
const versions = Object.entries(devDependencies).filter(([name]) => !name.startsWith('@stageflow/'))

generateTables('docs/reference/error-classes.md', {
  shapes: shapes.join('\n\n'),
  sdks: table(
    ['package', 'version'],
    versions.map(([name, version]) => [code(name), version]),
  ),
  situations: table(['what the server does', 'class', 'except'], situations),
  'without-headers': `${WITHOUT_HEADERS.map((sdk) => `- ${code(sdk)}`).join('\n')}`,
})
