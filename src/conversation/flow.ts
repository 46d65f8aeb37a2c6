import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { readYaml } from '../definitions/read-yaml.ts'
import type { Fault } from '../errors.ts'
import { expectSchema } from '../messaging/question.ts'

const next = z.string()
const startSchema = z.strictObject({ flow: z.string(), request: z.string().optional(), topic: z.string().optional() })

/** One point of a flow. Exactly one verb each; words never stand here, only their keys. */
const stepSchema = z.union([
  /** Says a text and goes on. */
  z.strictObject({ say: z.string(), next }),
  /** Offers ways to go and waits. */
  z.strictObject({
    choose: z.string(),
    options: z
      .array(
        z.strictObject({ value: z.string(), label: z.string(), next: next.optional(), start: startSchema.optional() }),
      )
      .min(1),
  }),
  /** Asks one question and waits; the answer is kept under the step's name. */
  z.strictObject({
    ask: z.string(),
    expect: expectSchema,
    unknown: z.boolean().default(false),
    skip: z.boolean().default(false),
    next,
  }),
  z.strictObject({
    do: z.enum(['giveConsent', 'refuseConsent', 'showStatus', 'showAnswer', 'showBasis', 'chooseNews']),
    next,
  }),
  /** Goes one of two ways by what is known of the contact. */
  z.strictObject({ when: z.enum(['consented', 'communeKnown']), yes: next, no: next }),
  /**
   * Screens: the planner's questions one by one, then the results. `topic`: only the programmes of the flow's topic.
   * `themes`: special circumstances offered in one open question before the results, each with the facts it asks for.
   */
  z.strictObject({
    screen: z.enum(['all', 'topic']),
    themes: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  }),
  /** Fills and files the request type that the flow was started with. */
  z.strictObject({ request: z.literal('subject') }),
  z.strictObject({ start: z.string() }),
])
export type Step = z.infer<typeof stepSchema>

/** `flows/conversations/<id>.yaml`. */
const flowSchema = z.strictObject({
  id: z.string(),
  version: z.number().int(),
  start: z.string(),
  /** Where a talk goes on that stood at a step which this version no longer has: old step → new step. */
  moved: z.record(z.string(), z.string()).default({}),
  steps: z.record(z.string(), stepSchema),
})
export type Flow = z.infer<typeof flowSchema>

/** Flows that the engine itself starts. */
export const ENGINE_FLOWS = [
  'welcome',
  'menu',
  'topic',
  'check',
  'check_topic',
  'commune',
  'request',
  'answer',
  'office',
] as const

export function readFlows(directory: string): { value: Map<string, Flow> } | { faults: Fault[] } {
  const flows = new Map<string, Flow>()
  const faults: Fault[] = []
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.yaml'))) {
    const read = readYaml(join(directory, file), flowSchema)
    if ('faults' in read) faults.push(...read.faults)
    else if (`${read.value.id}.yaml` !== file)
      faults.push({ where: file, what: `id ${read.value.id} is not the file's name` })
    else flows.set(read.value.id, read.value)
  }
  return faults.length > 0 ? { faults } : { value: flows }
}

/** Steps that the flow itself leads to from a step. */
export function nextSteps(step: Step): string[] {
  if ('options' in step) return step.options.flatMap((option) => (option.next === undefined ? [] : [option.next]))
  if ('when' in step) return [step.yes, step.no]
  return 'next' in step ? [step.next] : []
}

function flowsStarted(step: Step): string[] {
  if ('options' in step)
    return step.options.flatMap((option) => (option.start === undefined ? [] : [option.start.flow]))
  return 'start' in step ? [step.start] : []
}

/** Whether the talk stops at this step until the person says something. */
export function waits(step: Step): boolean {
  return 'choose' in step || 'ask' in step || 'screen' in step || 'request' in step
}

/** Missing references, steps that nobody reaches, and circles without a wait (they would never end). */
export function checkFlows(flows: ReadonlyMap<string, Flow>, requestTypes: ReadonlySet<string>): Fault[] {
  const faults: Fault[] = []
  for (const id of ENGINE_FLOWS)
    if (!flows.has(id)) faults.push({ where: 'flows/conversations', what: `flow ${id} is missing` })
  for (const flow of flows.values()) {
    const where = `flows/conversations/${flow.id}.yaml`
    const fault = (what: string) => faults.push({ where, what })
    if (!(flow.start in flow.steps)) fault(`start ${flow.start} is no step`)
    for (const [old, target] of Object.entries(flow.moved)) {
      if (!(target in flow.steps)) fault(`moved ${old} leads to ${target}, which is no step`)
    }
    for (const [id, step] of Object.entries(flow.steps)) {
      for (const target of nextSteps(step))
        if (!(target in flow.steps)) fault(`step ${id} leads to ${target}, which is no step`)
      for (const started of flowsStarted(step))
        if (!flows.has(started)) fault(`step ${id} starts ${started}, which is no flow`)
      if ('options' in step) {
        for (const option of step.options) {
          if ((option.next === undefined) === (option.start === undefined))
            fault(`option ${option.value} of ${id} needs either next or start`)
          const request = option.start?.request
          if (request !== undefined && !requestTypes.has(request))
            fault(`option ${option.value} of ${id} files ${request}, which is no request type`)
        }
      }
    }
    const reached = reachable(flow)
    for (const id of Object.keys(flow.steps)) if (!reached.has(id)) fault(`step ${id} is never reached`)
  }
  return [...faults, ...circlesWithoutWait(flows)]
}

function reachable(flow: Flow): Set<string> {
  const reached = new Set<string>()
  const open = [flow.start, ...Object.values(flow.moved)]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const step = flow.steps[id]
    if (step === undefined || reached.has(id)) continue
    reached.add(id)
    open.push(...nextSteps(step))
  }
  return reached
}

function circlesWithoutWait(flows: ReadonlyMap<string, Flow>): Fault[] {
  const settled = new Set<string>()
  const faults: Fault[] = []
  const visit = (flow: Flow, id: string, path: readonly string[]) => {
    const name = `${flow.id}.${id}`
    const step = flow.steps[id]
    if (step === undefined || waits(step) || settled.has(name)) return
    if (path.includes(name)) {
      faults.push({
        where: `flows/conversations/${flow.id}.yaml`,
        what: `circle without a wait: ${[...path, name].join(' → ')}`,
      })
      return
    }
    for (const target of nextSteps(step)) visit(flow, target, [...path, name])
    for (const started of flowsStarted(step)) {
      const other = flows.get(started)
      if (other) visit(other, other.start, [...path, name])
    }
    settled.add(name)
  }
  for (const flow of flows.values()) for (const id of Object.keys(flow.steps)) visit(flow, id, [])
  return faults
}
