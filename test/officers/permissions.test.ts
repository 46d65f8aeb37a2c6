import { describe, expect, it } from 'vitest'
import { mayFile, type Officer, type Role, standingOf } from '../../src/officers/permissions.ts'

const work = {
  unitId: 'commune',
  offeredUnitId: 'offered',
  departmentId: 'department',
  escalationUnitId: 'above',
  complaintAbout: null,
  isOverdue: false,
}

function who(role: Role, unitId: string | null = null): Officer {
  return { id: role, username: role, name: role, roles: [role], unitId }
}

describe('who reaches a ticket', () => {
  it.each([
    ['the commune’s officer answers for it', who('commune_officer', 'commune'), {}, 'accountable'],
    ['the officer of another commune does not see it', who('commune_officer', 'other'), {}, null],
    ['the unit it was offered to may take it', who('commune_officer', 'offered'), {}, 'offered'],
    ['the department does not see what runs in time', who('department_officer', 'department'), {}, null],
    ['the department sees what is overdue', who('department_officer', 'department'), { isOverdue: true }, 'escalated'],
    ['so does the next step up', who('department_officer', 'above'), { isOverdue: true }, 'escalated'],
    ['the head of the unit answers for it like its officers', who('head_of_unit', 'commune'), {}, 'accountable'],
    [
      'the head of a department sees what is overdue',
      who('head_of_unit', 'department'),
      { isOverdue: true },
      'escalated',
    ],
    ['the head of another unit does not see it', who('head_of_unit', 'other'), {}, null],
    ['the head of the unit complained of neither', who('head_of_unit', 'commune'), { complaintAbout: 'commune' }, null],
    ['the administrator is over all', who('administrator'), {}, 'over-all'],
    ['the supervisor too', who('supervisor'), {}, 'over-all'],
    ['the auditor only reads', who('auditor'), {}, 'reads-only'],
    ['an editor sees no tickets', who('editor'), {}, null],
    ['an approver neither', who('approver'), {}, null],
    ['the unit complained of does not see it', who('commune_officer', 'commune'), { complaintAbout: 'commune' }, null],
    ['an officer without a unit sees nothing', who('commune_officer'), {}, null],
  ])('%s', (_, officer, change, standing) => {
    expect(standingOf(officer, { ...work, ...change })).toBe(standing)
  })

  it('leaves filing to those who handle tickets', () => {
    const roles: Role[] = [
      'commune_officer',
      'department_officer',
      'head_of_unit',
      'administrator',
      'supervisor',
      'editor',
      'auditor',
    ]

    const filing = roles.filter((role) => mayFile(who(role, 'commune')))

    expect(filing).toEqual(['commune_officer', 'department_officer', 'head_of_unit', 'administrator', 'supervisor'])
  })
})
