import { createContext, type ReactNode, useContext, useMemo } from 'react'
import type { DashboardViewerQuery } from '../../generated/dashboard/graphql.ts'

export interface Viewer {
  name: string
  email: string | undefined
  role: string
  userId: string | undefined
  organization: DashboardViewerQuery['viewer']['organization']
  permissions: readonly string[]
  /** Whether the server would let this person do it; it decides, this only hides what it would refuse. */
  can: (permission: string) => boolean
}

const ViewerContext = createContext<Viewer | undefined>(undefined)

export function ViewerProvider(props: {
  viewer: DashboardViewerQuery['viewer']
  children: ReactNode
}) {
  const { viewer, children } = props
  const value = useMemo(() => {
    const permissions = new Set(viewer.permissions)
    return {
      name: viewer.user?.name ?? viewer.organization.name,
      email: viewer.user?.email,
      role: viewer.role ?? '',
      userId: viewer.user?.id,
      organization: viewer.organization,
      permissions: viewer.permissions,
      can: (permission: string) => permissions.has(permission),
    }
  }, [viewer])
  return <ViewerContext value={value}>{children}</ViewerContext>
}

/** Who is signed in; used below the shell only. */
export function useViewer(): Viewer {
  const viewer = useContext(ViewerContext)
  if (viewer === undefined) throw new Error('There is no viewer outside the shell')
  return viewer
}
