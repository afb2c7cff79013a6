import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'

import { canShare, linkModules, runCommand, runFile, runPage } from '../docs/snippet-runner.mjs'
import { isRun, readSnippets } from '../docs/snippets.mjs'
import { conclude } from '../lib/workspace.mjs'

// Every `ts` fence of the READMEs and docs compiles, and those whose first line names a file run, by themselves or started by another one.

const MOST_UNCHECKED = 3
/** All fences are compiled at once. For what hangs: on a busy machine this may be slow. */
const LONGEST_COMPILE_MS = 600_000

/** What is wrong with the snippets of `root`; `tools` has the paths of `node` and `tsc`, `pages` patterns of files. */
export async function checkSnippets(root, tools, pages) {
  const { snippets, problems } = readSnippets(root, pages)
  const unchecked = snippets.filter(({ reason }) => reason !== undefined)
  const checked = snippets.filter(({ reason }) => reason === undefined)
  if (unchecked.length > MOST_UNCHECKED) {
    const places = unchecked.map(({ page, line, reason }) => `${page}:${line} (${reason})`).join(', ')
    problems.push(`${unchecked.length} fences opt out of the check; at most ${MOST_UNCHECKED} may: ${places}.`)
  }
  const folder = join(root, '.snippets')
  rmSync(folder, { recursive: true, force: true })
  try {
    setUp(root, folder)
    const written = writePages(folder, checked)
    problems.push(...(await compile(folder, written, tools)))
    // What does not compile is not run: its error would only be said twice.
    const isAllCompiled = problems.length === 0
    if (isAllCompiled) problems.push(...(await runAll(folder, written, tools)))
    const run = isAllCompiled ? checked.filter(isRun).length : 0
    return { problems, checked: checked.length, run, unchecked: unchecked.length }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function setUp(root, folder) {
  linkModules(root, folder)
  const options = {
    composite: false,
    noEmit: true,
    isolatedDeclarations: false,
    moduleDetection: 'force',
    types: ['node'],
  }
  const lenient = { noUnusedLocals: false, noUnusedParameters: false, declaration: false, declarationMap: false }
  const compilerOptions = { ...options, ...lenient, typeRoots: [join(root, 'node_modules/@types')] }
  const config = { extends: '../tsconfig.base.json', compilerOptions, include: ['**/*.ts'], exclude: ['node_modules'] }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module', private: true }))
}

/**
 * A page is a folder, so that its files can import each other. Each file starts on the line that it has in its page, so that the line
 * numbers of errors are those of the page.
 */
function writePages(folder, snippets) {
  return snippets.map((snippet) => {
    const slug = snippet.page.replace(/\.md$/, '').replaceAll('/', '--')
    const path = join(folder, slug, snippet.file ?? `line-${snippet.line}.ts`)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, '\n'.repeat(snippet.line - 1) + snippet.body)
    return { ...snippet, path }
  })
}

async function compile(folder, snippets, { tsc }) {
  if (snippets.length === 0) return []
  // Each checker checks the types of the packages again, so that several take twice the processor time of one.
  const { code, output } = await runCommand(tsc, ['-p', folder, '--pretty', 'false', '--checkers', '1'], {
    cwd: folder,
    timeoutMs: LONGEST_COMPILE_MS,
  })
  if (code === 0) return []
  if (output.trim() === '') return [`The compiler of all fences ended with ${code}, and printed nothing.`]
  const pageOf = new Map(snippets.map(({ path, page }) => [path.slice(folder.length + 1), page]))
  return output
    .trim()
    .split(/\n(?! )/)
    .map((error) =>
      error.replace(/^([^(\n]+)\((\d+),\d+\): /, (_, file, line) => `${pageOf.get(file) ?? file}:${line}: `),
    )
}

// A process per page, since most of a run is the start of Node and the loading of the packages. What does not end well there, or prints
// something else, is run again in a process of its own, whose verdict counts. It gets a new folder: the first run may have left files.
async function runAll(folder, snippets, { node }) {
  const cache = join(folder, '.cache')
  const runs = snippets.filter(isRun)
  const pages = Object.values(Object.groupBy(runs.filter(canShare), ({ page }) => page)).filter(
    ({ length }) => length > 1,
  )
  const proven = new Set(pages.flat().map(placeOf))
  await eachOf(pages, async (files) => {
    for (const file of await runPage(node, cache, files)) proven.delete(placeOf(file))
  })
  const alone = writePages(join(folder, 'alone'), snippets).filter(
    (snippet) => isRun(snippet) && !proven.has(placeOf(snippet)),
  )
  const found = []
  await eachOf(alone, async (snippet) => void found.push(...(await runFile(node, cache, snippet))))
  return found.sort()
}

function placeOf({ page, line }) {
  return `${page}:${line}`
}

async function eachOf(items, run) {
  const waiting = [...items]
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await run(next)
  }
  await Promise.all(Array.from({ length: availableParallelism() }, worker))
}

if (import.meta.main) {
  // Given names of pages, only those are checked.
  const [root, pages] = [process.cwd(), process.argv.slice(2)]
  const tools = { node: process.execPath, tsc: join(root, 'node_modules/.bin/tsc') }
  const { problems, ...count } = await checkSnippets(root, tools, pages.length > 0 ? pages : undefined)
  conclude(
    problems,
    `${count.checked} fences compile, ${count.run} run, ${count.unchecked} of ${MOST_UNCHECKED} opted out`,
  )
}
