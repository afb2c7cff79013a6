import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Every published package of the workspace: where it lies, its manifest, and its short name (the folder's). */
export function readPackages(root) {
  const folders = readdirSync(join(root, 'packages')).map((name) => `packages/${name}`)
  return folders
    .filter((folder) => existsSync(join(root, folder, 'package.json')))
    .map((folder) => ({ folder, short: basename(folder), manifest: readJson(join(root, folder, 'package.json')) }))
    .filter(({ manifest }) => manifest.private !== true)
}

/** Whether a package is one of this workspace, by its name. */
export const isOurs = (name) => name.startsWith('@stageflow/') || name === 'stageflow' || name === 'create-stageflow'

export function readJson(file) {
  return JSON.parse(readFileSync(file, 'utf8'))
}

/** The file that an entry of `exports` leads to inside the workspace. */
export function sourceOf(entry) {
  return typeof entry === 'string' ? entry : (entry?.['@stageflow/source'] ?? '')
}

/** The text of a file, or '' if the file doesn't exist. */
export function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

const IS_TEST = /\.(test|test-d)\.[cm]?ts$/

/** Sources that a script bundles from others. Those are checked themselves. */
export const BUNDLES = new Set(['packages/inspector/src/page-text.ts'])

/** The TypeScript files of a package that are published, with their text. */
export function readSources(root, folder) {
  return readAll(root, `${folder}/src/**/*.ts`).filter(({ file }) => !IS_TEST.test(file) && !BUNDLES.has(file))
}

/** The tests of a package, beside the sources and in `test/`. */
export function readTests(root, folder) {
  return readAll(root, `${folder}/{src,test}/**/*.test.ts`)
}

/** What lies below a `## heading` of a Markdown page, up to the next heading of that level. */
export function sectionOf(markdown, heading) {
  const [, after] = markdown.split(new RegExp(`^## ${heading}\\s*$`, 'm'))
  return after?.split(/^## /m)[0] ?? ''
}

/** The rows of all tables of a Markdown text, as objects by the names of the columns, without code marks. */
export function rowsOf(markdown) {
  let columns
  return markdown.split('\n').flatMap((line) => {
    if (!line.startsWith('|')) {
      columns = undefined
      return []
    }
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', ''))
    if (columns === undefined) columns = cells
    else if (!/^:?-+:?$/.test(cells[0]))
      return [Object.fromEntries(columns.map((name, index) => [name, cells[index] ?? '']))]
    return []
  })
}

/** Numbers as code writes them: `1_000` and 1,000 are 1000. */
export const withoutSeparators = (text) => text.replaceAll(/(?<=\d)[_,](?=\d{3})/g, '')

/** Prints what a check found and sets the exit code; the last line is the one that the summary shows. */
export function conclude(problems, summary) {
  for (const problem of problems) console.error(`✗ ${problem}`)
  if (problems.length > 0) process.exitCode = 1
  console.log(problems.length === 0 ? summary : `${problems.length} problem${problems.length === 1 ? '' : 's'}`)
}

function readAll(root, pattern) {
  const files = globSync(pattern, { cwd: root }).map((file) => file.replaceAll('\\', '/'))
  return files.sort().map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }))
}
