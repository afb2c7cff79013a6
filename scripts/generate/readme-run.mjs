import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { transformSync } from 'esbuild'

import { readSnippets } from '../docs/snippets.mjs'
import { conclude, readText } from '../lib/workspace.mjs'

// Runs the first program of the README on a manual clock, so that the picture above it and the text below it are those of one run. Writes that
// text into the README; with --check it must be up to date.

const README = 'README.md'
const PROGRAM = 'chat.ts'
const OUTPUT = /(?<=^```text\n)[\s\S]*?(?=^```$)/m

/** What the program prints, and the report of its run. `packages`: the exports of all packages that it imports. */
export async function runReadme(root, packages) {
  const { snippets } = readSnippets(root, [README])
  const { body } = snippets.find(({ file }) => file === PROGRAM)
  const clock = packages.manualClock()
  const printed = []
  const scope = {
    ...packages,
    clock,
    process: { stdout: { write: (text) => void printed.push(text) } },
    console: { log: (text) => void printed.push(`${text}\n`) },
  }
  const onClock = body.replaceAll(/^import .*$/gm, '').replace('.build()', '.build({ clock })')
  const code = `${transformSync(onClock, { loader: 'ts' }).code}\nreturn { report, pipeline: graph.info }`
  const timer = setInterval(() => void clock.runAll())
  try {
    const program = new AsyncFunction(...Object.keys(scope), code)
    return { ...(await program(...Object.values(scope))), output: printed.join('') }
  } finally {
    clearInterval(timer)
  }
}

const AsyncFunction = (async () => undefined).constructor

if (import.meta.main) {
  const root = process.cwd()
  const entries = ['core', 'report', 'testing'].map((name) => import(join(root, `packages/${name}/src/index.ts`)))
  const { output } = await runReadme(root, Object.assign({}, ...(await Promise.all(entries))))
  const readme = readText(join(root, README))
  const written = readme.replace(OUTPUT, () => output)
  const problems =
    written === readme ? [] : [`${README}: the output of ${PROGRAM} is out of date. Run npm run generate.`]
  if (process.argv.includes('--check'))
    conclude(problems, 'the output of the first program of the README is up to date.')
  else writeFileSync(join(root, README), written)
}
