import {
  VisitorCheckpointKey,
  VisitorInvitationStatus,
  VisitorInvitationType,
  VisitorStatus,
  VisitorType,
} from '../../generated/prisma/enums.ts'
import { builder } from '../../graphql/builder.ts'

export const StatusEnum = builder.enumType('VisitorStatus', {
  description: 'Where a visit stands.',
  values: {
    [VisitorStatus.PENDING_APPROVAL]: { description: 'Announced; the site wants an approval.' },
    [VisitorStatus.REGISTERED]: { description: 'Announced; may come.' },
    [VisitorStatus.CHECKED_IN]: { description: 'Inside.' },
    [VisitorStatus.CHECKED_OUT]: { description: 'Has left. Final.' },
    [VisitorStatus.DENIED]: { description: 'May not come. Final.' },
    [VisitorStatus.CANCELLED]: { description: 'Called off. Final.' },
    [VisitorStatus.NO_SHOW]: { description: 'Did not come on the expected day. Final.' },
  },
})

export const TypeEnum = builder.enumType('VisitorType', {
  description: 'Kind of visitor.',
  values: {
    [VisitorType.GUEST]: { description: 'Comes to see somebody.' },
    [VisitorType.CONTRACTOR]: { description: 'Comes to work at the site.' },
    [VisitorType.VENDOR]: { description: 'Comes to sell or to advise.' },
    [VisitorType.CANDIDATE]: { description: 'Comes for an interview.' },
    [VisitorType.DELIVERY]: { description: 'Brings or fetches something.' },
    [VisitorType.OTHER]: { description: 'None of these.' },
  },
})

export const CheckpointEnum = builder.enumType('VisitorCheckpointKey', {
  description: 'What a site may ask of visitors before it lets them in.',
  values: {
    [VisitorCheckpointKey.NDA]: { description: 'Signs a non-disclosure agreement.' },
    [VisitorCheckpointKey.PHOTO]: { description: 'Has a photo taken.' },
    [VisitorCheckpointKey.HEALTH_FORM]: { description: 'Fills in a health form.' },
    [VisitorCheckpointKey.ID_CHECK]: { description: 'Shows an identity document.' },
  },
})

export const InvitationTypeEnum = builder.enumType('VisitorInvitationType', {
  description: 'Kind of invitation.',
  values: {
    [VisitorInvitationType.PLANNED]: { description: 'For an agreed time.' },
    [VisitorInvitationType.DROP_IN]: { description: 'At any time within its span.' },
  },
})

export const InvitationStatusEnum = builder.enumType('VisitorInvitationStatus', {
  description: 'Where an invitation stands.',
  values: {
    [VisitorInvitationStatus.SENT]: { description: 'As it was first sent.' },
    [VisitorInvitationStatus.UPDATED]: { description: 'Changed since it was first sent.' },
    [VisitorInvitationStatus.CANCELLED]: { description: 'Called off. Final.' },
  },
})
