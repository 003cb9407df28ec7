import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import { byId, byMoment, exactText, exactly } from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { search } from '../../graphql/lists/search.ts'

builder.queryFields((t) => ({
  customer: t.prismaField({
    type: 'Customer',
    nullable: true,
    description: 'One customer; null when there is none with this id.',
    authScopes: { permission: 'customers:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the customer.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).customer.findUnique({ ...query, where: { id } }),
  }),
}))

const customers = defineList('Customer', {
  called: 'customers',
  where: {
    companyId: byId('By company.'),
    email: exactText('With this e-mail address; case does not matter.'),
    externalId: exactly('String', 'With this id in another system.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    search: search('the name, the e-mail address and the telephone number', [
      'name',
      'email',
      'phone',
    ]),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
  },
  otherwise: [{ name: 'asc' }],
})

customers.query('customers', {
  description: 'Customers, by name unless ordered otherwise.',
  authScopes: { permission: 'customers:read' },
})
