import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { fileURLToPath } from 'node:url'

import { Application } from 'typedoc'

import { readPackages, sourceOf } from '../scripts/lib/workspace.mjs'
import { anchorsOf, followMoved, splitPage } from './split-page.mjs'

const REPOSITORY = 'https://github.com/stageflow/stageflow'

// Writes the API reference from the types of every entry of every package: a page for each entry, or several if one would be too long.

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const OUT = join(ROOT, 'website/api')

/** The import path of each entry, by its file. */
const entries = new Map(
  readPackages(ROOT).flatMap(({ folder, manifest }) =>
    Object.entries(manifest.exports)
      .map(([entry, target]) => [sourceOf(target), posix.join(manifest.name, entry)])
      .filter(([path]) => path.endsWith('.ts'))
      .map(([path, name]) => [join(ROOT, folder, path), name]),
  ),
)
const app = await Application.bootstrapWithPlugins({
  plugin: ['typedoc-plugin-markdown'],
  entryPoints: [...entries.keys()],
  tsconfig: join(ROOT, 'website/tsconfig.api.json'),
  readme: 'none',
  name: 'API',
  out: OUT,
  skipErrorChecking: true,
  excludeInternal: true,
  excludePrivate: true,
  githubPages: false,
  outputFileStrategy: 'modules',
  entryFileName: 'index',
  disableGit: true,
  gitRevision: 'main',
  useCodeBlocks: true,
  sourceLinkTemplate: `${REPOSITORY}/blob/main/packages/{path}#L{line}`,
  hideBreadcrumbs: true,
  hidePageHeader: true,
  parametersFormat: 'table',
  expandObjects: true,
  logLevel: 'Warn',
})
const project = await app.convert()
if (project === undefined) throw new Error('typedoc could not read the packages.')
for (const entry of project.children ?? [])
  entry.name = entries.get(entry.sources?.[0]?.fullFileName ?? '') ?? entry.name
rmSync(OUT, { recursive: true, force: true })
await app.generateOutputs(project)

const LONGEST_PAGE = 150_000

const read = (file) => readFileSync(join(OUT, file), 'utf8')
const pagesNow = () => globSync('**/*.md', { cwd: OUT }).map((file) => file.replaceAll('\\', '/'))
for (const file of pagesNow().filter((page) => read(page).length > LONGEST_PAGE)) {
  const { pages: parts, moved } = splitPage(file, read(file))
  const others = pagesNow()
    .filter((page) => page !== file)
    .map((page) => [page, read(page)])
  const taken = others.find(([page]) => parts.has(page))
  if (taken !== undefined) throw new Error(`${file}: an entry and a source file are both called ${taken[0]}.`)
  for (const [page, text] of [...others, ...parts]) {
    mkdirSync(dirname(join(OUT, page)), { recursive: true })
    const at = parts.has(page) && page !== file ? file : page
    writeFileSync(join(OUT, page), followMoved(text, { from: page, at, file, moved }))
  }
}

// The generator counts `EventFilter.stats` and `EventFilterStats` as one name: the second is no `-1` on the page.
const anchors = new Map(pagesNow().map((page) => [page, anchorsOf(read(page))]))
/** What a class inherits from JavaScript is defined in a package, to which the repository has no link. */
const DEFINED_ELSEWHERE = /^Defined in: \[\S*node\\_modules\S*\n\n/gm
/** The generator writes it for each parameter without a default, even if it is required. */
const NO_DEFAULT = /^(\| .+(?<!\\)\| .+(?<!\\)\|) `undefined` \|$/gm
/** The generator's name for a parameter that the code takes apart. */
const TAKEN_APART = /(\.\.\.`?)?__namedParameters/g
for (const page of pagesNow()) {
  const linked = read(page)
    .replaceAll(DEFINED_ELSEWHERE, '')
    .replaceAll(NO_DEFAULT, '$1 |')
    .replaceAll(TAKEN_APART, (_, rest) => (rest === undefined ? 'fields' : `${rest}others`))
  const text = linked.replaceAll(/(\]\((?![a-z]+:)([^)#\s]*)#)([^)\s]+)(?=\))/g, (link, start, path, anchor) => {
    const there = anchors.get(path === '' ? page : posix.join(posix.dirname(page), path))
    const first = anchor.replace(/-\d+$/, '')
    return there?.has(anchor) === false && there.has(first) ? start + first : link
  })
  writeFileSync(join(OUT, page), text)
}
