import { execFileSync, spawnSync } from 'node:child_process'
import { globSync } from 'node:fs'

import { readPackages } from '../lib/workspace.mjs'

// What a release of the commit at HEAD would publish, and what forbids it. git's tags (`@stageflow/core@1.2.3`) say what is out.

const NOT_PUBLISHED = ['test', '**/*.test.ts', '**/*.test-d.ts', 'tsconfig.json', 'vitest.config.ts', '**/*.md']
const FOR_THE_WORKSPACE = ['devDependencies', 'scripts']

export const tagOf = ({ name, version }) => `${name}@${version}`

/** The published packages whose version has no tag, each after the packages that it needs. */
export function unreleased(root) {
  const tags = tagsOf(root)
  const packages = readPackages(root).filter(({ manifest }) => manifest.private !== true)
  return inOrder(packages).filter(({ manifest }) => !tags.has(tagOf(manifest)))
}

/** Why the commit at HEAD can't be released. */
export function refusals(root) {
  const dirty = git(root, 'status', '--porcelain').trimEnd()
  const notes = pendingNotes(root)
  return [
    ...(dirty === '' ? [] : [`The working tree has changes. Commit or remove them:\n${dirty}`]),
    ...(notes.length === 0
      ? []
      : [
          `${notes.length} notes in .changeset wait for their versions (${notes.join(', ')}). Run \`npm run release:versions\` and commit.`,
        ]),
    ...changedProblems(root),
  ]
}

/** The packages that changed since the tag of their version, and have no note that says so. */
export function changedProblems(root) {
  const tags = tagsOf(root)
  const noted = pendingNotes(root)
    .map((file) => git(root, 'show', `:${file}`))
    .join('\n')
  return readPackages(root)
    .filter(({ manifest }) => tags.has(tagOf(manifest)) && !noted.includes(`'${manifest.name}'`))
    .filter((each) => hasChanged(root, each))
    .map(({ manifest, folder }) => {
      const tag = tagOf(manifest)
      return `${folder} has changed since ${tag}. Say what users notice: \`npx pnpm exec changeset add\`. See the change with \`git diff ${tag} -- ${folder}\`.`
    })
}

/** The notes whose versions aren't written yet. In a prerelease, changesets moves the others to .changeset/pre. */
function pendingNotes(root) {
  return globSync('.changeset/*.md', { cwd: root })
    .filter((file) => !file.endsWith('README.md'))
    .sort()
}

function hasChanged(root, { folder, manifest }) {
  const tag = tagOf(manifest)
  const paths = [folder, ...[...NOT_PUBLISHED, 'package.json'].map((path) => `:(exclude,glob)${folder}/${path}`)]
  const { status } = spawnSync('git', ['diff', '--quiet', tag, '--', ...paths], { cwd: root })
  if (status !== 0) return true
  return publishedPart(manifest) !== publishedPart(JSON.parse(git(root, 'show', `${tag}:${folder}/package.json`)))
}

function publishedPart(manifest) {
  return JSON.stringify(Object.entries(manifest).filter(([field]) => !FOR_THE_WORKSPACE.includes(field)))
}

/** `packages`, each after those of them that it needs. */
function inOrder(packages) {
  const waiting = new Map(packages.map((each) => [each.manifest.name, each]))
  const ordered = []
  const take = (name) => {
    const each = waiting.get(name)
    if (!waiting.delete(name)) return
    for (const needed of Object.keys({ ...each.manifest.peerDependencies, ...each.manifest.dependencies })) take(needed)
    ordered.push(each)
  }
  for (const name of [...waiting.keys()].sort()) take(name)
  return ordered
}

function tagsOf(root) {
  return new Set(git(root, 'tag', '--list').split('\n'))
}

function git(root, ...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1e8 })
}
