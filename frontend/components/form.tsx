import Stack from '@mui/material/Stack';
import { type FormEvent, type ReactNode, useEffect, useRef } from 'react';

interface FormProps {
  onSubmit: () => unknown;
  children: ReactNode;
  /** Between the fields, in theme units. */
  spacing?: number;
  maxWidth?: number;
}

/** A form that takes the keyboard to the first field with an error once a submission has failed. */
export function Form({ onSubmit, children, spacing = 2.25, maxWidth }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const submitted = useRef(false);

  // After every drawing: the error may be there at once, or only when the service has answered.
  useEffect(() => {
    if (!submitted.current) return;
    const invalid = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    if (invalid === null || invalid === undefined) return;
    submitted.current = false;
    invalid.focus();
  });

  return (
    <Stack
      component="form"
      ref={form}
      noValidate
      spacing={spacing}
      sx={{ maxWidth }}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submitted.current = true;
        onSubmit();
      }}
    >
      {children}
    </Stack>
  );
}
