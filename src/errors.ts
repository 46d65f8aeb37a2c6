/**
 * Errors that callers tell apart. They carry facts and know nothing of HTTP; `http/problem.ts` maps them to answers in
 * one place.
 */

/** One thing wrong in data that somebody wrote: a definition file, a setting, a request body. */
export interface Fault {
  /** Where it is, e.g. `flows/units.yaml:12` or `DATA_KEY` or `body.facts.age`. */
  where: string
  /** What is wrong and what to do, one sentence. */
  what: string
}

/** Everything that is wrong with the configuration or the definitions; stops the start. */
export class InvalidConfiguration extends Error {
  readonly faults: readonly Fault[]

  constructor(faults: readonly Fault[]) {
    super(`${faults.length} fault(s):\n${faults.map((fault) => `  ${fault.where}: ${fault.what}`).join('\n')}`)
    this.name = 'InvalidConfiguration'
    this.faults = faults
  }
}
