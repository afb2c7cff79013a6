import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

import { build } from 'esbuild'
import { parseSync } from 'oxc-parser'

import { conclude, readPackages, readText, sourceOf } from '../lib/workspace.mjs'

// The page of sizes: what each entry of a package adds to the bundle of an app, and what the features of core cost. With --check nothing is
// written; the page may differ a little from what is measured, so that not every change of a line needs a new page.

export const PAGE = 'docs/reference/sizes.md'
const CORE = '@stageflow/core'
/** The most bytes of an entry. Decision 129 in docs/project/decisions says why there are so few. */
export const CEILINGS = { [CORE]: 40_000 }
/** The features of core: the files that can be left out of the main entry, or the export that another entry adds. All else is the engine. */
const FEATURES = {
  'child pipelines and `runChild`': [
    'children/pipeline-stage.ts',
    'children/child-run.ts',
    'report/child-ending.ts',
    'report/child-runs.ts',
  ],
  'maps over items': ['children/map-stage.ts'],
  'interceptors around calls: `wrap` and `onCall`': [
    'call/layers.ts',
    'call/call.ts',
    'call/answers.ts',
    'call/code.ts',
  ],
  'interceptors around runs: `wrapRun` and `onRun`': ['run/run-interceptors.ts'],
  'cancelling, time limits and grace': ['run/stopping.ts', 'call/limits.ts', 'base/due-queue.ts'],
  '`maxConcurrency`': ['schedule/slots.ts'],
  'events, sinks and the reader of `start()`': ['report/run-events.ts', 'contract/events.ts', 'contract/event-sink.ts'],
  'notes and problems': ['report/notebook.ts'],
  'records of stages': ['report/record.ts'],
  'reading and freezing the input of a run': ['contract/snapshot.ts', 'contract/snapshot-fields.ts'],
  'repeating a child pipeline: `repeatUntil` of `/repeat`': { export: 'repeatUntil', from: 'repeat.ts' },
  'resuming a suspended run: `resumeRun` of `/durable`': { export: 'resumeRun', from: 'durable.ts' },
  'runs that outlive a process: `runDurable` of `/durable`': { export: 'runDurable', from: 'durable.ts' },
}
/** The page is stale if a figure differs by more than both of these. */
const TOLERANCE = { bytes: 100, share: 0.02 }
const BEGIN = '<!-- sizes:start: npm run generate writes this -->'
const END = '<!-- sizes:end -->'

/** The bytes of every entry and of every feature of core, minified and gzipped. */
export async function measuredSizes(root, features = FEATURES) {
  const packages = readPackages(root)
  const core = packages.find(({ manifest }) => manifest.name === CORE)
  const main = entriesOf(root, core)[0].path
  const base = await bundleSize([all(main)])
  const inCore = (file) => join(root, core.folder, 'src', file)
  const entries = packages
    .flatMap((each) => entriesOf(root, each))
    .map(async ({ name, path, external }) => {
      const bytes = path === main ? base : (await bundleSize([all(main), all(path)], { external })) - base
      return { name, bytes }
    })
  const parts = Object.entries(features).map(async ([name, given]) => {
    const bytes = Array.isArray(given)
      ? base - (await bundleSize([all(main)], { left: given.map(inCore) }))
      : (await bundleSize([all(main), `export { ${given.export} } from ${JSON.stringify(inCore(given.from))}`])) - base
    return { name, bytes }
  })
  return { entries: await Promise.all(entries), features: await Promise.all(parts) }
}

/** The entries of a package: the name to import, the source, and the peers that an app brings itself. */
function entriesOf(root, { folder, manifest }) {
  const external = Object.keys(manifest.peerDependencies ?? {}).filter((peer) => peer !== CORE)
  return Object.entries(manifest.exports)
    .map(([subpath, target]) => ({ subpath, source: sourceOf(target) }))
    .filter(({ source }) => source.startsWith('./src/'))
    .map(({ subpath, source }) => ({ name: join(manifest.name, subpath), path: join(root, folder, source), external }))
}

const all = (path) => `export * from ${JSON.stringify(path)}`

