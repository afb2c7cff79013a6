import { readFileSync, writeFileSync } from 'node:fs'
import { join, posix } from 'node:path'

// Links of a README lead from file to file here. In a tarball, and on npm, the other files are not there: links become addresses.

/** Inline links and link definitions to files outside the package. */
const OUTSIDE = /(\]\(|^\[[^\]]+\]: )(\.\.\/[^)\s]*)/gm

/** Calls `use` while the links of each README are absolute. Afterwards every README is as it was. */
export function withAbsoluteLinks(root, packages, use) {
  const readmes = packages.map(({ folder, manifest }) => {
    const file = join(root, folder, 'README.md')
    return { file, text: readFileSync(file, 'utf8'), folder, manifest }
  })
  try {
    for (const { file, text, folder, manifest } of readmes) writeFileSync(file, absoluteLinks(text, folder, manifest))
    return use()
  } finally {
    for (const { file, text } of readmes) writeFileSync(file, text)
  }
}

/** A README whose links to files outside its package lead to the repository that its manifest names. */
export function absoluteLinks(text, folder, { repository }) {
  const base = repository.url.replace(/^git\+/, '').replace(/\.git$/, '')
  return text.replaceAll(OUTSIDE, (_, before, path) => `${before}${base}/blob/main/${posix.join(folder, path)}`)
}

/** The links of a README that lead out of its package. */
export function linksOutside(text) {
  return [...text.matchAll(OUTSIDE)].map(([, , path]) => path)
}
