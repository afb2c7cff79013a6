import { readFileSync } from 'node:fs'

import { expect, test } from 'vitest'

import { APP_MODELS, APP_PLUGINS, DEFAULT_PLUGINS, KINDS, OF_DEFAULTS, isApp } from './kinds.ts'
import type { AppModel, AppPlugin, Kind, PluginKind } from './kinds.ts'
import { namesOf } from './naming.ts'
import { templateFiles } from './template-files.ts'
import { UsageError } from './usage-error.ts'

const kinds = Object.keys(KINDS) as Kind[]
const plugins = kinds.filter((kind): kind is PluginKind => !isApp(kind))
const allPlugins = Object.keys(APP_PLUGINS) as AppPlugin[]
const filesOf = (kind: Kind, chosen: readonly AppPlugin[] = allPlugins, model: AppModel = 'none') =>
  templateFiles(kind, namesOf(kind, 'token-quota'), chosen, model)
const textOf = (files: ReadonlyMap<string, string>, path: string): string => files.get(path) ?? expect.fail(path)

test.each(kinds)('no word of the template of %s is left', (kind) => {
  for (const [path, text] of filesOf(kind)) {
    expect(`${path}\n${text}`).not.toMatch(/template[-_]?(name|package)/i)
    expect(`${path}\n${text}`).not.toContain('// plugin:')
  }
})

test.each(plugins)('%s has what a published package needs', (kind) => {
  const files = filesOf(kind)
  expect([...files.keys()]).toEqual(
    expect.arrayContaining(['.gitignore', '.github/workflows/ci.yml', '.github/workflows/publish.yml', 'LICENSE']),
  )
  const manifest = JSON.parse(textOf(files, 'package.json'))
  expect(manifest).toMatchObject({
    name: `stageflow-${kind}-token-quota`,
    version: '1.0.0',
    peerDependencies: { '@stageflow/core': '^1.0.0' },
  })
  expect(manifest.keywords).toContain(`stageflow-${kind}`)
  const readme = textOf(files, 'README.md')
  expect(readme.split('\n').slice(0, 3)).toEqual([`# ${manifest.name}`, '', manifest.description])
  expect(textOf(files, 'CHANGELOG.md')).toContain('## 1.0.0')
})

test('the manifests of plugins differ only in what is their own', () => {
  const common = plugins.map((kind) => {
    const manifest = JSON.parse(textOf(filesOf(kind), 'package.json'))
    const { name, description, keywords, dependencies: _, devDependencies, ...rest } = manifest
    expect([name, description, keywords, devDependencies]).not.toContain(undefined)
    return rest
  })
  for (const manifest of common) expect(manifest).toEqual(common[0])
})

