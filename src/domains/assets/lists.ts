import { builder } from '../../graphql/builder.ts'
import { scopedPrisma } from '../../graphql/context.ts'
import {
  atSite,
  byChoice,
  byCents,
  byId,
  byMoment,
  choiceFilter,
  computed,
} from '../../graphql/lists/comparators.ts'
import { defineList } from '../../graphql/lists/define-list.ts'
import { indexedSearch } from '../../graphql/lists/search.ts'
import { searchAssets } from './search.ts'
import { AssetStatusEnum } from './type.ts'

builder.queryFields((t) => ({
  asset: t.prismaField({
    type: 'Asset',
    nullable: true,
    description: 'One asset; null when there is none with this id.',
    authScopes: { permission: 'assets:read' },
    args: { id: t.arg.id({ required: true, description: 'Id of the asset.' }) },
    resolve: (query, _root, { id }, context) =>
      scopedPrisma(context).asset.findUnique({ ...query, where: { id, deletedAt: null } }),
  }),
}))

const assets = defineList('Asset', {
  called: 'assets',
  where: {
    status: byChoice(choiceFilter('AssetStatusFilter', 'a status', AssetStatusEnum), 'By status.'),
    assetTypeId: byId('By kind of equipment.'),
    locationId: byId('By place.'),
    siteId: atSite(),
    parentId: byId('By what it is a part of.'),
    externalId: byId('By id in another system.'),
    created: byMoment('By creation.'),
    updated: byMoment('By last change.'),
    statusChangedAt: byMoment('By since when it has its status.'),
    purchasedAt: byMoment('By when it was bought.'),
    purchaseCostCents: byCents('By price paid.'),
    warrantyEndsAt: byMoment('By end of the warranty.'),
    search: indexedSearch(
      'the name, the description, the external id and the metadata',
      searchAssets,
    ),
    includeArchived: computed(
      'Boolean',
      'Archived ones too; false when left out. Counts at the top only, not within and, or, not.',
      () => undefined,
    ),
  },
  orderBy: {
    NAME: ['name', 'Name.'],
    CREATED: ['created', 'Creation.'],
    UPDATED: ['updated', 'Last change.'],
    STATUS: ['status', 'Status, ONLINE first.'],
    STATUS_CHANGED_AT: ['statusChangedAt', 'Since when it has its status.'],
    PURCHASED_AT: ['purchasedAt', 'When it was bought.'],
    WARRANTY_ENDS_AT: ['warrantyEndsAt', 'End of the warranty.'],
  },
  otherwise: [{ name: 'asc' }],
  always: ({ includeArchived }) =>
    includeArchived === true ? { deletedAt: null } : { deletedAt: null, archivedAt: null },
})

assets.query('assets', {
  description: 'Assets, by name unless ordered otherwise.',
  authScopes: { permission: 'assets:read' },
})

assets.below('Asset', 'children', {
  connection: 'AssetChildren',
  description:
    'Its parts, by name unless ordered otherwise; archived ones too, unless includeArchived is false.',
  always: ({ includeArchived }) =>
    includeArchived === false ? { deletedAt: null, archivedAt: null } : { deletedAt: null },
})

assets.below('Location', 'assets', {
  connection: 'LocationAssets',
  description:
    'Assets at exactly this place, by name unless ordered otherwise, archived ones left out.',
  authScopes: { permission: 'assets:read' },
})
