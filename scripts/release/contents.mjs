import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, posix } from 'node:path'

import { linksOutside } from './readme-links.mjs'

// What is in a tarball, and what must and must not be.

const NEEDED = [
  'package.json',
  'README.md',
  'CHANGELOG.md',
  'LICENSE',
  'dist/index.js',
  'dist/index.d.ts',
  'src/index.ts',
]
const UNWANTED = /\.(test|test-d)\.|\.tsbuildinfo$|\.tgz$|(^|\/)(node_modules|coverage|test)\//
/** In create-stageflow: their tests are for the packages that are made from them. */
const TEMPLATES = 'templates/'
const RANGES = ['dependencies', 'peerDependencies', 'optionalDependencies', 'devDependencies']

/** The files of a tarball, its manifest, its source maps, and the hash that a registry serves for it. */
export function readTarball(tarball) {
  const list = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).trim().split('\n')
  const files = list.map((file) => file.replace('package/', ''))
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-tarball-'))
  try {
    execFileSync('tar', ['-xzf', tarball, '-C', folder])
    const textOf = (file) => readFileSync(join(folder, 'package', file), 'utf8')
    const read = (file) => JSON.parse(textOf(file))
    const readme = files.includes('README.md') ? textOf('README.md') : ''
    const maps = files.filter((file) => file.endsWith('.map')).map((file) => ({ ...read(file), file }))
    return { files, manifest: read('package.json'), readme, maps, integrity: integrityOf(tarball) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The hash of a tarball as npm writes it. */
export function integrityOf(tarball) {
  return `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`
}

/** What is missing in a tarball, and what it must not have. */
export function contentProblems({ files, manifest, readme = '', maps }) {
  const has = new Set(files)
  return [
    ...NEEDED.filter((file) => !has.has(file)).map((file) => `the package lacks ${file}.`),
    ...files
      .filter((file) => UNWANTED.test(file) && !file.startsWith(TEMPLATES))
      .map((file) => `the package contains ${file}; keep it out with "files".`),
    ...buildProblems(files, has),
    ...firstOf(maps.flatMap((map) => mapProblems(map, has))),
    ...linksOutside(readme).map((path) => `its README leads to ${path}, which is not in the package.`),
    ...manifestProblems(manifest),
  ].map((problem) => `${manifest.name}: ${problem}`)
}

/** Sources without a build, and builds without a source. */
function buildProblems(files, has) {
  const counterparts = files.flatMap((file) => {
    const [, source] = /^src\/(.+)(?<!\.d)\.ts$/.exec(file) ?? []
    // Declarations that no entry leads to are trimmed: see trim.mjs.
    if (source !== undefined) return [[file, `dist/${source}.js`]]
    const [, built] = /^dist\/(.+?)(\.d\.ts|\.js)$/.exec(file) ?? []
    return built === undefined ? [] : [[file, `src/${built}.ts`]]
  })
  return counterparts.filter(([, other]) => !has.has(other)).map(([file, other]) => `${file} has no ${other}.`)
}

/** One cause makes every map of a package wrong. */
function firstOf(problems) {
  const [first, ...more] = problems
  return more.length === 0 ? problems : [`${first} There are ${more.length} more such maps.`]
}

function mapProblems({ file, sources, sourceRoot = '' }, has) {
  const lost = sources.filter((source) => !has.has(posix.join(posix.dirname(file), sourceRoot, source)))
  return lost.map((source) => `${file} leads to ${source}, which is not in the package.`)
}

// publint finds what the manifest leads to and is not there.
function manifestProblems({ exports = {}, ...manifest }) {
  const ranges = RANGES.flatMap((kind) => Object.entries(manifest[kind] ?? {}))
  return [
    ...(JSON.stringify(exports).includes('@stageflow/source')
      ? ['"exports" has the condition @stageflow/source of the workspace.']
      : []),
    ...ranges
      .filter(([, range]) => range.startsWith('workspace:'))
      .map(([name, range]) => `${name} has the range ${range}, which npm does not know.`),
    ...(Object.keys(manifest.scripts ?? {}).length > 0 ? ['"scripts" must be empty: they are for the workspace.'] : []),
  ]
}
