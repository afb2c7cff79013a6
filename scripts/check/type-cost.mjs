import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { conclude, readJson } from '../lib/workspace.mjs'

// What an app pays in its editor: the instantiations that a pipeline of 100 stages costs, each reading the two before
// it, against the published declarations. The count is the same on every machine, so it can have a budget.

const STAGES = 100
const BUDGETS = { fluent: 420_000, values: 70_000 }

// If the types were `any`, they would cost nothing: so the last stage has to be read as what it is.
const PROOF = `
const result = await chain.build().run({})
if (result.status === 'completed') {
  // @ts-expect-error a number is no string
  result.data.s${STAGES - 1}.v${STAGES - 1} satisfies string
}
`

const before = (index) => [index - 1, index - 2].filter((each) => each >= 0)
const upTo = (count) => Array.from({ length: count }, (_, index) => index)

const SOURCES = {
  fluent: () => {
    const stages = upTo(STAGES).map((index) => {
      const read = before(index).map((each) => `context.inputs.from('s${each}').v${each}`)
      const dependencies = before(index).map((each) => `'s${each}'`)
      const sum = ['1', ...read].join(' + ')
      return `  .withStage('s${index}', (context) => ({ v${index}: ${sum} }), { dependencies: [${dependencies.join(', ')}] })`
    })
    return `import { Pipeline } from '@stageflow/core'\nexport const chain = new Pipeline('chain')\n${stages.join('\n')}\n${PROOF}`
  },
  values: () => {
    const stages = upTo(STAGES).map((index) => {
      const read = before(index).map((each) => `context.inputs.from('s${each}').v${each}`)
      const after = before(index).map((each) => `s${each}`)
      const run = `run: (context) => ({ v${index}: ${['1', ...read].join(' + ')} })`
      return `const s${index} = defineStage({ name: 's${index}', after: { ${after.join(', ')} }, ${run} })`
    })
    const all = upTo(STAGES).map((index) => `s${index}`)
    return [
      `import { defineStage, Pipeline } from '@stageflow/core'`,
      ...stages,
      `export const chain = Pipeline.from('chain', [${all.join(', ')}])`,
      PROOF,
    ].join('\n')
  },
}

const root = process.cwd()
const tsc = join(root, 'node_modules/.bin/tsc')
const folder = mkdtempSync(join(tmpdir(), 'stageflow-type-cost-'))
const problems = []
const counts = []
try {
  const { status, stdout } = spawnSync(tsc, ['-b', 'packages/core'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`core does not compile:\n${stdout}`)
  for (const [door, source] of Object.entries(SOURCES)) {
    const count = instantiationsOf(source())
    counts.push(`${door} ${count} of ${BUDGETS[door]}`)
    if (count > BUDGETS[door])
      problems.push(`${STAGES} ${door} stages cost ${count} instantiations; the budget is ${BUDGETS[door]}.`)
  }
} catch (error) {
  problems.push(error.message)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
conclude(problems, `instantiations for ${STAGES} stages: ${counts.join(', ')}`)

function instantiationsOf(source) {
  const { compilerOptions } = readJson(join(root, 'tsconfig.base.json'))
  const paths = { '@stageflow/core': [join(root, 'packages/core/dist/index.d.ts')] }
  const options = {
    ...compilerOptions,
    composite: false,
    noUnusedParameters: false,
    isolatedDeclarations: false,
    declaration: false,
    declarationMap: false,
  }
  const config = { compilerOptions: { ...options, noEmit: true, paths }, files: ['chain.ts'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  writeFileSync(join(folder, 'chain.ts'), source)
  const { status, stdout } = spawnSync(tsc, ['-p', folder, '--extendedDiagnostics'], { encoding: 'utf8' })
  if (status !== 0) throw new Error(`The pipeline of the type-cost check does not compile:\n${stdout}`)
  return Number(stdout.match(/Instantiations:\s+(\d+)/)[1])
}
