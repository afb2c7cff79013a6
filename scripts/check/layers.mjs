import { circlesOf, readImportGraph } from '../lib/import-graph.mjs'
import { conclude, readPackages, readSources, sourceOf } from '../lib/workspace.mjs'

// The shape of the sources. In every package, files never import each other in a circle. A package may list its folders,
// top first, as "stageflow": { "layers": […] } in package.json: then a folder imports only the folders below it.
// Types count like values, because a reader has to follow them too.

const LONGEST = 300
/** The highest number of source files of a package, without the files of its other entries (`./redaction`). */
const MOST_FILES = { '@stageflow/core': 48 }

/** Every fault in the shape of the packages at `root`, and the line to print if there is no fault. */
export function checkLayers(root) {
  const packages = readPackages(root)
  const problems = []
  const shapes = []
  for (const each of packages) {
    const graph = readImportGraph(root, each.folder)
    problems.push(...longFiles(root, each), ...circles(graph, each))
    if (each.manifest.stageflow?.layers === undefined) continue
    const shape = shapeOf(graph, each)
    problems.push(...placeProblems(shape, each), ...upwardImports(graph, shape, each), ...countProblems(shape, each))
    shapes.push(`${each.short}: ${shape.counted.length} files in ${shape.folders.length} folders, no import goes up, `)
  }
  return { problems, summary: `${shapes.join('')}no circle in ${packages.length} packages` }
}

function longFiles(root, { folder }) {
  return readSources(root, folder).flatMap(({ file, text }) => {
    const lines = text.trimEnd().split('\n').length
    return lines > LONGEST ? [`${file} has ${lines} lines; at most ${LONGEST} are allowed. Split it by subject.`] : []
  })
}

function circles(graph, { folder }) {
  return circlesOf(graph).map(({ size, way }) => {
    const names = way.map((file) => file.slice(`${folder}/src/`.length)).join(' → ')
    const example = size > way.length - 1 ? ', for example' : ':'
    return `${folder}/src: ${size} files import each other in a circle${example} ${names}. Move the shared code into a file that imports none of them.`
  })
}

/** The level of each file of a package with layers: 0 for its entries and their folders, then one per layer. */
function shapeOf(graph, { folder, manifest }) {
  const { layers } = manifest.stageflow
  const inSrc = (file) => file.slice(`${folder}/src/`.length)
  const entries = new Set(
    Object.values(manifest.exports ?? {}).flatMap(
      (entry) => /^\.\/src\/([^/]+?)(\.ts$|\/)/.exec(sourceOf(entry))?.[1] ?? [],
    ),
  )
  const imported = new Set([...graph.values()].flatMap((targets) => [...targets]))
  const levels = new Map()
  const shape = { levels, counted: [], folders: [], loose: [], unlisted: [] }
  const seen = new Set()
  for (const file of graph.keys()) {
    const [first, rest] = inSrc(file).split('/', 2)
    const name = rest === undefined ? first.replace(/\.ts$/, '') : first
    // Only tests import such a file: it is a helper of the tests.
    if (rest === undefined && !entries.has(name) && !imported.has(file)) continue
    const isFurtherEntry = entries.has(name) && name !== 'index'
    if (!isFurtherEntry) shape.counted.push(file)
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

function upwardImports(graph, { levels }, { manifest }) {
  const nameOf = (level) => manifest.stageflow.layers[level - 1] ?? 'the entries'
  return [...graph].flatMap(([file, targets]) =>
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

function countProblems({ counted }, { folder, manifest }) {
  const most = MOST_FILES[manifest.name]
  if (!(counted.length > most)) return []
  return [`${folder}/src has ${counted.length} files; at most ${most} are allowed. Join files that are read together.`]
}

if (import.meta.main) {
  const { problems, summary } = checkLayers(process.argv[2] ?? process.cwd())
  conclude(problems, summary)
}
