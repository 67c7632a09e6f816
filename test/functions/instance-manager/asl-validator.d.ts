/** The package ships no types. */
declare module 'asl-validator' {
  interface Validation {
    isValid: boolean;
    errorsText(separator?: string): string;
  }
  /** Writes into the definition, so pass a copy. */
  export default function validate(definition: object): Validation;
}
