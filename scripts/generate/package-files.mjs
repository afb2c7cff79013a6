import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { templateFiles } from '../../packages/create-stageflow/src/template-files.ts'
import { readJson } from '../lib/workspace.mjs'

// The files of a new package of this workspace. An interceptor, a sink, an exporter and a store begin with the sources, tests and README that
// `npm create stageflow` gives to others. The files of other packages come from templates/. They say little, but every check has
// something to check.

const SHARED = ['interceptor', 'sink', 'exporter', 'store']
export const PREFIXES = [...SHARED, 'provider']
export const ROLES = ['base', 'plugin', 'types', 'kit', 'leaf']
const TEMPLATES = join(import.meta.dirname, 'templates')

/** The folder's name: with the kind in front, unless the kind is a role. */
export const shortOf = (kind, name) => (PREFIXES.includes(kind) ? `${kind}-${name}` : name)

/** Writes a package and its reference into the workspace at `root`. It is neither installed nor formatted. */
export function writePackage(root, kind, name) {
  const short = shortOf(kind, name)
  const folder = join(root, 'packages', short)
  const core = readJson(join(root, 'packages/core/package.json'))
  const nodeTypes = readJson(join(root, 'package.json')).devDependencies['@types/node']
  const files = SHARED.includes(kind) ? sharedFiles(kind, name, short) : plainFiles(kind, name, short)
  const imports = (start) => [...files].some(([file, text]) => isSource(file) && text.includes(`from '${start}`))
  const usesNode = imports('node:')
  const { description, dependencies = {}, devDependencies = {} } = JSON.parse(files.get('package.json') ?? '{}')
  const words = {
    description: description ?? descriptionOf(kind, name),
    dependencies,
    devDependencies,
    nodeTypes,
    usesNode,
  }
  const used = [...Object.keys(dependencies), '@stageflow/core'].filter((each) => ours(each) && imports(each))
  const made = new Map([
    ...files,
    ['package.json', json(manifestOf(kind, name, short, core, words))],
    ['tsconfig.json', json(projectOf(readJson(join(root, 'packages/core/tsconfig.json')), usesNode, used))],
    ['CHANGELOG.md', `# @stageflow/${short}\n\n## 1.0.0\n\n${words.description}\n`],
  ])
  for (const [file, text] of made) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), text)
  }
  cpSync(join(root, 'LICENSE'), join(folder, 'LICENSE'))
  addReference(root, `packages/${short}`)
}

const ours = (dependency) => dependency.startsWith('@stageflow/')
const json = (value) => `${JSON.stringify(value, null, 2)}\n`
const isSource = (file) => file.startsWith('src/') && !file.endsWith('.test.ts')
const descriptionOf = (kind, name) => `The ${name} ${kind} of Stageflow.`

/** The files of a template that others get too, without what the workspace has once for all packages. */
function sharedFiles(kind, name, short) {
  const files = templateFiles(kind, { packageName: `@stageflow/${short}`, folder: short, name })
  const kept = [...files].filter(([file]) => /^(src|test)\/|^README|^package\.json/.test(file))
  return new Map(kept.map(([file, text]) => [file, withVitest(text)]))
}

/** Templates are for the test runner of Node, which others need not install. */
function withVitest(text) {
  return text.replaceAll(
    /import \{ (.+) \} from 'node:test'/g,
    (_, names) => `import { ${names.replace(/\bafter\b/, 'afterAll as after')} } from 'vitest'`,
  )
}

function plainFiles(kind, name, short) {
  const factory = name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())
  const Type = factory.replace(/^./, (letter) => letter.toUpperCase())
  const words = { name, short, factory, Type, description: descriptionOf(kind, name) }
  const filled = (text) => text.replaceAll(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole)
  const folder = join(TEMPLATES, kind === 'types' ? kind : 'plugin')
  return new Map(
    globSync('**/*.template', { cwd: folder }).map((file) => [
      filled(file.replace('.template', '')),
      filled(readFileSync(join(folder, file), 'utf8')),
    ]),
  )
}

function manifestOf(kind, name, short, core, { description, dependencies, devDependencies, nodeTypes, usesNode }) {
  const { homepage, bugs, license, repository, files, scripts, type, sideEffects, exports, publishConfig, engines } =
    core
  const folder = `packages/${short}`
  const inTests = ['@stageflow/core', ...Object.keys(devDependencies).filter(ours)]
  const inUse = Object.entries(dependencies).map(([used, range]) => [used, ours(used) ? 'workspace:^' : range])
  const uses = {
    ...(inUse.length > 0 ? { dependencies: Object.fromEntries(inUse) } : undefined),
    peerDependencies: { '@stageflow/core': '^1.0.0' },
    devDependencies: {
      ...Object.fromEntries(inTests.map((used) => [used, 'workspace:*'])),
      ...(usesNode ? { '@types/node': nodeTypes } : undefined),
    },
  }
  const found = SHARED.includes(kind) ? [`stageflow-${kind}`] : []
  return {
    name: `@stageflow/${short}`,
    version: '1.0.0',
    description,
    keywords: ['stageflow', ...found, 'pipeline', ...name.split('-').filter((word) => word !== 'pipeline')],
    homepage: homepage.replace('packages/core', folder),
    bugs,
    license,
    repository: { ...repository, directory: folder },
    ...{ files, scripts, type, sideEffects, exports: mainOf(exports) },
    publishConfig: { ...publishConfig, exports: mainOf(publishConfig.exports) },
    ...(kind === 'types' ? undefined : uses),
    engines,
    stageflow: { role: ROLES.includes(kind) ? kind : 'plugin' },
  }
}

/** Without the entries that core alone has. */
const mainOf = (exports) => ({ '.': exports['.'], './package.json': exports['./package.json'] })

/** `used`: the packages of this workspace that its sources import. */
function projectOf(coreConfig, usesNode, used) {
  const { references: _, ...config } = coreConfig
  const compilerOptions = usesNode ? { ...config.compilerOptions, types: ['node'] } : config.compilerOptions
  const references = used.map((name) => ({ path: name.replace('@stageflow/', '../') }))
  return { ...config, compilerOptions, ...(references.length > 0 ? { references } : undefined) }
}

function addReference(root, path) {
  const config = readJson(join(root, 'tsconfig.json'))
  const references = [...config.references, { path }].sort((a, b) => a.path.localeCompare(b.path))
  writeFileSync(join(root, 'tsconfig.json'), json({ ...config, references }))
}
