import { newId } from '../../database/ids.ts'
import type { Role } from '../../generated/prisma/enums.ts'
import type { Campus, Person, Row, Step } from './campus.ts'

const FIRST_NAMES = [
  'Amara',
  'Bruno',
  'Chiara',
  'Dmitri',
  'Elif',
  'Farid',
  'Greta',
  'Henrik',
  'Ines',
  'Jonas',
  'Katya',
  'Liam',
  'Mara',
  'Nadia',
  'Oskar',
  'Priya',
  'Quentin',
  'Rosa',
  'Sven',
  'Tariq',
  'Uma',
  'Viktor',
  'Wanda',
  'Yusuf',
  'Zoe',
]
const LAST_NAMES = [
  'Adler',
  'Becker',
  'Costa',
  'Dubois',
  'Eriksen',
  'Fischer',
  'Gupta',
  'Haas',
  'Ivanova',
  'Jansen',
  'Keller',
  'Lindqvist',
  'Moreau',
  'Nowak',
  'Okafor',
  'Petrov',
  'Rossi',
  'Santos',
  'Tanaka',
  'Vogel',
]

/** How many of each, at scale 1 and at most. */
const STAFF: { role: Role; count: number; most: number }[] = [
  { role: 'ADMIN', count: 1, most: 3 },
  { role: 'MANAGER', count: 2, most: 20 },
  { role: 'TECHNICIAN', count: 6, most: 200 },
  { role: 'REQUESTER', count: 5, most: 400 },
  { role: 'CONTRACTOR', count: 2, most: 40 },
  { role: 'VIEWER', count: 1, most: 10 },
]

/** The people of the campus. None has a password: they are invited when somebody needs them. */
export function addPeople(campus: Campus): Step[] {
  const { organizationId, start, people, scale } = campus
  const rows: Row[] = []
  let number = 0
  for (const { role, count, most } of STAFF) {
    for (let n = 0; n < Math.min(count * scale, most); n++, number++) {
      const first = FIRST_NAMES[number % FIRST_NAMES.length] ?? ''
      const last = LAST_NAMES[(number * 7) % LAST_NAMES.length] ?? ''
      const person: Person = { id: newId('user', start.getTime()), name: `${first} ${last}` }
      rows.push({
        table: 'app_user',
        values: {
          ...person,
          organizationId,
          email:
            `${first}.${last}.${number}.${organizationId}@demo.plantroom.example`.toLowerCase(),
          role,
          approvalLimitCents: role === 'MANAGER' ? people.managerLimitCents : null,
          created: start,
          updated: start,
        },
      })
      if (role === 'MANAGER') people.managers.push(person)
      if (role === 'TECHNICIAN') people.technicians.push(person)
      if (role === 'REQUESTER') people.requesters.push(person)
      if (role === 'CONTRACTOR') people.contractors.push(person)
    }
  }
  return [{ at: start, rows, facts: [] }]
}
