import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { adviceFor, isDebian, isRoot, missingPrograms } from './install.ts'

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'stageflow-voice-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

test('programs are found in any folder of the PATH, and only if they are files that can be run', () => {
  const [first, second] = [newFolder(), newFolder()]
  const path = [first, second].join(delimiter)
  expect(missingPrograms(path)).toEqual(['flite', 'pocketsphinx_continuous'])
  mkdirSync(join(first, 'flite'))
  writeFileSync(join(second, 'pocketsphinx_continuous'), '')
  expect(missingPrograms(path)).toEqual(['flite', 'pocketsphinx_continuous'])
  chmodSync(join(second, 'pocketsphinx_continuous'), 0o755)
  expect(missingPrograms(path)).toEqual(['flite'])
})

test('the advice names what is missing, and what to do on this system', () => {
  const advice = adviceFor(['flite'])
  expect(advice).toContain('Not installed: flite.')
  const command = isRoot()
    ? 'npm run example voice -- --install'
    : 'sudo apt-get install flite pocketsphinx pocketsphinx-en-us'
  expect(advice).toContain(isDebian() ? command : 'flite 2 and pocketsphinx 0.8')
})
