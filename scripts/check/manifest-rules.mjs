import { sourceOf } from '../lib/workspace.mjs'

// What the package.json of every package says, field by field.

const REPOSITORY = 'https://github.com/stageflow/stageflow'
const ENTRY = { types: './dist/index.d.ts', default: './dist/index.js' }
const FILES = ['dist', 'src', 'CHANGELOG.md', '!src/**/*.test.ts', '!src/**/*.test-d.ts']
const SCRIPTS = { prepublishOnly: 'node ../../scripts/release/refuse-publish.mjs' }
/** `^1.0.0`, `^5.0.0 || ^6.0.0`; while a prerelease is out, `^1.0.0 || ^1.3.0-0`. */
const PEER_FLOOR = /^[\^~]?\d+\.\d+\.\d+(-0)?( \|\| [\^~]?\d+\.\d+\.\d+(-0)?)*$/

/** Commands that `npx` and `npm create` run have no scope. That of the folder `cli` is called like the project. */
const nameOf = (short) => {
  if (short === 'cli') return 'stageflow'
  return short.startsWith('create-') ? short : `@stageflow/${short}`
}

/** Every field of a package's manifest that differs from what all packages have in common. */
export function manifestProblems({ folder, short, manifest }) {
  const problems = []
  const expect = (holds, problem) => {
    if (!holds) problems.push(`${folder}/package.json: ${problem}`)
  }
  const name = nameOf(short)

  expect(manifest.name === name, `"name" must be "${name}", as the folder says.`)
  expect(/^\d+\.\d+\.\d+/.test(manifest.version ?? ''), '"version" is missing.')
  expect(/^[A-Z].+\.$/.test(manifest.description ?? ''), '"description" must be a sentence.')
  expect(manifest.keywords?.includes('stageflow'), '"keywords" must contain "stageflow".')
  const kind = short.match(/^(interceptor|sink|exporter|store)-/)?.[1]
  const found = `stageflow-${kind}`
  expect(kind === undefined || manifest.keywords?.includes(found), `"keywords" must contain "${found}".`)
  const words = manifest.keywords?.filter((word) => !word.startsWith('stageflow')) ?? []
  expect(words.length >= 2, '"keywords" must contain at least two words that people search for.')
  const homepage = `${REPOSITORY}/tree/main/${folder}#readme`
  expect(manifest.homepage === homepage, `"homepage" must be "${homepage}".`)
  expect(manifest.bugs?.url === `${REPOSITORY}/issues`, `"bugs.url" must be "${REPOSITORY}/issues".`)
  // npm resolves the relative links of a README from there.
  expect(manifest.repository?.url === `git+${REPOSITORY}.git`, `"repository.url" must be "git+${REPOSITORY}.git".`)
  expect(manifest.license === 'MIT', '"license" must be "MIT".')
  expect(manifest.repository?.directory === folder, `"repository.directory" must be "${folder}".`)
  expect(manifest.type === 'module', '"type" must be "module".')
  expect(manifest.sideEffects === false, '"sideEffects" must be false: nothing happens at import.')
  expect(manifest.engines?.node === '>=22.13', '"engines.node" must be ">=22.13".')
  expect(
    JSON.stringify(manifest.scripts) === JSON.stringify(SCRIPTS),
    `"scripts" must be ${JSON.stringify(SCRIPTS)}: the root builds and tests all packages at once, and releases them.`,
  )
  for (const entry of FILES) expect(manifest.files?.includes(entry), `"files" must contain "${entry}".`)
  expect(sourceOf(manifest.exports?.['.']) === './src/index.ts', '"exports" must map "." to "./src/index.ts".')
  for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
    const source = sourceOf(target)
    if (!source.endsWith('.ts')) continue
    const wanted = JSON.stringify(sourceEntry(source))
    expect(JSON.stringify(target) === wanted, `"exports" must map "${entry}" to ${wanted}.`)
  }
  expect(manifest.exports?.['./package.json'] === './package.json', '"exports" must map "./package.json".')
  problems.push(...publishProblems(folder, manifest))
  for (const [name, range] of Object.entries(manifest.peerDependencies ?? {})) {
    expect(PEER_FLOOR.test(range), `the peer ${name} needs a floor written by hand (^1.0.0), not "${range}".`)
    if (name.startsWith('@stageflow/')) {
      expect(manifest.devDependencies?.[name] === 'workspace:*', `add "${name}": "workspace:*" to devDependencies.`)
    }
  }
  // A range by hand would not follow a release, and the lockfile would no longer fit.
  for (const [name, range] of Object.entries(manifest.dependencies ?? {}))
    if (name.startsWith('@stageflow/'))
      expect(range === 'workspace:^', `the dependency ${name} must be "workspace:^", not "${range}".`)
  return problems
}

// Only the workspace sets the condition @stageflow/source. An app that installs the package by its folder compiles with its own
// options, which need not suit these sources: it gets the declarations of the build.
function sourceEntry(source) {
  const types = source.replace('./src/', './dist/').replace(/\.ts$/, '.d.ts')
  return { '@stageflow/source': source, types, default: source }
}

function publishProblems(folder, { exports = {}, publishConfig = {} }) {
  const problems = []
  const published = publishConfig.exports ?? {}
  if (publishConfig.access !== 'public') problems.push('"publishConfig.access" must be "public".')
  if (publishConfig.provenance !== true) problems.push('"publishConfig.provenance" must be true.')
  if (JSON.stringify(published['.']) !== JSON.stringify(ENTRY)) {
    problems.push(`"publishConfig.exports" must map "." to ${JSON.stringify(ENTRY)}.`)
  }
  if (Object.keys(exports).sort().join() !== Object.keys(published).sort().join()) {
    problems.push('"exports" and "publishConfig.exports" must have the same entries.')
  }
  return problems.map((problem) => `${folder}/package.json: ${problem}`)
}
