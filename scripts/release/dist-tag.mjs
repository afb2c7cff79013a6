import semver from 'semver'

/**
 * The tag that npm gives a version: `latest`, or the name of its prerelease (`next` of 1.3.0-next.0). A version that is older than one of
 * `released` takes no tag back from it: 1.0.1 after 2.0.0 gets `v1-latest`, and 1.0.2 after 1.1.0 gets `v1.0-latest`. Undefined: a version of its
 * own line is newer, so it can't be released anymore.
 */
export function distTagOf(version, released = []) {
  const channel = channelOf(version)
  const rivals = released.filter((other) => other !== version && channelOf(other) === channel)
  const { major, minor } = semver.parse(version)
  const lines = [
    { tag: channel, has: () => true },
    { tag: `v${major}-${channel}`, has: (other) => other.major === major },
    { tag: `v${major}.${minor}-${channel}`, has: (other) => other.major === major && other.minor === minor },
  ]
  const isNewestOf = ({ has }) => rivals.every((other) => !has(semver.parse(other)) || semver.gt(version, other))
  return lines.find(isNewestOf)?.tag
}

/** `latest`, or the name of a prerelease: `next` if it has none that can be a tag. A prerelease is never `latest`. */
function channelOf(version) {
  const prerelease = semver.prerelease(version)
  if (prerelease === null) return 'latest'
  const [name] = prerelease
  return isPrereleaseTag(name) ? name : 'next'
}

/** Whether npm can give a prerelease its name as a tag. It takes no range, such as `x`. */
export const isPrereleaseTag = (name) => name !== 'latest' && /^[a-z]{2,}$/.test(name ?? '')
