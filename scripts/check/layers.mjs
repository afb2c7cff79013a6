import { join } from 'node:path'

import { parse, walk } from '../lib/syntax.mjs'
import { conclude, readPackages, readSources, sourceOf } from '../lib/workspace.mjs'

// A package may list its folders, top first, as "stageflow": { "layers": […] } in package.json. Then a folder imports only the folders below
// it. Types count like values, because a reader has to follow them too. oxlint refuses circles of files, and `import()` of types.

/** Every import that goes up in the packages at `root`, and the line to print if there is none. */
export function checkLayers(root) {
  const layered = readPackages(root).filter(({ manifest }) => manifest.stageflow?.layers !== undefined)
  const problems = layered.flatMap((each) => {
    const imports = readImports(root, each.folder)
    const shape = shapeOf(imports, each)
    return [...placeProblems(shape, each), ...upwardImports(imports, shape, each)]
  })
  const shapes = layered.map(({ short, manifest }) => `${short}: ${manifest.stageflow.layers.length} folders`)
  return { problems, summary: `${shapes.join(', ')}; no import goes up` }
}

/** Which sources of a package import which others, types included. The files are named from the root. */
function readImports(root, folder) {
  const sources = readSources(root, folder)
  const files = new Set(sources.map(({ file }) => file))
  const edges = sources.map(({ file, text }) => {
    const targets = relativeImports(file, text).map((target) => join(file, '..', target).replaceAll('\\', '/'))
    return [file, new Set(targets.filter((target) => files.has(target)))]
  })
  return new Map(edges)
}

/** Every relative path that a file imports: `import`, `export … from`, `import()`, each also of types. */
function relativeImports(file, text) {
  const found = []
  walk(parse(file, text), ({ source }) => {
    if (typeof source?.value === 'string' && source.value.startsWith('.')) found.push(source.value)
  })
  return found
}

/** The level of each file of a package with layers: 0 for its entries and their folders, then one per layer. */
function shapeOf(imports, { folder, manifest }) {
  const { layers } = manifest.stageflow
  const inSrc = (file) => file.slice(`${folder}/src/`.length)
  const entries = new Set(
    Object.values(manifest.exports ?? {}).flatMap(
      (entry) => /^\.\/src\/([^/]+?)(\.ts$|\/)/.exec(sourceOf(entry))?.[1] ?? [],
    ),
  )
  const imported = new Set([...imports.values()].flatMap((targets) => [...targets]))
  const levels = new Map()
  const shape = { levels, folders: [], loose: [], unlisted: [] }
  const seen = new Set()
  for (const file of imports.keys()) {
    const [first, rest] = inSrc(file).split('/', 2)
    const name = rest === undefined ? first.replace(/\.ts$/, '') : first
    // Only tests import such a file: it is a helper of the tests.
    if (rest === undefined && !entries.has(name) && !imported.has(file)) continue
    if (entries.has(name)) levels.set(file, 0)
    else if (rest === undefined) shape.loose.push(file)
    else if (!layers.includes(first)) shape.unlisted.push(file)
    else {
      levels.set(file, layers.indexOf(first) + 1)
      seen.add(first)
    }
  }
  shape.folders = layers.filter((layer) => seen.has(layer))
  return shape
}

function placeProblems({ loose, unlisted, folders }, { folder, manifest }) {
  const list = `"stageflow.layers" of ${folder}/package.json`
  const empty = manifest.stageflow.layers.filter((layer) => !folders.includes(layer))
  return [
    ...loose.map((file) => `${file} is directly in src, but package.json does not export it. Move it into a folder.`),
    ...unlisted.map((file) => `${file} is in a folder that ${list} does not list. Move the file, or list its folder.`),
    ...empty.map((layer) => `${list} lists "${layer}", but src/${layer} has no file. Remove it from the list.`),
  ]
}

function upwardImports(imports, { levels }, { manifest }) {
  const nameOf = (level) => manifest.stageflow.layers[level - 1] ?? 'the entries'
  return [...imports].flatMap(([file, targets]) =>
    [...targets].flatMap((target) => {
      const from = levels.get(file)
      const to = levels.get(target)
      if (!(from > to)) return []
      return [
        `${file} imports ${target}, but ${nameOf(from)} is below ${nameOf(to)}. Move the imported code down, or pass it in as an argument.`,
      ]
    }),
  )
}

if (import.meta.main) {
  const { problems, summary } = checkLayers(process.argv[2] ?? process.cwd())
  conclude(problems, summary)
}
