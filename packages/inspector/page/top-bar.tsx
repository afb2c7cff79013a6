import type { JSX } from 'preact'

import { isHelpOpen } from './keys/keys-help.tsx'
import { Icon } from './signs/sign.tsx'
import { link, refusal, type Link } from './state/feed.ts'
import { isFollowing } from './state/follow.ts'
import { journalProblem, reader } from './state/run-list.ts'
import { switchTheme } from './state/theme.ts'

const LINK_WORDS: Readonly<Record<Link, string>> = {
  connecting: 'connecting …',
  live: 'live',
  gone: 'not connected',
  refused: 'no access',
  file: 'a file; nothing is loaded from elsewhere',
}

export function TopBar(): JSX.Element {
  return (
    <header class="top">
      <strong>stageflow</strong>
      <span class={`link link-${link.value}`} role="status">
        {LINK_WORDS[link.value]}
      </span>
      {reader.value !== undefined && <span class="muted reader">{reader.value}</span>}
      <span class="space" />
      {link.value !== 'file' && (
        <label>
          <input
            type="checkbox"
            checked={isFollowing.value}
            onChange={({ currentTarget }) => (isFollowing.value = currentTarget.checked)}
          />{' '}
          follow
        </label>
      )}
      <button type="button" class="plain" aria-label="Dark or light" onClick={switchTheme}>
        <Icon name="theme" />
      </button>
      <button type="button" class="plain" aria-label="Keys" onClick={() => (isHelpOpen.value = !isHelpOpen.value)}>
        <Icon name="keys" />
      </button>
    </header>
  )
}

/** Why nothing changes any more. */
export function LinkBanner(): JSX.Element | null {
  if (link.value === 'gone') {
    return (
      <p class="banner" role="alert">
        The app has ended, or can't be reached. This is what was seen last; the page connects again by itself.
      </p>
    )
  }
  if (link.value === 'refused') {
    return (
      <p class="banner" role="alert">
        {refusal.value}
      </p>
    )
  }
  if (journalProblem.value !== undefined) {
    return (
      <p class="banner" role="alert">
        {journalProblem.value}
      </p>
    )
  }
  return null
}
