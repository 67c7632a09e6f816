import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { installationKey } from '../../api/installation.ts';
import { fieldMessage } from '../../api/problem.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { LabelledField } from '../../components/labelled-field.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { SecretField } from '../../components/secret-field.tsx';

const shortestPassword = 10;
const fields = ['email', 'password', 'name'];

/** E-mail and password; for a sign-up also a name. On success the router moves on, because the session has changed. */
export function CredentialsForm({ purpose }: { purpose: 'sign-in' | 'sign-up' }) {
  const auth = useAuthClient();
  const queries = useQueryClient();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [missing, setMissing] = useState<{ email?: string; password?: string }>({});

  const enter = useMutation({
    mutationFn: async () => {
      if (purpose === 'sign-in') return auth.signIn({ email: email.trim(), password });
      await auth.signUp({ email: email.trim(), password, ...(name.trim() !== '' && { name: name.trim() }) });
      await queries.invalidateQueries({ queryKey: installationKey });
    },
    gcTime: 0,
  });

  function submit() {
    const found = {
      ...(!email.includes('@') && { email: 'Enter your e-mail address.' }),
      ...(password === '' && { password: 'Enter your password.' }),
      ...(purpose === 'sign-up' &&
        password.length < shortestPassword && { password: `Use at least ${shortestPassword} characters.` }),
    };
    setMissing(found);
    enter.reset();
    if (Object.keys(found).length === 0) enter.mutate();
  }

  return (
    <Form onSubmit={submit}>
      <ProblemAlert error={enter.error} shownFields={fields} />
      {purpose === 'sign-up' && (
        <LabelledField
          label="Your name (optional)"
          autoComplete="name"
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={fieldMessage(enter.error, 'name')}
        />
      )}
      <LabelledField
        label="E-mail"
        type="email"
        autoComplete="username"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={missing.email ?? fieldMessage(enter.error, 'email')}
      />
      <SecretField
        label="Password"
        revealLabel="Show password"
        autoComplete={purpose === 'sign-in' ? 'current-password' : 'new-password'}
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        help={purpose === 'sign-up' ? `At least ${shortestPassword} characters. A few unrelated words work well.` : undefined}
        error={missing.password ?? fieldMessage(enter.error, 'password')}
      />
      <BusyButton type="submit" variant="contained" size="large" busy={enter.isPending}>
        {purpose === 'sign-in' ? 'Sign in' : 'Create account'}
      </BusyButton>
    </Form>
  );
}
