import Stack from '@mui/material/Stack';
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';

interface FormProps {
  onSubmit: () => unknown;
  children: ReactNode;
  /** Between the fields, in theme units. */
  spacing?: number;
  maxWidth?: number;
  /** For a button outside, such as one in the foot of a dialog. */
  id?: string;
}

/** A form that takes the keyboard to the first field with an error once a submission has failed. */
export function Form({ onSubmit, children, spacing = 2.25, maxWidth, id }: FormProps) {
  const form = useRef<HTMLFormElement>(null);
  const submitted = useRef(false);
  const [, setSubmissions] = useState(0);

  // After every drawing: the error may be there already, or at once, or only when the service has answered.
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
      id={id}
      noValidate
      spacing={spacing}
      sx={{ maxWidth }}
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        submitted.current = true;
        setSubmissions((count) => count + 1);
        onSubmit();
      }}
    >
      {children}
    </Stack>
  );
}
