// Rules of durable runs, each with a change of the code that breaks it. `catch-rule-mutants.mjs` expects that tests fail for each change.
// `find` is in `file` once. `tests` are the files whose tests know the rule.

const CORE = 'packages/core/src'
const ENGINE = 'packages/durable-engine/src'
const LOCAL = 'packages/durable-local/src'
const POSTGRES = 'packages/durable-postgres/src'
const AUTH = 'packages/interceptor-auth/src'

const ADMISSION_TESTS = ['packages/core/test/admission.test.ts']
const ENGINE_ADMISSION_TESTS = [`${ENGINE}/admission.test.ts`]
const TIME_TESTS = ['packages/core/test/timed-questions.test.ts']
const LATER_TESTS = ['packages/core/test/later-facts.test.ts']
const ANSWER_TESTS = [`${ENGINE}/early-answers.test.ts`]
const RETRY_TESTS = [`${ENGINE}/retry-failed.test.ts`]
const LEASE_TESTS = [`${ENGINE}/lost-leases.test.ts`, `${LOCAL}/lost-leases.test.ts`]
const LATE_TESTS = [`${ENGINE}/late-journal.test.ts`]
const FAILED_WRITES_TESTS = [`${ENGINE}/failed-writes.test.ts`, `${LOCAL}/failed-writes.test.ts`]
const CHANGED_DEMANDS_TESTS = [`${ENGINE}/changed-demands.test.ts`]
const REUSED_ID_TESTS = [`${ENGINE}/reused-ids.test.ts`]
const ADD_FACTS_TESTS = [`${POSTGRES}/add-facts.test.ts`]
const RUNS_TESTS = [`${ENGINE}/durable-runs.test.ts`]
const ACCESS_TESTS = [`${AUTH}/access.test.ts`]
const MAP_STORM_TESTS = ['packages/durable-local/test/storm/map-storm.test.ts']
const IDENTITY_TESTS = ['packages/durable-local/test/identity.test.ts']

const mutant = (rule, file, find, replace, tests) => ({ rule, file, find, replace, tests })

