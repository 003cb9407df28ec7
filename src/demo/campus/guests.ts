/** Who visits the campus, and why; every combination is made up. */
export const GUEST_NAMES = {
  first: ['Ada', 'Boris', 'Clara', 'David', 'Emma', 'Felix', 'Hana', 'Ivan', 'Julia', 'Kamal'],
  last: ['Arnold', 'Bergman', 'Celik', 'Doyle', 'Egger', 'Ferrari', 'Horvat', 'Jensen', 'Kowalski'],
} as const

export const GUEST_COMPANIES = [
  'Brightline Consulting',
  'Polarline Service',
  'Rheinpumpen',
  'Sentry Systems',
  'Harbour Foods',
  'Nordic Audit',
] as const

export const PURPOSES = [
  'Quarterly review',
  'Maintenance visit',
  'Job interview',
  'Site survey',
  'Training',
  'Audit',
] as const
