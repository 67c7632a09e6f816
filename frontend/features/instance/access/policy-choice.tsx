import type { Policy } from '../../../api/contract.ts';
import { ChoiceCards } from '../../../components/choice-cards.tsx';
import { policyWords } from './access-words.ts';

const policies: readonly Policy[] = ['read-only', 'standard', 'full'];

/** How much the instance may do at Smartlead. */
export function PolicyChoice({ policy, onChange }: { policy: Policy; onChange: (policy: Policy) => void }) {
  return (
    <ChoiceCards
      label="What may it do at Smartlead?"
      value={policy}
      onChange={onChange}
      choices={policies.map((value) => ({ value, ...policyWords[value] }))}
    />
  );
}
