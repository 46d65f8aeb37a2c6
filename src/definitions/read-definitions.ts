import { join } from 'node:path'
import { type BroadcastRules, readBroadcastRules } from '../broadcasts/rules.ts'
import { checkFlows, readFlows } from '../conversation/flow.ts'
import type { Definitions } from '../conversation/situation.ts'
import type { CalendarBook } from '../desk/calendars.ts'
import { readCalendar } from '../desk/read-calendar.ts'
import { readEligibility } from '../eligibility/read-programmes.ts'
import { type Fault, InvalidConfiguration } from '../errors.ts'
import { loadTexts, type Texts } from '../i18n.ts'
import { missingKnowledgeTexts } from '../knowledge/check-knowledge.ts'
import { readKnowledge } from '../knowledge/read-knowledge.ts'
import { type OfficerChatRules, readOfficerChat } from '../officer-chat/rules.ts'
import { type ReportDefinitions, readIndicators } from '../reports/indicator.ts'
import { readRequests } from '../requests/read-requests.ts'
import { checkTemplates } from '../templates/check-templates.ts'
import { readTemplates } from '../templates/read-templates.ts'
import type { ReplyTemplate } from '../templates/template.ts'
import { readTerritory } from '../territory/read-territory.ts'
import { readCommands } from '../understanding/commands.ts'
import { type LessonRead, readLesson, readLessonAside, readUnderstanding } from '../understanding/read-topics.ts'
import { missingTexts } from './check-texts.ts'

export interface ProductDefinitions extends Definitions {
  calendarBook: CalendarBook
  officerChat: OfficerChatRules
  reports: ReportDefinitions
  replyTemplates: readonly ReplyTemplate[]
  broadcastRules: BroadcastRules
}

/**
 * Reads everything in `flows/` and `locales/` with the quick structural checks, before a port opens. Throws
 * `InvalidConfiguration` with all faults of all files at once. `npm run check` proves the rest.
 */
export function readDefinitions(root: string): ProductDefinitions {
  return readAll(root)(readLesson(join(root, 'flows')))
}

/** The same, while another thread learns the topics: sooner on a machine with two cores, and with less left in memory. */
export async function readDefinitionsAside(root: string): Promise<ProductDefinitions> {
  const lesson = readLessonAside(join(root, 'flows'))
  lesson.catch(() => {})
  const complete = readAll(root)
  return complete(await lesson)
}

/** Reads all but the topics; the function it gives completes them with the lesson. */
function readAll(root: string): (lesson: LessonRead) => ProductDefinitions {
  const flowsDirectory = join(root, 'flows')
  const faults: Fault[] = []
  const keep = <Value>(read: { value: Value } | { faults: Fault[] }): Value | undefined => {
    if ('value' in read) return read.value
    faults.push(...read.faults)
    return undefined
  }
  const texts = readTexts(join(root, 'locales'), faults)
  const flows = keep(readFlows(join(flowsDirectory, 'conversations')))
  const requests = keep(readRequests(join(flowsDirectory, 'requests')))
  const eligibility = keep(readEligibility(flowsDirectory))
  const knowledge = eligibility && keep(readKnowledge(flowsDirectory, eligibility))
  const territory = keep(readTerritory(flowsDirectory))
  const calendarBook = keep(readCalendar(flowsDirectory))
  const officerChat = keep(readOfficerChat(flowsDirectory))
  const reports = keep(readIndicators(flowsDirectory))
  const replyTemplates = keep(readTemplates(flowsDirectory))
  const broadcastRules = keep(readBroadcastRules(flowsDirectory))
  const commands = keep(readCommands(flowsDirectory))
  if (flows && requests) faults.push(...checkFlows(flows, new Set(requests.keys())))
  if (texts && flows && requests && eligibility) faults.push(...missingTexts(texts, { flows, requests, eligibility }))
  if (texts && knowledge) faults.push(...missingKnowledgeTexts(knowledge, texts))
  if (texts && eligibility && territory && replyTemplates) {
    const topics = new Set(territory.routing.topics.keys())
    faults.push(...checkTemplates(replyTemplates, { eligibility, texts }, topics))
  }
  return (lesson) => {
    const understander = keep(readUnderstanding(flowsDirectory, lesson))
    if (
      !texts ||
      !flows ||
      !requests ||
      !eligibility ||
      !knowledge ||
      !territory ||
      !calendarBook ||
      !officerChat ||
      !commands ||
      !reports ||
      !replyTemplates ||
      !broadcastRules ||
      !understander ||
      faults.length > 0
    ) {
      throw new InvalidConfiguration(faults)
    }
    return {
      texts,
      flows,
      requests,
      eligibility,
      knowledge,
      territory,
      calendarBook,
      officerChat,
      reports,
      replyTemplates,
      broadcastRules,
      understander,
      repliesWithinHours: broadcastRules.repliesWithinHours,
    }
  }
}

function readTexts(directory: string, faults: Fault[]): Texts | undefined {
  try {
    return loadTexts(directory)
  } catch (error) {
    faults.push({ where: 'locales', what: `not readable: ${error instanceof Error ? error.message : String(error)}` })
    return undefined
  }
}
