import { graphql } from '../../data/document.ts'

export const LoadCatalogue = graphql(`
  query DashboardCatalogue {
    eventTypes {
      name
      description
      scopes
      filterFields
    }
  }
`)

export const LoadEventType = graphql(`
  query DashboardEventType {
    eventTypes {
      name
      description
      scopes
      filterFields
      isQuestion
      jsonSchema
      example
    }
  }
`)
