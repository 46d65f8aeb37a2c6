/** Who may do what with a policy message. Pure. */
import {
  broadcastScope,
  mayApproveBroadcasts,
  mayHaltBroadcasts,
  mayWriteBroadcasts,
  type Officer,
} from '../officers/permissions.ts'

export type OfficerVerb = 'edit' | 'submit' | 'approve' | 'reject' | 'schedule' | 'pause' | 'resume' | 'cancel'

interface Owned {
  authorId: string
  unitId: string | null
}

export function mayRead(officer: Officer, { unitId }: Owned): boolean {
  const scope = broadcastScope(officer)
  return scope === 'all' || (scope !== 'none' && scope.unitId === unitId)
}

/** Whoever wrote it may stop it too; the rule that nobody approves their own is another one (`approval`). */
export function mayDoWith(verb: OfficerVerb, officer: Officer, broadcast: Owned): boolean {
  if (!mayRead(officer, broadcast)) return false
  const isAuthor = mayWriteBroadcasts(officer) && broadcast.authorId === officer.id
  if (verb === 'edit' || verb === 'submit') return isAuthor
  if (verb === 'approve' || verb === 'reject') return mayApproveBroadcasts(officer)
  return isAuthor || mayHaltBroadcasts(officer)
}
