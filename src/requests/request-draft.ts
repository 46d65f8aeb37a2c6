import type { Answers, RequestType } from './request-type.ts'

/** A complete request on its way to become a ticket. */
export interface FileTicketDraft {
  type: string
  version: number
  topic: string
  urgent: boolean
  communeCode: string | null
  answers: Answers
  /** Own words about the village when the old commune was split. */
  village: string | null
  /** Unit complained of, or `unknown`; null when it is no complaint. */
  complaintAbout: 'commune' | 'department' | 'unknown' | null
  /** What a screening before the request brought up: facts, and the programmes asked for (null: all). */
  screened: unknown
  /** First message of the talk that led to it. */
  talkFrom: number | null
  /** The field of the department complained of. */
  complaintTopic: string | null
}

/** Answers → draft. Only the answers whose questions still apply go to the office. */
export function draftRequest(
  type: RequestType,
  answers: Answers,
  about: {
    topic: string
    communeCode: string | null
    village: string | null
    urgent: boolean
    facts: unknown
    talkFrom: number | null
  },
): FileTicketDraft {
  const target = answers.complaint_about
  return {
    type: type.id,
    version: type.version,
    topic: about.topic,
    urgent: about.urgent,
    communeCode: about.communeCode,
    answers,
    village: about.village,
    screened: about.facts,
    talkFrom: about.talkFrom,
    complaintAbout:
      type.id !== 'complaint'
        ? null
        : target === 'department'
          ? 'department'
          : target === null || target === undefined
            ? 'unknown'
            : 'commune',
    complaintTopic: typeof answers.complaint_field === 'string' ? answers.complaint_field : null,
  }
}
