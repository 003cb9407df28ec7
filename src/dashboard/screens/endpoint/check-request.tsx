import { Alert, Button, PasswordInput, Stack, Textarea, TextInput, Title } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useState } from 'react'
import { texts } from '../../texts.ts'
import { checkSignature, type Verdict } from './check-signature.ts'

const say = texts.endpoint.signing

/** A request that arrived somewhere is pasted; this says whether its signature fits the secret. */
export function CheckRequest() {
  const [verdict, setVerdict] = useState<Verdict>()
  const form = useForm({ initialValues: { header: '', body: '', secret: '' } })
  const submit = form.onSubmit(({ body, header, secret }) => {
    checkSignature(body, header, secret)
      .then(setVerdict)
      .catch(() => setVerdict('unreadable'))
  })
  return (
    <form onSubmit={submit}>
      <Stack>
        <Title order={2} size="h4">
          {say.checkRequest}
        </Title>
        <TextInput
          label="x-infodeck-signature"
          required
          withAsterisk={false}
          {...form.getInputProps('header')}
        />
        <Textarea
          label={say.rawBody}
          autosize
          minRows={2}
          maxRows={10}
          required
          withAsterisk={false}
          {...form.getInputProps('body')}
        />
        <PasswordInput
          label={texts.secret.label}
          description={say.staysHere}
          autoComplete="off"
          required
          withAsterisk={false}
          visibilityToggleButtonProps={{ 'aria-label': texts.session.showPassword }}
          {...form.getInputProps('secret')}
        />
        <Button type="submit" variant="default" style={{ alignSelf: 'start' }}>
          {say.checkNow}
        </Button>
        {verdict !== undefined && (
          <Alert color={verdict === 'genuine' ? 'teal' : 'red'} role="status">
            {say.verdicts[verdict]}
          </Alert>
        )}
      </Stack>
    </form>
  )
}
