import { type CSSVariablesResolver, createTheme, darken } from '@mantine/core'
import { texts } from './texts.ts'

/** Shades that have the contrast of WCAG AA on their grounds; the kit's own defaults have not. */
export const theme = createTheme({
  primaryColor: 'indigo',
  primaryShade: { light: 8, dark: 8 },
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace',
  headings: { fontWeight: '600' },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    Button: { defaultProps: { size: 'xs' } },
    Checkbox: { defaultProps: { size: 'md' } },
    Modal: {
      styles: { title: { fontWeight: 600 } },
      defaultProps: {
        closeButtonProps: { 'aria-label': texts.ask.close },
        // The kit makes it a second banner of the page.
        attributes: { header: { role: 'presentation' } },
      },
    },
  },
})

const LIGHT_COLORS = ['teal', 'red', 'orange', 'blue', 'gray', 'indigo'] as const

export const cssVariables: CSSVariablesResolver = (made) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': made.colors.gray[7],
    '--mantine-color-placeholder': made.colors.gray[6],
    '--mantine-color-anchor': made.colors.indigo[8],
    '--mantine-color-error': made.colors.red[9],
    ...Object.fromEntries(
      LIGHT_COLORS.map((name) => [
        `--mantine-color-${name}-light-color`,
        darken(made.colors[name][9], 0.25),
      ]),
    ),
  },
  dark: {
    '--mantine-color-dimmed': made.colors.gray[5],
    '--mantine-color-placeholder': made.colors.gray[5],
    '--mantine-color-anchor': made.colors.indigo[3],
    '--mantine-color-error': made.colors.red[4],
    ...Object.fromEntries(
      LIGHT_COLORS.map((name) => [`--mantine-color-${name}-light-color`, made.colors[name][2]]),
    ),
  },
})
