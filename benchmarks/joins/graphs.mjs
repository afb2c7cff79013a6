import { setTimeout as wait } from 'node:timers/promises'

// The three graphs that every engine runs. `when`: a stage that runs only if the flag is set. The join is `answer`.

/** How long a slow stage takes. A fast one takes no time. */
const SLOW_MS = 300

export const graphs = [
  {
    id: 'notTaken',
    question: '`answer` runs if a branch is not taken',
    stages: [
      { name: 'classify', after: [] },
      { name: 'orders', after: ['classify'], taken: true },
      { name: 'refunds', after: ['classify'], taken: false },
      { name: 'answer', after: ['orders', 'refunds'] },
    ],
    outcomeOf: ({ log, error }) => {
      if (error !== undefined) return 'no, and an error'
      return log.includes('answer begins') ? 'yes' : 'no, and no error'
    },
  },
  {
    id: 'uneven',
    question: 'how often, if both are taken and one is longer',
    stages: [
      { name: 'classify', after: [] },
      { name: 'orders', after: ['classify'], taken: true },
      { name: 'refunds', after: ['classify'], taken: true },
      { name: 'amounts', after: ['refunds'] },
      { name: 'answer', after: ['orders', 'amounts'] },
    ],
    outcomeOf: ({ log }) => {
      const times = log.filter((line) => line === 'answer begins').length
      return times === 1 ? 'once' : `${times} times`
    },
  },
  {
    id: 'slow',
    question: 'it waits for a slow stage that it does not need',
    stages: [
      { name: 'classify', after: [] },
      { name: 'orders', after: ['classify'], taken: true },
      { name: 'refunds', after: ['classify'], taken: true },
      { name: 'statistics', after: [], ms: SLOW_MS },
      { name: 'answer', after: ['orders', 'refunds'] },
    ],
    outcomeOf: ({ log }) => {
      if (!log.includes('answer begins')) return 'it never runs'
      return log.indexOf('answer begins') < log.indexOf('statistics ends') ? 'no' : 'yes'
    },
  },
]

/** What a stage does: it writes down when it begins and ends. */
export const codeOf =
  ({ name, ms }, log) =>
  async () => {
    log.push(`${name} begins`)
    if (ms !== undefined) await wait(ms)
    log.push(`${name} ends`)
  }

/** The branches that `classify` may choose, and those that it chooses. */
export const branchesOf = ({ stages }) => stages.filter(({ taken }) => taken !== undefined)
