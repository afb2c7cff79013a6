import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { templateFiles } from '../../packages/create-stageflow/src/template-files.ts'
import { pnpmOf } from '../setup/setup.mjs'
import { readJson } from '../lib/workspace.mjs'

// `npm run new-package -- interceptor quota` makes packages/interceptor-quota, `… -- plugin tools` makes packages/tools.
// An interceptor, a sink, an exporter and a store begin with the sources, tests and README that `npm create stageflow` gives to others.
// The files of other packages come from scripts/generate/templates. They say little, but every check has something to check.

const SHARED = ['interceptor', 'sink', 'exporter', 'store']
const PREFIXES = [...SHARED, 'provider']
const ROLES = ['plugin', 'types', 'kit', 'leaf']
const LEGAL = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/

const [kind, name, ...rest] = process.argv.slice(2)
if (![...PREFIXES, ...ROLES].includes(kind) || !LEGAL.test(name ?? '') || rest.length > 0) {
  stop(`Usage: npm run new-package -- <${[...PREFIXES, ...ROLES].join(' | ')}> <name>, the name in kebab-case.`)
}
const root = process.cwd()
const role = ROLES.includes(kind) ? kind : 'plugin'
const short = PREFIXES.includes(kind) ? `${kind}-${name}` : name
const folder = `packages/${short}`
if (existsSync(join(root, folder))) stop(`${folder} exists already; choose another name.`)

const factory = name.replaceAll(/-(.)/g, (_, letter) => letter.toUpperCase())
const words = {
  name,
  short,
  factory,
  Type: factory.replace(/^./, (letter) => letter.toUpperCase()),
  description: `The ${name} ${kind} of Stageflow.`,
}
const isShared = SHARED.includes(kind)
const shared = isShared ? sharedFiles() : new Map()
if (isShared) words.description = JSON.parse(shared.get('package.json')).description

write('package.json', `${JSON.stringify(manifest(), null, 2)}\n`)
write('tsconfig.json', `${JSON.stringify(projectConfig(), null, 2)}\n`)
const templates = join(import.meta.dirname, 'templates')
if (isShared) {
  for (const [file, text] of shared) if (/^(src|test)\/|^README/.test(file)) write(file, withVitest(text))
} else {
  const template = kind === 'types' ? kind : 'plugin'
  for (const file of globSync('**/*.template', { cwd: join(templates, template) })) {
    write(filled(file.replace('.template', '')), textOf(template, file))
  }
}
write('CHANGELOG.md', `# @stageflow/${short}\n\n## 1.0.0\n\n${words.description}\n`)
cpSync(join(root, 'LICENSE'), join(root, folder, 'LICENSE'))
addReference()
execFileSync('npx', ['--yes', pnpmOf(root), 'install', '--no-frozen-lockfile'], { cwd: root, stdio: 'pipe' })
execFileSync(join(root, 'node_modules/.bin/oxfmt'), [folder, 'tsconfig.json'], { cwd: root, stdio: 'pipe' })
execFileSync(process.execPath, [join(import.meta.dirname, 'all.mjs')], { cwd: root, stdio: 'inherit' })
console.log(
  `${folder} is made and passes every check. Say what it is in its package.json, its README and its CHANGELOG.`,
)

function write(file, text) {
  mkdirSync(dirname(join(root, folder, file)), { recursive: true })
  writeFileSync(join(root, folder, file), text)
}

function textOf(...path) {
  return filled(readFileSync(join(templates, ...path), 'utf8'))
}

function filled(text) {
  return text.replaceAll(/\{(\w+)\}/g, (whole, word) => words[word] ?? whole)
}

function sharedFiles() {
  try {
    return templateFiles(kind, { packageName: `@stageflow/${short}`, folder: short, name })
  } catch (error) {
    return stop(error.message)
  }
}

/** Templates are for the test runner of Node, which others need not install. */
function withVitest(text) {
  return text.replaceAll(
    /import \{ (.+) \} from 'node:test'/g,
    (_, names) => `import { ${names.replace(/\bafter\b/, 'afterAll as after')} } from 'vitest'`,
  )
}

/** The packages of ours that a shared template is tested with, and the types of Node if its sources need them. */
function sharedDevDependencies() {
  const { devDependencies } = JSON.parse(shared.get('package.json'))
  const ours = Object.keys(devDependencies).filter((dependency) => dependency.startsWith('@stageflow/'))
  return {
    ...Object.fromEntries(ours.map((dependency) => [dependency, 'workspace:*'])),
    ...(usesNode()
      ? { '@types/node': readJson(join(root, 'package.json')).devDependencies['@types/node'] }
      : undefined),
  }
}

function usesNode() {
  return [...shared].some(
    ([file, text]) => file.startsWith('src/') && !file.endsWith('.test.ts') && text.includes("from 'node:"),
  )
}

function manifest() {
  const { homepage, bugs, license, repository, files, scripts, type, sideEffects, exports, publishConfig, engines } =
    readJson(join(root, 'packages/core/package.json'))
  const peer = {
    peerDependencies: { '@stageflow/core': '^1.0.0' },
    devDependencies: isShared ? sharedDevDependencies() : { '@stageflow/core': 'workspace:*' },
  }
  return {
    name: `@stageflow/${short}`,
    version: '1.0.0',
    description: words.description,
    keywords: [
      'stageflow',
      ...(isShared ? [`stageflow-${kind}`] : []),
      'pipeline',
      ...name.split('-').filter((word) => word !== 'pipeline'),
    ],
    homepage: homepage.replace('packages/core', folder),
    bugs,
    license,
    repository: { ...repository, directory: folder },
    ...{ files, scripts, type, sideEffects, exports: mainOf(exports) },
    publishConfig: { ...publishConfig, exports: mainOf(publishConfig.exports) },
    ...(role === 'types' ? undefined : peer),
    engines,
    stageflow: { role },
  }
}

/** Without the entries that core alone has. */
function mainOf(exports) {
  return { '.': exports['.'], './package.json': exports['./package.json'] }
}

function projectConfig() {
  const { references: _, ...config } = readJson(join(root, 'packages/core/tsconfig.json'))
  if (role === 'types') return config
  if (usesNode()) config.compilerOptions = { ...config.compilerOptions, types: ['node'] }
  return { ...config, references: [{ path: '../core' }] }
}

function addReference() {
  const config = readJson(join(root, 'tsconfig.json'))
  const references = [...config.references, { path: folder }].sort((a, b) => a.path.localeCompare(b.path))
  writeFileSync(join(root, 'tsconfig.json'), `${JSON.stringify({ ...config, references }, null, 2)}\n`)
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
