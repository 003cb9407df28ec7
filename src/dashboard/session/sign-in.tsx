import { Alert, Button, Center, Paper, PasswordInput, Stack, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { PostError } from '../data/post.ts'
import { texts } from '../texts.ts'
import { session } from './session.ts'

export function SignIn() {
  const [refusal, setRefusal] = useState<string>()
  const [isRunning, setRunning] = useState(false)
  const form = useForm({ initialValues: { email: '', password: '' } })
  const signIn = form.onSubmit(({ email, password }) => {
    setRunning(true)
    setRefusal(undefined)
    session
      .signIn(email, password)
      .catch((error: unknown) => {
        setRefusal(error instanceof PostError ? error.message : texts.session.unreachable)
      })
      .finally(() => setRunning(false))
  })
  return (
    <Center component="main" mih="80vh" p="md">
      <Paper withBorder p="xl" w="min(24rem, 100%)">
        <form onSubmit={signIn}>
          <Stack>
            <Title order={1} size="h2">
              {texts.session.title}
            </Title>
            {refusal !== undefined && (
              <Alert color="red" role="alert">
                {refusal}
              </Alert>
            )}
            <TextInput
              label={texts.session.email}
              type="email"
              name="email"
              autoComplete="username"
              required
              withAsterisk={false}
              {...form.getInputProps('email')}
            />
            <PasswordInput
              label={texts.session.password}
              name="password"
              autoComplete="current-password"
              required
              withAsterisk={false}
              visibilityToggleButtonProps={{ 'aria-label': texts.session.showPassword }}
              {...form.getInputProps('password')}
            />
            <Button type="submit" loading={isRunning}>
              {texts.session.signIn}
            </Button>
          </Stack>
        </form>
      </Paper>
    </Center>
  )
}
