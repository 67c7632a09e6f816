import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { installationKey } from '../../api/installation.ts';
import { fieldMessage } from '../../api/problem.ts';
import type { SignInStep } from '../../auth/auth-client.ts';
import { useAuthClient } from '../../auth/auth-context.tsx';
import { passwordFault } from '../../auth/password-rules.ts';
import { BusyButton } from '../../components/busy-button.tsx';
import { Form } from '../../components/form.tsx';
import { LabelledField } from '../../components/labelled-field.tsx';
import { ProblemAlert } from '../../components/problem-alert.tsx';
import { CurrentPasswordField } from './current-password-field.tsx';
import { EmailField, emailFault } from './email-field.tsx';
import { NewPasswordField } from './new-password-field.tsx';

const fields = ['email', 'password', 'name'];

interface CredentialsFormProps {
  purpose: 'sign-in' | 'sign-up';
  /** What the field for it starts with. */
  email: string | undefined;
  /** Called with what comes next and the e-mail address. Where that is nothing, the router moves on: the session has changed. */
  onStep: (step: SignInStep, email: string) => void;
}

/** E-mail and password; for a sign-up also a name. */
export function CredentialsForm({ purpose, email: known = '', onStep }: CredentialsFormProps) {
  const auth = useAuthClient();
  const queries = useQueryClient();
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [missing, setMissing] = useState<{ email?: string; password?: string | undefined }>({});

  const enter = useMutation({
    mutationFn: async () => {
      const credentials = { email: email.trim(), password };
      if (purpose === 'sign-in') return auth.signIn(credentials);
      const step = await auth.signUp({ ...credentials, ...(name.trim() !== '' && { name: name.trim() }) });
      await queries.invalidateQueries({ queryKey: installationKey });
      return step;
    },
    onSuccess: (step) => onStep(step, email.trim()),
    gcTime: 0,
  });

  function submit() {
    const emailProblem = emailFault(email);
    const fault = password === '' ? 'Enter your password.' : undefined;
    const weakness = purpose === 'sign-up' ? passwordFault(auth.passwordRules, password) : undefined;
    const found = {
      ...(emailProblem !== undefined && { email: emailProblem }),
      ...((weakness ?? fault) !== undefined && { password: weakness ?? fault }),
    };
    setMissing(found);
    enter.reset();
    if (Object.keys(found).length === 0) enter.mutate();
  }

  const passwordError = missing.password ?? fieldMessage(enter.error, 'password');
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
      <EmailField value={email} onChange={setEmail} error={missing.email ?? fieldMessage(enter.error, 'email')} />
      {purpose === 'sign-in' ? (
        <CurrentPasswordField value={password} onChange={setPassword} error={passwordError} />
      ) : (
        <NewPasswordField label="Password" value={password} onChange={setPassword} error={passwordError} />
      )}
      <BusyButton type="submit" variant="contained" size="large" busy={enter.isPending}>
        {purpose === 'sign-in' ? 'Sign in' : 'Create account'}
      </BusyButton>
    </Form>
  );
}
