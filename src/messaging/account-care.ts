/*
 * What an administrator sees and does about an official account: a port between the pages and the channel that has such
 * an account.
 */

export interface AccountHealth {
  account: string
  token: {
    /** `doubtful`: the next tokens may be lost. `refused`: an administrator has to consent again. */
    state: 'none' | 'fresh' | 'due' | 'rotating' | 'doubtful' | 'last-try' | 'refused'
    obtainedAt: Date | null
    expiresAt: Date | null
    /** What the channel said when it refused. */
    refusal: string | null
  }
  lastSignatureFailureAt: Date | null
  /** What may still be sent, as the channel last said. */
  quotas: { name: string; remaining: number | null; total: number | null; seenAt: Date }[]
  /** What only a person can mend. */
  alarms: { code: string; detail: string; count: number; lastAt: Date }[]
  /** People by what a message sent to them now would meet. */
  people: { free: number; paid: number; template: number }
  /** Paid templates of the last 30 days; `cost` in đồng. */
  notices: { sent: number; uncertain: number; refused: number; cost: number }
}

/** What the channel says of the account when asked now. */
export interface AccountCard {
  name: string | null
  packageName: string | null
  isVerified: boolean | null
}

/** A template that the channel approved. */
export interface ApprovedTemplate {
  templateId: string
  name: string
  /** What it takes that we cannot give; empty when it may be chosen. */
  strangeParameters: string[]
}

/** The template that serves a purpose now; prices in đồng. */
export interface ChosenTemplate {
  templateId: string
  name: string
  status: string
  priceByUid: number | null
  priceByPhone: number | null
}

export interface NoticePurposeView {
  purpose: string
  /** The parameters that a template for it may use. */
  values: readonly string[]
  chosen: ChosenTemplate | null
}

/** What came of a consent that an administrator gave. */
export type ConsentOutcome =
  | { kind: 'done' }
  /** Begun by somebody else, too long ago, or used before. */
  | { kind: 'unknown' }
  | { kind: 'other-account' }
  | { kind: 'refused'; reason: string }
  /** The channel could not be reached: the consent has to be given once more. */
  | { kind: 'unreachable' }

export interface AccountCare {
  health(now: Date): Promise<AccountHealth>
  /** Null when the channel does not say. */
  card(): Promise<AccountCard | null>
  purposes(): Promise<NoticePurposeView[]>
  /** Null when the channel does not say. */
  approvedTemplates(): Promise<ApprovedTemplate[] | null>
  chooseTemplate(
    purpose: string,
    templateId: string,
  ): Promise<'done' | 'unknown' | 'strange-parameters' | 'unreachable'>
  /** Where the administrator consents; `returnTo` is the page that the channel sends them back to. */
  beginConsent(officerId: string, returnTo: string): Promise<string>
  endConsent(given: { officerId: string; state: string; code: string; account: string }): Promise<ConsentOutcome>
  /** Asks the channel what may still be sent, and keeps the answer; false when it does not say. */
  askQuota(): Promise<boolean>
  /** The administrator has seen it. */
  dismissAlarm(code: string): Promise<void>
}