/** The size of a bundle of these exports. The files that are `left` out export nothing but names. */
async function bundleSize(lines, { external = [], left = [] } = {}) {
  const { outputFiles } = await build({
    stdin: { contents: lines.join('\n'), resolveDir: process.cwd() },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'es2023',
    external,
    plugins: [
      { name: 'leave-out', setup: (esbuild) => esbuild.onLoad({ filter: /\.ts$/ }, (file) => emptied(file, left)) },
    ],
    write: false,
    logLevel: 'error',
  })
  return gzipSync(outputFiles[0].text, { level: 9 }).length
}

/** A module that exports the same values, all undefined. */
function emptied({ path }, left) {
  if (!left.includes(path)) return undefined
  const { staticExports } = parseSync(path, readFileSync(path, 'utf8')).module
  const values = staticExports.flatMap(({ entries }) => entries.filter(({ isType }) => !isType))
  return { contents: values.map(({ exportName }) => `export let ${exportName.name}`).join('\n') }
}

/** The page with the tables of these sizes. */
export function pageWith(page, { entries, features }) {
  const sections = [table('entry', entries, (name) => `\`${name}\``), FEATURES_TEXT, table('feature', features)]
  const [start, end] = [page.indexOf(BEGIN), page.indexOf(END)]
  return `${page.slice(0, start)}${[BEGIN, ...sections, ''].join('\n\n')}${page.slice(end)}`
}

const FEATURES_TEXT = `## Features of core

What the main entry would lose without the files of a feature. Features share code, so the rows don't add up. The exports of
\`@stageflow/core/durable\` are on top of the main entry.`

function table(head, sizes, show = (name) => name) {
  const rows = sizes.map(({ name, bytes }) => `| ${show(name)} | ${figure(bytes)} |`)
  return [`| ${head} | bytes |`, '| --- | --- |', ...rows].join('\n')
}

const figure = (bytes) => bytes.toLocaleString('en-US')
const FIGURE = /(?<=\| )-?[\d,]+(?= \|)/g

/** Whether the page has other rows than these sizes, or a figure that is too far from its size. */
export function isStale(page, sizes) {
  const wanted = pageWith(page, sizes)
  if (page.replaceAll(FIGURE, '') !== wanted.replaceAll(FIGURE, '')) return true
  const figures = (text) => text.match(FIGURE).map((each) => Number(each.replaceAll(',', '')))
  const published = figures(page)
  return figures(wanted).some((bytes, index) => {
    const difference = Math.abs(bytes - published[index])
    return difference > TOLERANCE.bytes && difference > TOLERANCE.share * bytes
  })
}

/** The entries above their ceilings, and the features whose files are gone. */
export function sizeProblems(root, { entries }, features = FEATURES) {
  const tooLarge = entries
    .filter(({ name, bytes }) => bytes > CEILINGS[name])
    .map(
      ({ name, bytes }) =>
        `${name} has ${figure(bytes)} bytes, minified and gzipped; at most ${figure(CEILINGS[name])} are allowed.`,
    )
  const files = Object.entries(features).flatMap(([name, given]) =>
    [given].flat().map((file) => [name, file.from ?? file]),
  )
  const gone = files
    .filter(([, file]) => !existsSync(join(root, 'packages/core/src', file)))
    .map(([name, file]) => `scripts/generate/sizes.mjs: core has no ${file}. Name the files of "${name}".`)
  return [...tooLarge, ...gone]
}

if (import.meta.main) {
  const root = process.cwd()
  const sizes = await measuredSizes(root)
  const page = readText(join(root, PAGE))
  const stale = isStale(page, sizes)
  const isCheck = process.argv.includes('--check')
  if (stale && !isCheck) writeFileSync(join(root, PAGE), pageWith(page, sizes))
  for (const { name, bytes } of [...sizes.entries, ...sizes.features])
    console.log(`${name.padEnd(58)} ${figure(bytes).padStart(7)} B`)
  const problems = stale && isCheck ? [`${PAGE} is stale: run \`npm run generate\`.`] : []
  const capped = sizes.entries.filter(({ name }) => name in CEILINGS)
  conclude(
    [...sizeProblems(root, sizes), ...problems],
    capped.map(({ name, bytes }) => `${name}: ${figure(bytes)} of ${figure(CEILINGS[name])} bytes`).join(', '),
  )
}