test('an app has the chosen plugins, and nothing of the others', () => {
  const files = filesOf('app', ['retry', 'logging'])
  expect(files.has('src/token.ts')).toBe(false)
  const { dependencies } = JSON.parse(textOf(files, 'package.json'))
  expect(Object.keys(dependencies)).toEqual([
    '@stageflow/core',
    '@stageflow/interceptor-logging',
    '@stageflow/interceptor-retry',
    'pino',
  ])
  const interceptors = textOf(files, 'src/interceptors.ts')
  expect(interceptors.match(/^import.*$/gm)).toHaveLength(4)
  expect(interceptors.match(/^ {4}\w+\(.*$/gm)).toEqual(['    retry({ attempts: 3 }),', '    logging({ logger }),'])
  expect(textOf(files, 'src/main.ts')).not.toContain('timeline')
})

test('every plugin is in the template of an app', () => {
  const none = filesOf('app', [])
  expect(textOf(none, 'src/interceptors.ts')).toContain('return []')
  for (const plugin of allPlugins) {
    const one = filesOf('app', [plugin])
    const changed = ['src/interceptors.ts', 'src/main.ts'].filter((path) => one.get(path) !== none.get(path))
    // Runs need a token with `auth`, so it changes both.
    expect(changed, plugin).toHaveLength(plugin === 'auth' ? 2 : 1)
    expect(one.get('package.json'), plugin).not.toBe(none.get('package.json'))
  }
  expect(allPlugins).toEqual(expect.arrayContaining([...DEFAULT_PLUGINS]))
})

test('an app with `defaults` has each of its plugins once, and retry inside idempotency', () => {
  const files = filesOf('app', allPlugins)
  const interceptors = textOf(files, 'src/interceptors.ts')
  expect(interceptors.match(/^ {4}\S.*$/gm)).toEqual([
    '    auth({ verify }),',
    "    ...insertBefore(defaults, 'timeout', retry({ attempts: 3 })),",
  ])
  const { dependencies } = JSON.parse(textOf(files, 'package.json'))
  for (const plugin of OF_DEFAULTS) expect(dependencies).not.toHaveProperty(APP_PLUGINS[plugin].packages[0]!)
  expect(dependencies).toHaveProperty('pino')
  const without = textOf(filesOf('app', ['defaults']), 'src/interceptors.ts')
  expect(without).toContain('    ...defaults,\n')
  expect(without).not.toContain('retry')
})

test('an app with `auth` has a token in each run', () => {
  const files = filesOf('app', ['auth'])
  expect(files.has('src/token.ts')).toBe(true)
  for (const path of ['src/main.ts', 'src/dev.ts', 'src/chat.test.ts'])
    expect(textOf(files, path)).toContain("{ token: devToken('ada') },\n")
})

const models = Object.keys(APP_MODELS) as AppModel[]

test.each(models)('a service with the model %s has its packages and its file, and nothing of the others', (model) => {
  const files = filesOf('service', [], model)
  const { dependencies } = JSON.parse(textOf(files, 'package.json'))
  for (const other of models)
    for (const name of APP_MODELS[other].packages) expect(name in dependencies, name).toBe(other === model)
  expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(['@stageflow/http', '@stageflow/defaults']))
  expect([...files.keys()]).toEqual(expect.arrayContaining(['tsconfig.json', '.gitignore', 'src/service.test.ts']))
  expect([...files.keys()]).not.toContain('src/interceptors.ts')
})

test('the model that a service begins with is that of an app', () => {
  const read = (kind: string) => readFileSync(new URL(`../templates/${kind}/src/model.ts`, import.meta.url), 'utf8')
  expect(read('service')).toBe(read('app'))
})

test.each(models)('an app with the model %s has its packages and its file, and nothing of the others', (model) => {
  const files = filesOf('app', [], model)
  const { dependencies } = JSON.parse(textOf(files, 'package.json'))
  expect(Object.keys(dependencies).sort()).toEqual(['@stageflow/core', ...APP_MODELS[model].packages].sort())
  const code = textOf(files, 'src/model.ts')
  for (const other of models)
    for (const name of APP_MODELS[other].packages)
      expect(code.includes(`from '${name}'`), name).toBe(other === model && name !== 'ai')
  expect(files.has('src/model.test.ts')).toBe(model !== 'none')
  expect([...files.keys()].filter((path) => path.includes('app'))).toEqual([])
})

test('the apps with a model differ only in how they ask it', () => {
  const [one, other] = [filesOf('app', [], 'ai-sdk'), filesOf('app', [], 'openai')]
  const differing = [...one.keys()].filter((path) => one.get(path) !== other.get(path))
  expect([...one.keys()]).toEqual([...other.keys()])
  expect(differing).toEqual(['README.md', 'package.json', 'src/model.ts'])
})

test('an app cannot be called like a package that it installs', () => {
  for (const name of ['typescript', 'pino', '@stageflow/testing'])
    expect(() => templateFiles('app', namesOf('app', name), allPlugins), name).toThrow(UsageError)
  expect(templateFiles('app', namesOf('app', 'pino'), ['retry']).size).toBeGreaterThan(5)
})
