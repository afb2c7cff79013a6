import { globSync } from 'node:fs'
import { join } from 'node:path'

import { DeclarationFiles } from '../lib/declaration-files.mjs'
import { entriesOf, referencesIn } from '../lib/public-types.mjs'
import { conclude, readPackages, readText } from '../lib/workspace.mjs'

// Users can find every export: the code on a page of the documentation names it, or the declaration of something that is named
// refers to it. What a package adds to other modules, such as options of stages, counts as named. What it passes on from another
// package is checked there. A name also means one thing: two entries export it only if both have it from one declaration.

const PAGES = ['README.md', 'docs/**/*.md', 'packages/*/README.md', 'packages/*/docs/**/*.md']
const FOR_CONTRIBUTORS = /^docs[\\/]project[\\/]/
const CODE = /^ *```[\s\S]*?^ *```|`[^`\n]+`/gm

/** The exports that users cannot find, and how many exports there are. */
export function checkExports(root) {
  const named = namedIn(root)
  const exported = readPackages(root).flatMap((each) => exportsOf(root, each, named))
  const problems = exported
    .filter(({ isFound }) => !isFound)
    .map(({ entry, name }) => `${entry} exports ${name}, which no page names: show its use, or remove the export.`)
  return { problems, exported: exported.length }
}

/** The names that entries export for different things, and where each of these is declared. */
export function checkNames(root) {
  const files = new DeclarationFiles()
  const entries = new Map(
    readPackages(root).flatMap((each) =>
      entriesOf(root, each).map(({ subpath, path }) => [join(each.manifest.name, subpath), path]),
    ),
  )
  const exported = [...entries].flatMap(([entry, path]) =>
    files.exportsOf(path).map(({ name, origin }) => ({ name, entry, thing: thingOf(files, entries, origin) })),
  )
  return [...Map.groupBy(exported, ({ name }) => name)].flatMap(([name, all]) => {
    const things = Map.groupBy(all, ({ thing }) => thing)
    if (things.size === 1) return []
    const places = [...things.values()].map(([{ entry }]) => entry)
    return [`${places.join(' and ')} export ${name}, each for a thing of its own: share one, or rename all but one.`]
  })
}

/** The file and the name of a declaration, even if it comes through other packages. Their modules stand for foreign packages. */
function thingOf(files, entries, { path, source, name }) {
  if (path !== undefined) return `${path} ${name}`
  const entry = entries.get(source)
  if (entry === undefined) return `${source} ${name}`
  return thingOf(files, entries, files.exportsOf(entry).find((each) => each.name === name).origin)
}

/** Every word in the code of the pages. */
function namedIn(root) {
  const pages = PAGES.flatMap((pattern) => globSync(pattern, { cwd: root })).filter(
    (page) => !FOR_CONTRIBUTORS.test(page),
  )
  const code = pages.flatMap((page) => readText(join(root, page)).match(CODE) ?? [])
  return new Set(code.flatMap((each) => each.match(/\w+/g) ?? []))
}

function exportsOf(root, given, named) {
  const files = new DeclarationFiles()
  const exported = entriesOf(root, given).flatMap(({ subpath, path }) =>
    files.exportsOf(path).map((each) => ({ entry: join(given.manifest.name, subpath), ...each })),
  )
  const reached = reachedFrom(files, [
    ...exported.filter(({ name }) => named.has(name)).map(({ origin }) => origin),
    ...entriesOf(root, given).flatMap(({ path }) => additionsOf(files, path)),
  ])
  return exported.map(({ entry, name, origin: { path, name: declared } }) => ({
    entry,
    name,
    isFound: path === undefined || named.has(name) || reached.has(`${path} ${declared}`),
  }))
}

/** What the blocks `declare module` of an entry refer to. */
function additionsOf(files, entry) {
  return files
    .reachedFrom(entry)
    .flatMap((path) => files.read(path).augmented.flatMap((block) => originsIn(files, path, block)))
}

function originsIn(files, path, node) {
  return [...referencesIn(node)].map((name) => files.originOf(path, name)).filter((origin) => origin !== undefined)
}

/** The declarations of the package that some of them refer to, they included. */
function reachedFrom(files, origins) {
  const reached = new Set()
  const waiting = [...origins]
  for (const { path, name } of waiting) {
    if (path === undefined || reached.has(`${path} ${name}`)) continue
    reached.add(`${path} ${name}`)
    for (const declaration of files.read(path).declared.get(name)) waiting.push(...originsIn(files, path, declaration))
  }
  return reached
}

if (import.meta.main) {
  const root = process.cwd()
  const { problems, exported } = checkExports(root)
  conclude(
    [...problems, ...checkNames(root)],
    `${exported} exports are named on a page, or by the declaration of one that is, and each name means one thing`,
  )
}
