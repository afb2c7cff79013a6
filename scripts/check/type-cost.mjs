import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { conclude, readJson } from '../lib/workspace.mjs'

// What an app pays in its editor: the instantiations that a pipeline of 100 stages or 60 maps costs, against the published
// declarations. Each stage reads the two before it, each map the one before it. The count is the same on every machine, so it can
// have a budget.

const STAGES = 100
const MAPS = 60
const BUDGETS = {
  fluent: 420_000,
  values: 70_000,
  maps: 160_000,
  'maps of pipelines': 80_000,
  'maps as values': 60_000,
}

// If the types were `any`, they would cost nothing: so the last stage has to be read as what it is.
const PROOF = `
const result = await chain.build().run({})
if (result.status === 'completed') {
  // @ts-expect-error a number is no string
  result.data.s${STAGES - 1}.v${STAGES - 1} satisfies string
}
`

const PROOF_OF_MAPS = `
const result = await chain.build().run({})
if (result.status === 'completed') {
  // @ts-expect-error a number is no string
  for (const item of result.data.m${MAPS - 1}.items) item?.n satisfies string | undefined
}
`
const LIST = `({ docs: [{ id: 'a', text: 'x' }] })`
const OVER = `over: (inputs) => inputs.from('list').docs`

/** A map that reads the one before it. */
function mapOf(index) {
  const read = index === 0 ? [] : [`context.inputs.from('m${index - 1}').items.length`]
  return `${OVER}, each: async (doc, context) => ({ n: ${['doc.text.length', ...read].join(' + ')} })`
}

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
  maps: () => {
    const maps = upTo(MAPS).map((index) => {
      const dependencies = ['list', ...(index === 0 ? [] : [`m${index - 1}`])].map((name) => `'${name}'`)
      return `  .withMap('m${index}', { dependencies: [${dependencies.join(', ')}], ${mapOf(index)} })`
    })
    const start = `export const chain = new Pipeline('chain').withStage('list', () => ${LIST})`
    return [`import { Pipeline } from '@stageflow/core'`, start, ...maps, PROOF_OF_MAPS].join('\n')
  },
  'maps of pipelines': () => {
    const maps = upTo(MAPS).map((index) => {
      const dependencies = ['list', ...(index === 0 ? [] : [`m${index - 1}`])].map((name) => `'${name}'`)
      const input = `input: (doc) => ({ inputText: doc.text })`
      return `  .withMap('m${index}', { dependencies: [${dependencies.join(', ')}], ${OVER}, each: kid, ${input} })`
    })
    return [
      `import { Pipeline } from '@stageflow/core'`,
      `const kid = new Pipeline('kid').withStage('n', () => ({ n: 1 })).withStage('text', () => ({ text: 'x' }))`,
      `export const chain = new Pipeline('chain').withStage('list', () => ${LIST})`,
      ...maps,
      PROOF_OF_MAPS.replace('item?.n', 'item?.n.n'),
    ].join('\n')
  },
  'maps as values': () => {
    const maps = upTo(MAPS).map((index) => {
      const after = ['list', ...(index === 0 ? [] : [`m${index - 1}`])]
      return `const m${index} = mapStage({ name: 'm${index}', after: { ${after.join(', ')} }, ${mapOf(index)} })`
    })
    const all = ['list', ...upTo(MAPS).map((index) => `m${index}`)]
    return [
      `import { defineStage, mapStage, Pipeline } from '@stageflow/core'`,
      `const list = defineStage({ name: 'list', run: () => ${LIST} })`,
      ...maps,
      `export const chain = Pipeline.from('chain', [${all.join(', ')}])`,
      PROOF_OF_MAPS,
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
      problems.push(`The pipeline of ${door} costs ${count} instantiations; the budget is ${BUDGETS[door]}.`)
  }
} catch (error) {
  problems.push(error.message)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
conclude(problems, `instantiations for ${STAGES} stages and ${MAPS} maps: ${counts.join(', ')}`)

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