export const RULE_MUTANTS = [
  // Interrupts
  ...[
    [
      'an interrupt is a cancel',
      'pump.ts',
      'if (interrupt === undefined) run?.cancel(reason)',
      'if (true) run?.cancel(reason)',
    ],
    [
      'an interrupted run waits for an answer',
      'pump.ts',
      'this.#waits.size > 0 && this.#root.facts.interruption !== undefined',
      'this.#waits.size < 0',
    ],
    [
      'stages get no data of an interrupt',
      'pump.ts',
      'run?.interrupt(reason, interrupt.data)',
      'run?.interrupt(reason, undefined)',
    ],
  ].map(([rule, file, find, replace]) =>
    mutant(rule, `${CORE}/durable/${file}`, find, replace, ['packages/core/test/durable-interrupt.test.ts']),
  ),
  ...[
    [
      'an interrupted run that waits has no stage that goes on',
      'inbox.ts',
      'hasUninterruptible(graphOf(row))',
      'false',
    ],
    ['a blocked run waits for its interrupt', 'inbox.ts', "row.status !== 'blocked' && ", ''],
    ['an interrupt is kept as a cancel', 'inbox.ts', "interrupt === undefined ? 'stop' : 'interrupt'", "'stop'"],
  ].map(([rule, file, find, replace]) =>
    mutant(rule, `${ENGINE}/${file}`, find, replace, [`${ENGINE}/interrupt.test.ts`]),
  ),

  // Edges
  ...[
    [
      'stages wait for a question until the run is answered',
      'durable/pump.ts',
      'if (this.#calls.size === 0 && this.softWaits.endAll()) continue',
      '',
    ],
    [
      'a wait that passed before its stage waits is forgotten',
      'durable/leg-waits.ts',
      'if (ended === undefined) this.#early.add(name)',
      '',
    ],
    [
      'a timer that was set before ends a wait',
      'durable/leg-waits.ts',
      'waitTimer(stageKey, round)',
      'waitTimer(stageKey, 1)',
    ],
    [
      'a wait of a retried run counts from its first start',
      'durable/durable-run.ts',
      'from: pump.limitTime',
      'from: pump.at',
    ],
  ].map(([rule, file, find, replace]) =>
    mutant(rule, `${CORE}/${file}`, find, replace, ['packages/core/test/durable-soft-edges.test.ts']),
  ),
  ...[
    ['a durable run has a stream or a gate', 'if (why === undefined) continue', 'if (edge !== why) continue'],
    ['a child that is one call has no streams', "info.placement === 'call' || ", ''],
    ['the code of a stage starts no graph with streams', ' || !nodeAt(graph, info.index).made', ''],
    ['a child of a durable run has a stream', 'refuseLiveEdges(child)', 'void child'],
  ].map(([rule, find, replace]) =>
    mutant(rule, `${CORE}/durable/refused-edges.ts`, find, replace, ['packages/core/test/durable-edges.test.ts']),
  ),

  // Maps whose processes are killed
  mutant(
    'a leg that goes on after a kill forgets a settled item',
    `${ENGINE}/leg-executor.ts`,
    'this.#known = new Set(leg.keys.map(',
    'this.#known = new Set(leg.keys.slice(1).map(',
    MAP_STORM_TESTS,
  ),
  mutant(
    'a call of an item begins twice in one process',
    `${ENGINE}/leg-executor.ts`,
    "if (!this.#known.has(idOf('call', key))) this.#heldCalls.push([key, call])",
    "if (!this.#known.has(idOf('call', key))) this.#heldCalls.push([key, call], ...(key.endsWith('#7') ? [[key, call] as [string, typeof call]] : []))",
    MAP_STORM_TESTS,
  ),

  // Admission, in core
  ...[
    [
      'no interceptor is asked',
      'for (const one of built.admitting) await',
      'for (const one of built.admitting.slice(0, 0)) await',
    ],
    [
      'the innermost is asked first',
      'for (const one of built.admitting) await',
      'for (const one of built.admitting.toReversed()) await',
    ],
    ['options of the caller reach the legs', 'if (ofCaller.size === 0) return options', 'return options'],
    [
      'an interceptor sees what others kept',
      'Object.hasOwn(all, name) ? all[name] : undefined',
      'true ? all : undefined',
    ],
    ['an answer that is no admission admits', 'if (Object.keys(others).length === 0 && isAuthor)', 'if (isAuthor)'],
    ['an interceptor may take for ever', 'ADMISSION_TIMEOUT_MS)\n    const', '10 * ADMISSION_TIMEOUT_MS)\n    const'],
    ['a refusal is not told', '    tellRefused(built, asked, error, request)\n', ''],
    ['a graph without the interceptors passes', '.filter((name) => !admitting.has(name))', '.filter(() => false)'],
  ].map(([rule, find, replace]) => mutant(rule, `${CORE}/durable/admission.ts`, find, replace, ADMISSION_TESTS)),
  mutant(
    'a flood of refused requests is a flood of events',
    `${CORE}/durable/refused-requests.ts`,
    'if (span.events >= MOST_EVENTS) {',
    'if (span.events >= Infinity) {',
    ADMISSION_TESTS,
  ),
  mutant(
    'an answer in process is not admitted',
    `${CORE}/durable/resume.ts`,
    'onlyWakes ? { by: undefined } :',
    'answered.length >= 0 ? { by: undefined } :',
    [...ADMISSION_TESTS, ...ACCESS_TESTS],
  ),
  mutant(
    'a leg in process runs with the token of who answers',
    `${CORE}/durable/resume.ts`,
    '...withoutCaller(built, own), [KEPT]',
    '...own, [KEPT]',
    [...ADMISSION_TESTS, ...IDENTITY_TESTS],
  ),
  mutant(
    'a durable leg runs with the token of a caller',
    `${CORE}/durable/run-durable.ts`,
    '...withoutCaller(built, checkRunOptions(built, options)),',
    '...checkRunOptions(built, options),',
    [...ADMISSION_TESTS, ...IDENTITY_TESTS],
  ),
  mutant(
    'what was kept is not given to the legs',
    `${CORE}/durable/run-durable.ts`,
    '[KEPT]: admittedRun(kept), eventSink',
    '[KEPT]: admittedRun({}), eventSink',
    ADMISSION_TESTS,
  ),
  mutant(
    'a leg that is refused before its first stage fails the run',
    `${CORE}/durable/pump.ts`,
    'if (!this.#hasBegun) throwIfRefused(outcome)',
    '',
    [...ADMISSION_TESTS, ...ENGINE_ADMISSION_TESTS],
  ),

  // Admission, in the engine
  ...[
    ['a caller that tries again is not admitted', "await admissions.later(graph, 'retry', row, options)", ''],
    [
      'a caller that cancels is not admitted',
      "await admissions.later(graph as NamedGraph, 'cancel', row, options)",
      '',
    ],
    ['a caller that reads is not admitted', "await admissions.later(graph as NamedGraph, 'read', row, options)", ''],
    [
      'a caller that answers is not admitted',
      "await admissions.later(graph, 'answer', row, options, paths)",
      'undefined as undefined | { by: undefined }',
    ],
    [
      'an answer is kept before its caller is admitted',
      '    const paths = await readable(',
      '    await runs.answer(runId, { graph, answers, by: undefined, carriesOn: false })\n    const paths = await readable(',
    ],
  ].map(([rule, find, replace]) =>
    mutant(rule, `${ENGINE}/durable-runs.ts`, find, replace, [...ENGINE_ADMISSION_TESTS, ...RETRY_TESTS]),
  ),
  mutant(
    'a caller that attaches is not admitted',
    `${ENGINE}/starts.ts`,
    "        await this.#admissions.later(graph, 'attach', row, options)\n",
    '',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a start is not admitted',
    `${ENGINE}/starts.ts`,
    '? await this.#admissions.start(graph, runId, created.input, options)\n          : undefined',
    '? undefined : undefined',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'the input is compared before a caller is admitted',
    `${ENGINE}/starts.ts`,
    "        await this.#admissions.later(graph, 'attach', row, options)\n",
    "        checkInput(runId, row.input, created)\n        await this.#admissions.later(graph, 'attach', row, options)\n",
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a graph without the interceptors of a run may carry it',
    `${ENGINE}/claim.ts`,
    '  checkGuarded(graph, row)\n',
    '',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'refused requests are not counted',
    `${CORE}/durable/admissions.ts`,
    ' this.#refused++\n      throw',
    ' void error\n      throw',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'the second of two that start a run is not admitted',
    `${ENGINE}/starts.ts`,
    'if (!(error instanceof RunExists)) throw error',
    'if (error instanceof RunExists) return await this.#runs.attach(graph, runId, leg)',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a run that was taken over may be taken at once by a third process',
    `${ENGINE}/claim.ts`,
    'mustRenew: mustRenew || hasCrashed',
    'mustRenew: mustRenew',
    LEASE_TESTS,
  ),
  mutant(
    'a run is of who its input says',
    `${ENGINE}/claim.ts`,
    'admitted?.by?.userId ?? input.userId',
    'input.userId',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a signal of who attaches cancels the run',
    `${ENGINE}/runs.ts`,
    '{ signal, ...options }: LegOptions<unknown>,\n    n: number | undefined,\n  ): Promise<Settled> {\n    for (;;) {',
    '{ signal, ...rest }: LegOptions<unknown>,\n    n: number | undefined,\n  ): Promise<Settled> {\n    const options = { signal, ...rest } as LegOptions<unknown>\n    for (;;) {',
    RUNS_TESTS,
  ),
  mutant(
    'a first leg that is refused leaves a run',
    `${ENGINE}/legs.ts`,
    'const isRefused = row.leg === 1 && !executor.hasBegun',
    'const isRefused = false',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a later leg that is refused removes its run',
    `${ENGINE}/legs.ts`,
    'const isRefused = row.leg === 1 && !executor.hasBegun',
    'const isRefused = !executor.hasBegun',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a list without a tenant shows the runs of all',
    `${ENGINE}/views.ts`,
    '  if (missing === undefined) return\n',
    '  return\n',
    ENGINE_ADMISSION_TESTS,
  ),

  // Who may do what
  ...[
    ['another organization may do what it likes', '  if (caller.orgId !== owner.orgId) return false\n', ''],
    ['a colleague may do what the owner may', 'const isOwner = caller.userId === owner.userId', 'const isOwner = true'],
    ['one of the roles is enough', 'roles.every((role) => caller.roles', 'roles.some((role) => caller.roles'],
    ['an answer for no known stage needs no owner', ' || asked.length === 0) return isOwner', ') return isOwner'],
    ['anything that allows returns lets the caller in', 'if (isAllowed === true) return', 'if (isAllowed) return'],
    [
      'a revoked user goes on',
      '  if (today === undefined)\n    throw',
      '  if (today === undefined) return identity\n  if (today === undefined)\n    throw',
    ],
    ['renew may return somebody else', "isPlain(today) && today['userId'] === identity.userId &&", 'isPlain(today) &&'],
  ].map(([rule, find, replace]) => mutant(rule, `${AUTH}/access.ts`, find, replace, ACCESS_TESTS)),
  mutant(
    'renew is not asked',
    `${AUTH}/auth.ts`,
    'await renewed(owner.identity, renew, run, verifyTimeoutMs)',
    'owner.identity',
    ACCESS_TESTS,
  ),
  mutant(
    'the token itself is kept',
    `${AUTH}/auth.ts`,
    'return { keep: caller, who }',
    'return { keep: { ...caller, token: options.token }, who }',
    [...ACCESS_TESTS, `${AUTH}/no-token-leaves.test.ts`, ...IDENTITY_TESTS],
  ),
  mutant(
    'a run leaves its organization',
    `${AUTH}/org-enforcement.ts`,
    'if (keptOrgId === own.orgId && keptUserId === own.userId) return undefined',
    'return undefined',
    ACCESS_TESTS,
  ),
  mutant(
    'a run about something of another organization is there for a moment',
    `${AUTH}/org-enforcement.ts`,
    'if (refused !== undefined) {',
    'if (refused === null) {',
    ACCESS_TESTS,
  ),

  // The time of a question
  ...[
    [
      'an expired question has no other answer',
      'answer: this.#waits.get(key)?.otherwise, expired: true',
      'answer: undefined, expired: true',
    ],
    [
      'an expired question looks answered',
      'answer: this.#waits.get(key)?.otherwise, expired: true',
      'answer: this.#waits.get(key)?.otherwise, expired: false',
    ],
    ['a question has no timer', "else if (waiting.until !== undefined) this.register('timer', key, waiting.until)", ''],
    ['of an answer and a time the last counts', 'if (!this.#early.has(key)) this.#early', 'this.#early'],
    [
      'limits run on while a run only waits',
      'if (this.#waits.size > 0 && this.#calls.size === 0) this.limits.pause()',
      '',
    ],
  ].map(([rule, find, replace]) =>
    mutant(rule, `${CORE}/durable/pump.ts`, find, replace, [
      ...TIME_TESTS,
      ...LATER_TESTS,
      'packages/core/test/durable-limits.test.ts',
    ]),
  ),
  mutant(
    'recover wakes no run',
    `${ENGINE}/leg-executor.ts`,
    'return times.length === 0 ? null : Math.min(...times)',
    'return null',
    [`${ENGINE}/timed-questions.test.ts`],
  ),
  mutant(
    'a leg that is over sets its alarm again',
    `${ENGINE}/leg-executor.ts`,
    '      if (this.#isClosed) return undefined\n',
    '',
    LEASE_TESTS,
  ),
  mutant(
    'of several questions the last one wakes the run',
    `${ENGINE}/leg-executor.ts`,
    'null : Math.min(...times)',
    'null : Math.max(...times)',
    [`${ENGINE}/timed-questions.test.ts`],
  ),

  // Answers
  mutant(
    'an answer is not checked',
    `${ENGINE}/durable-runs.ts`,
    'return { graph, answers: checked, n: row.n, paths, by: admitted?.by, carriesOn: true }',
    'return { graph, answers, n: row.n, paths, by: admitted?.by, carriesOn: true }',
    [...ANSWER_TESTS, ...RUNS_TESTS],
  ),
  mutant(
    'an answer in process is not checked',
    `${CORE}/durable/resume.ts`,
    'await checkedAnswers(graph, answers)',
    'answers',
    ['packages/core/test/answer-schemas.test.ts'],
  ),
  mutant(
    'who answered is not recorded',
    `${ENGINE}/inbox.ts`,
    '        by,\n        at,\n',
    '        by: undefined,\n        at,\n',
    [...ANSWER_TESTS, ...ENGINE_ADMISSION_TESTS],
  ),
  mutant(
    'the last of several early answers counts',
    `${ENGINE}/inbox.ts`,
    "inbox.some(({ kind, key }) => kind === 'early' && key === path)",
    'false',
    ANSWER_TESTS,
  ),
  mutant(
    'a stage that has ended takes an early answer',
    `${CORE}/durable/match-answers.ts`,
    "else if (found.is === 'ended') yield",
    "else if (found.is === 'gone') yield",
    [...ANSWER_TESTS, ...RUNS_TESTS],
  ),
  mutant(
    'an answer that came as its time passed is dropped',
    `${ENGINE}/leg-executor.ts`,
    'const isOverdue = this.',
    'const isOverdue = row === undefined && this.',
    ANSWER_TESTS,
  ),
  mutant(
    'an answer to a question that was named becomes that to the next one',
    `${ENGINE}/leg-executor.ts`,
    'if (isOverdue && this.#answerIn(row).onlyThis === true) return',
    'if (isOverdue && this === undefined) return',
    [`${ENGINE}/named-questions.test.ts`],
  ),
  mutant(
    'an answer that a leg refused stays in the way until the leg ends',
    `${ENGINE}/leg-executor.ts`,
    '    await this.#leg.log.refuse(refused).catch(() => {})\n',
    '',
    [`${ENGINE}/answer-by-schema.test.ts`],
  ),
  mutant(
    'an early answer is never taken',
    `${ENGINE}/leg-executor.ts`,
    '    if (asked === undefined) return false\n',
    '    if (asked !== null) return false\n',
    ANSWER_TESTS,
  ),
  mutant(
    'early answers call the run again and again',
    `${LOCAL}/statements.ts`,
    "WHERE inbox.run = runs.n AND inbox.kind NOT IN ('early', 'refused'))`",
    'WHERE inbox.run = runs.n)`',
    ANSWER_TESTS,
  ),
  mutant(
    'a leg takes the inbox before it knows that the run is its own',
    `${ENGINE}/leg-end.ts`,
    "  if (!(yield* ask('endLeg', ended))) return false\n",
    "  for (const [row] of untaken) yield* ask('takeFromInbox', row)\n  if (!(yield* ask('endLeg', ended))) return false\n",
    LEASE_TESTS,
  ),
  mutant(
    'an answer through a version that does not fit is refused',
    `${ENGINE}/inbox.ts`,
    'if (carriesOn) checkFit',
    'checkFit',
    RUNS_TESTS,
  ),
  mutant(
    'an answer to a stage that this version lacks is kept unchecked',
    `${ENGINE}/inbox.ts`,
    '    checkKnown(graph, row, given)\n',
    '',
    RUNS_TESTS,
  ),

  mutant(
    'a run that has ended loses the answers that no leg took',
    `${LOCAL}/statements.ts`,
    " AND kind NOT IN ('answer', 'early', 'refused')`",
    '`',
    [`${ENGINE}/kept-answers.test.ts`],
  ),
  mutant(
    'an answer that came as its question ended, or that the leg does not ask for, is dropped',
    `${ENGINE}/leg-executor.ts`,
    'this.untaken.set(row.n, early)',
    'this.untaken.set(row.n, undefined)',
    [`${ENGINE}/early-answers.test.ts`, `${ENGINE}/kept-answers.test.ts`],
  ),
  mutant(
    'an argument that a method has no parameter for is ignored',
    `${CORE}/kit/checked-methods.ts`,
    '  if (given.length <= most) return undefined\n',
    '  if (given.length <= most || given.length > most) return undefined\n',
    [`${ENGINE}/surplus-arguments.test.ts`],
  ),

  mutant(
    'of an answer and the time of a question both count while their stage waits for its slot',
    `${CORE}/durable/pump.ts`,
    'if (waiting.isOver) return',
    '',
    ['packages/core/test/durable-parked.test.ts'],
  ),

  // Later facts and retries
  mutant(
    'a fact whose call comes later is refused',
    `${CORE}/durable/pump.ts`,
    'else if (replayed) this.#later.set(key, facts)',
    '',
    LATER_TESTS,
  ),
  mutant(
    'a fact that has found its call is never given',
    `${CORE}/durable/pump.ts`,
    'if (this.#later.has(key)) this.#reached.add(key)',
    '',
    LATER_TESTS,
  ),
  mutant(
    'a fact whose stage is gone is left unseen',
    `${CORE}/durable/pump.ts`,
    "if (status !== 'suspend' && (isAllDone || this.#isDone(key)) && !this.#isOfKeyedItem(key))",
    'if (key === status)',
    LATER_TESTS,
  ),
  mutant(
    'a late fact is dropped',
    `${ENGINE}/leg-executor.ts`,
    'if (isEnded || !this.#asked.has(row.key)) {',
    'if (isEnded || !isEnded) {',
    LEASE_TESTS,
  ),
  mutant(
    'a late fact that came too late stays in the inbox',
    `${ENGINE}/leg-executor.ts`,
    '      this.untaken.set(row.n, undefined)\n      return\n',
    '      return\n',
    LEASE_TESTS,
  ),
  mutant(
    'a late fact of a run that has ended is kept',
    `${ENGINE}/run-log.ts`,
    'if (row?.n !== run || hasEnded(row)) return',
    'if (row?.n !== run) return',
    LEASE_TESTS,
  ),
  mutant(
    'what a robbed leg has done is not handed over',
    `${ENGINE}/run-log.ts`,
    "if (kind === 'call') yield*",
    "if (kind === 'stop') yield*",
    LEASE_TESTS,
  ),
  ...[
    [
      'a retry calls settled stages again',
      "return (status === 'ok' || status === 'skip' || status === 'suspend')",
      "return status === 'suspend'",
    ],
    [
      'a retry keeps the failure',
      "return (status === 'ok' || status === 'skip' || status === 'suspend')",
      "return status !== 'retry'",
    ],
    ['a retry keeps what its code had left', ' && abandoned !== true', ''],
    ['a retry forgets the answers', "if (kind === 'answer') return true", "if (kind === 'answer') return false"],
    ['a retry keeps the limit that had passed', 'return !isLimitTimer(key)', 'return true'],
    ['the stages in again keep their results', '!isOf(fact, all) && (', '(all !== undefined) && ('],
    ['what depends on a stage that runs again keeps its results', 'sourceOf(dependency) === name', 'other === name'],
    ['what reads a stage that runs again by a soft edge keeps its results', 'sourceOf(dependency)', 'dependency'],
    ['a stage in again keeps the end of its wait', 'isWaitTimer(key) ? waitingKey(key) : key', 'key'],
    ['a retry repeats the attempts that failed', 'isKept(fact) || isEarlier(fact)', 'isKept(fact)'],
  ].map(([rule, find, replace]) =>
    mutant(rule, `${CORE}/durable/retried-facts.ts`, find, replace, [
      ...RETRY_TESTS,
      'packages/core/test/retried-facts.test.ts',
      'packages/core/test/durable-soft-edges.test.ts',
    ]),
  ),
  ...[
    [
      'the time limit does not begin again',
      '{ ...startOf(row).options, limitFrom: now }',
      '{ limitFrom: now, ...JSON.parse(row.options) }',
    ],
    ['a run that has not failed is tried again', "if (row.status !== 'failed')", 'if (row === null)'],
  ].map(([rule, find, replace]) => mutant(rule, `${ENGINE}/retry-failed.ts`, find, replace, RETRY_TESTS)),

  mutant(
    'an answer that came before a retry moves its time limit',
    `${CORE}/durable/pump.ts`,
    'return Math.max(this.at, this.limitFrom)',
    'return this.at',
    ['packages/core/test/retried-facts.test.ts'],
  ),
  mutant(
    'an answer to a run that was tried again gives it more time than its limit',
    `${CORE}/durable/durable-stopping.ts`,
    "by === 'timeoutMs' ? this.limitMs : limit - pump.at",
    'limit - pump.at',
    RETRY_TESTS,
  ),
  mutant(
    'a blocked run waits for an answer that it has',
    `${ENGINE}/inbox.ts`,
    "if (carriesOn && row.status === 'blocked' && isEmpty(given)) return row.n",
    '',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'a run that waits for an answer is carried on without one',
    `${ENGINE}/inbox.ts`,
    "if (carriesOn && row.status === 'blocked' && isEmpty(given))",
    'if (isEmpty(given))',
    ENGINE_ADMISSION_TESTS,
  ),
  mutant(
    'the timeline lacks the stop of a run that no process carried',
    `${ENGINE}/views.ts`,
    'if (stop === undefined || facts.some((fact) => fact.kind === kind)) return []',
    'if (stop?.by === undefined) return []',
    [`${ENGINE}/system-runs.test.ts`],
  ),

  // Leases, and the file
  mutant(
    'a lease always holds',
    `${ENGINE}/legs.ts`,
    'isLeased: () => this.#lease.isHeld',
    'isLeased: () => true',
    LEASE_TESTS,
  ),
  mutant('a lost lease is a crash', `${ENGINE}/legs.ts`, '      this.#lostAlive.add(run)\n', '', LEASE_TESTS),
  mutant(
    'a leg that could not be written is left alone',
    `${ENGINE}/legs.ts`,
    '      if (isLast()) this.#unwritten.set(row.n, { row, act: canBeWritten ? act : release, error })\n',
    '',
    LEASE_TESTS,
  ),
  mutant(
    'a lock that stopped a leg blocks its run',
    `${ENGINE}/leg-end.ts`,
    "if (journal.mayPass(error) === 'soon')",
    'if (journal === undefined)',
    LEASE_TESTS,
  ),
  mutant(
    'recover gives a run up after a lock',
    `${ENGINE}/recover.ts`,
    "      if (passing === 'soon') return false\n",
    '',
    LEASE_TESTS,
  ),
  mutant(
    'recover forgets no run that it refused',
    `${ENGINE}/recover.ts`,
    'if (!unchanged.has(id)) this.#refused.delete(id)',
    'if (unchanged.size < 0) this.#refused.delete(id)',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a cancelled leg ends the run that another process has',
    `${ENGINE}/leg-end.ts`,
    'if (row?.n !== n || row.fence !== fence) return undefined',
    'if (row?.n !== n) return undefined',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'the lease ends while a close waits for code',
    `${ENGINE}/legs.ts`,
    'if (legs.length > 0) void this.#lease.keep(waiting)',
    'if (legs.length < 0) void this.#lease.keep(waiting)',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a close reports runs as released that others have',
    `${ENGINE}/legs.ts`,
    'hasLeft && owned.get(row.n) === row.fence',
    'hasLeft',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'an answer counts whatever its stage demands by now of who answers',
    `${ENGINE}/leg-executor.ts`,
    'if (demanded !== undefined && !meetsDemands(demanded, this.#leg.demandsOf(key))) return',
    'if (demanded === null) return',
    CHANGED_DEMANDS_TESTS,
  ),
  mutant(
    'of several refused answers to a question only one is seen',
    `${ENGINE}/kept-answers.ts`,
    'const own = `${n} ${key}`',
    'const own = ` ${key}`',
    CHANGED_DEMANDS_TESTS,
  ),
  mutant(
    'an answer of a part of the app is refused because of what is demanded of callers',
    `${ENGINE}/inbox.ts`,
    'admittedBy: paths === undefined ? undefined : graph,',
    'admittedBy: graph,',
    CHANGED_DEMANDS_TESTS,
  ),
  mutant(
    'it does not matter which interceptors have admitted an answer',
    `${CORE}/durable/admission.ts`,
    'const demands = built.admitting.map(',
    'const demands = built.admitting.filter(({ stageOptions = [] }) => stageOptions.length > 0).map(',
    CHANGED_DEMANDS_TESTS,
  ),
  ...[
    [
      'an answer is refused because of an interceptor that only its admission had',
      'Object.entries(now).every(([name, demand]) => admitted[name] === demand)',
      'Object.entries({ ...admitted, ...now }).every(([name]) => admitted[name] === now[name])',
    ],
    ['the order of roles makes another demand', '[...new Set(items)].toSorted()', '[...new Set(items)]'],
    ['a role that is demanded twice makes another demand', '[...new Set(items)].toSorted()', 'items.toSorted()'],
  ].map(([rule, find, replace]) => mutant(rule, `${CORE}/durable/admission.ts`, find, replace, CHANGED_DEMANDS_TESTS)),
  mutant(
    'a run waits for the code of a deleted one that had its id',
    `${ENGINE}/legs.ts`,
    '      run: row.n,\n',
    '      run: 0,\n',
    REUSED_ID_TESTS,
  ),
  mutant(
    'recover tells of the run that has the id of a deleted one',
    `${ENGINE}/recover.ts`,
    'findSameRun(id, n)',
    'findSameRun(id, undefined)',
    REUSED_ID_TESTS,
  ),
  mutant(
    'who carries a run that was deleted carries the next one of its id',
    `${ENGINE}/runs.ts`,
    'claim(id, live.n, graph, claimant)',
    'claim(id, undefined, graph, claimant)',
    REUSED_ID_TESTS,
  ),
  mutant(
    'who waits for a run that was deleted gets the next one of its id',
    `${ENGINE}/runs.ts`,
    '    live.n ??= row?.n\n',
    '',
    REUSED_ID_TESTS,
  ),
  mutant(
    'who is admitted to a run waits for an earlier one of its id',
    `${ENGINE}/runs.ts`,
    'if (Number(live.n) < Number(n)) return undefined',
    'if (Number(live.n) < Number(n)) return live',
    REUSED_ID_TESTS,
  ),
  mutant(
    'a run whose claim was not confirmed stays with a process that does nothing with it',
    `${ENGINE}/legs.ts`,
    '    oneAtATime(() => this.#releaseLegless()),\n',
    '',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a run whose claim was not confirmed waits for a renewal, which claims put off',
    `${ENGINE}/runs.ts`,
    'if (journal.mayPass(error) !== undefined) this.legs.noteUnconfirmed()',
    'void error',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a claim that is committed late is not looked for',
    `${ENGINE}/legs.ts`,
    'if (now >= this.#leglessUntil) this',
    'this',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a look for runs without a leg releases one that is being claimed',
    `${ENGINE}/legs.ts`,
    'this.#unwritten.has(n) || this.#isLive(id)',
    'this.#unwritten.has(n)',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a look for runs without a leg releases one whose end could not be written',
    `${ENGINE}/legs.ts`,
    'this.#unwritten.has(n) || this.#isLive(id)',
    'this.#isLive(id)',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'leases follow the clock of the handle',
    `${ENGINE}/legs.ts`,
    'if (this.#needsLease && this.#lease.isDue(now)) await',
    'if (this.#lease.isDue(this.#plan.clock.now())) await',
    LEASE_TESTS,
  ),
  mutant(
    'a leg that was claimed during a look for lost ones is lost',
    `${ENGINE}/legs.ts`,
    'of legs) {\n      const fence',
    'of legs && this.#legs) {\n      const fence',
    LATE_TESTS,
  ),
  mutant(
    'the end of an earlier leg is taken for that of the later one',
    `${ENGINE}/legs.ts`,
    '(this.#unwritten.get(row.n)?.row.fence ?? 0) <= row.fence',
    'true',
    LATE_TESTS,
  ),
  mutant(
    'a lease counts that ended during a claim',
    `${ENGINE}/lease.ts`,
    'if (this.isHeld || !hasOthers) this',
    'this',
    LATE_TESTS,
  ),
  mutant(
    'a run whose claim was repeated stays with a process that does nothing with it',
    `${ENGINE}/legs.ts`,
    '    this.#leglessUntil ??= now\n',
    '',
    LATE_TESTS,
  ),
  mutant(
    'a lease is renewed only once what a beat writes about single runs is written',
    `${ENGINE}/legs.ts`,
    'for (const begin of this.#chores) void begin()',
    'for (const begin of this.#chores) await begin()',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'a schedule takes the run of a caller for its own',
    `${ENGINE}/starts.ts`,
    '    if (newest < scheduled.time) throw takenId(scheduled.name, row)\n',
    '',
    [`${ENGINE}/schedule.test.ts`],
  ),
  mutant(
    'a scheduled run whose commit was confirmed late is left alone',
    `${ENGINE}/starts.ts`,
    'const isLeftHere = row.status ===',
    'const isLeftHere = row.owner === null && row.status ===',
    [`${ENGINE}/schedule.test.ts`],
  ),
  mutant(
    'a lease that is soon over waits for the next beat',
    `${ENGINE}/lease.ts`,
    'return this.#until - now <= (this.#plan.leaseMs * 2) / 3',
    'return this.#until - now <= this.#plan.leaseMs / 6',
    LEASE_TESTS,
  ),
  mutant(
    'a call that had to wait begins although the lease may have ended',
    `${ENGINE}/leg-executor.ts`,
    '        this.#heldCalls.push([key, call])\n        return this.#moved()\n',
    '        return this.#carryOut(key, call)\n',
    FAILED_WRITES_TESTS,
  ),
  mutant(
    'another process may write into a run that was taken',
    `${LOCAL}/statements.ts`,
    'WHERE runs.n = :run AND fence = :fence AND :n =',
    'WHERE runs.n = :run AND :n =',
    [`${LOCAL}/contract.test.ts`, ...LEASE_TESTS],
  ),
  mutant(
    'a fact is kept although the one before it is missing',
    `${LOCAL}/statements.ts`,
    'AND :n = 1 + (SELECT coalesce(max(n), 0) FROM facts WHERE facts.run = :run)',
    '',
    [`${LOCAL}/durable-local.test.ts`],
  ),
  mutant(
    'writes go into a file that is gone',
    `${LOCAL}/sqlite-journal.ts`,
    '      this.#checkFile()\n',
    '',
    LEASE_TESTS,
  ),
  // What PostgreSQL takes
  ...[
    [
      'PostgreSQL takes a fact after a gap',
      'IF NOT FOUND OR its_n > 1 + (SELECT coalesce(max(n), 0) FROM ${s}.facts WHERE run = its_run) THEN',
      'IF NOT FOUND THEN',
    ],
    [
      'PostgreSQL takes a fact of a leg that has lost its run',
      'n = its_run AND fence = its_fence FOR SHARE SKIP LOCKED;',
      'n = its_run FOR SHARE SKIP LOCKED;',
    ],
    [
      'PostgreSQL takes a fact that has waited while its leg lost the run',
      'n = its_run AND fence = its_fence FOR SHARE;',
      'n = its_run FOR SHARE;',
    ],
    ['a locked run holds up the facts of others', 'FOR SHARE SKIP LOCKED;', 'FOR SHARE;'],
    ['a run may be claimed while a fact is being written', ' FOR SHARE SKIP LOCKED;', ';'],
    [
      'a fact that is written again takes the place of the first',
      'ON CONFLICT (run, n) DO NOTHING',
      'ON CONFLICT (run, n) DO UPDATE SET value = excluded.value',
    ],
    ['a fact leaves its row in the inbox', 'IF its_row IS NOT NULL THEN', 'IF false THEN'],
  ].map(([rule, find, replace]) => mutant(rule, `${POSTGRES}/migrate.ts`, find, replace, ADD_FACTS_TESTS)),
]
