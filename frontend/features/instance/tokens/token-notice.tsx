import { SecretNotice } from '../../../components/secret-notice.tsx';

/** A token, the one time it is shown. */
export function TokenNotice({ token }: { token: string }) {
  return (
    <SecretNotice
      title="Your instance token, shown only this once"
      text="Whoever holds it can use this instance. Keep it like a password; you can revoke it and make others at any time."
      secret={token}
      what="the token"
      testId="token"
    />
  );
}
