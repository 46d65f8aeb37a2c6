import type { Act } from './acts.ts'
import type { ChannelId, People, Person } from './people.ts'

/** For how many calls a fault lasts; null: until it is mended. */
export type FaultTimes = number | null

/** A fault that can be switched at the page. */
export interface FaultChoice {
  id: string
  label: string
  /** `calls`: goes wrong for some calls; `once`: happens at once; `switch`: stays until mended. */
  kind: 'calls' | 'once' | 'switch'
}

/** One channel as the page plays it: its people and its faults. */
export interface Side {
  readonly id: ChannelId
  readonly people: People
  readonly faults: readonly FaultChoice[]
  /** False when there is no such fault. `person` limits it to calls for one person, where the fake can. */
  fail(id: string, times: FaultTimes, person: Person | undefined): boolean
  mend(): void
  act(person: Person, act: Act): Promise<void>
  close(): Promise<void>
}
